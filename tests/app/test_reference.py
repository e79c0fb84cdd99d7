"""docs/: fresh, complete, linked; `dev.py check` says when it is not, and how to mend it."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from xml.etree import ElementTree

import click
import pytest

from app.cli import cli
from app.commands import COMMANDS
from app.data_commands import data
from app.reference import __main__ as reference
from app.reference.svg import svg
from app.tokens import DARK, LIGHT
from nodes.drawing import Pixels, drawing
from nodes.layer import layer_type, layer_types
from nodes.page import page_path
from nodes.pictures.families import picture

ROOT = Path(__file__).resolve().parents[2]
NAME = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return reference.pages()


def anchors(markdown: str) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", markdown, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


# -- fresh ---------------------------------------------------------------------------------------------------------------
def test_docs_are_fresh(pages):
    assert reference.stale(pages) == [], "run `python3 dev.py docs`"


def test_what_is_stale_is_named_with_the_command_that_mends_it(tmp_path, monkeypatch, capsys):
    wanted = {"docs/layers/core.md": "one\n", "docs/keys.md": "two\n"}
    monkeypatch.setattr(reference, "pages", lambda: wanted)
    monkeypatch.setattr(reference.stale, "__defaults__", (tmp_path,))
    monkeypatch.setattr(reference.write, "__defaults__", (tmp_path,))
    assert reference.main(["--check"]) == 1
    assert capsys.readouterr().err == "docs: stale: docs/keys.md, docs/layers/core.md. Run python3 dev.py docs\n"
    assert reference.main([]) == 0 and (tmp_path / "docs/keys.md").read_text() == "two\n"
    assert reference.main(["--check"]) == 0
    (tmp_path / "docs/layers/gone.md").write_text("a layer that is no more")
    (tmp_path / "docs/keys.md").write_text("by hand")
    assert reference.main(["--check"]) == 1
    assert reference.main([]) == 0
    assert not (tmp_path / "docs/layers/gone.md").exists() and (tmp_path / "docs/keys.md").read_text() == "two\n"
    assert reference.main(["--all"]) == 2


def test_dev_check_asks_for_fresh_docs(monkeypatch, capsys):
    spec = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
    dev = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(dev)
    monkeypatch.setattr(dev, "need_venv", lambda extra: None)
    asked: list[list[str]] = []
    monkeypatch.setattr(dev.subprocess, "call", lambda command, cwd: asked.append(command[1:]) or "--check" in command)
    assert dev.check([]) == 1
    assert ["-m", "app.reference", "--check"] in asked
    assert "failed: docs." in capsys.readouterr().err
    monkeypatch.setattr(dev, "hand_over", lambda arguments: asked.append(arguments) or 0)
    assert dev.main(["docs"]) == 0 and asked[-1] == ["-m", "app.reference"]


# -- complete ------------------------------------------------------------------------------------------------------------
def test_every_layer_has_its_place(pages):
    for type in layer_types():
        file, anchor = page_path(type).split("#")
        assert anchor in anchors(pages[file])
        section = pages[file].split(f"\n## {type}\n")[1].split("\n## ")[0]
        assert f"pictures/{type}.svg" in section and "**Source.** " in section and "| shape |" in section
        for setting in layer_type(type).settings():
            assert f"| {setting.name.replace('_', ' ')} | {setting.help.replace('|', chr(92) + '|')}" in section


def test_every_command_with_every_option(pages):
    page = pages["docs/commands.md"]
    inner = {f"data {name}": command for name, command in data.commands.items()}
    for name, command in {**{n: c for n, c in cli.commands.items() if c is not data}, **inner}.items():
        section = page.split(f"\n## netwright {name}\n")[1].split("\n## ")[0]
        assert " ".join((command.help or "").split("\n\n")[0].split()) in section
        for option in (p for p in command.params if isinstance(p, click.Option)):
            assert all(word in section for word in (*option.opts, *option.secondary_opts))
            assert " ".join((option.help or "").split()).replace("|", "\\|").replace("<", "&lt;") in section


def test_every_key(pages):
    rows = pages["docs/keys.md"].splitlines()
    for command in COMMANDS:
        (row,) = [r for r in rows if r.startswith(f"| {command.title.rstrip('…')} |")]
        assert row.count("<kbd>") == len({k.replace("Return", "Enter") for k in command.keys})
    assert "| Redo | <kbd>Ctrl+Y</kbd> or <kbd>Ctrl+Shift+Z</kbd> |" in rows
    assert "| Zoom in | <kbd>Ctrl+=</kbd> or <kbd>Ctrl++</kbd> |" in rows
    assert "Return" not in pages["docs/keys.md"]


def test_every_link_leads_somewhere(pages):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, text in {**{n: t for n, t in pages.items() if n.endswith(".md")}, "README.md": readme}.items():
        folder = Path(name).parent
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if target.startswith("http"):
                continue
            path, _, anchor = target.partition("#")
            file = (folder / path).as_posix() if path else name
            assert file in pages or (ROOT / file).exists(), (name, target)
            assert not anchor or anchor in anchors(pages[file]), (name, target)
    assert {"docs/layers/README.md", "docs/commands.md", "docs/keys.md"} <= set(re.findall(r"\]\(([^)]+)\)", readme))


# -- pictures ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("type", list(layer_types()))
def test_every_picture_is_xml_with_a_title_and_both_themes(type):
    category = layer_type(type).category
    root = ElementTree.fromstring(svg(picture(type), category))
    assert root.find(f"{NAME}title").text == picture(type).alt
    style = root.find(f"{NAME}style").text
    light, dark = style.split("@media (prefers-color-scheme: dark)")
    assert LIGHT.panel in light and DARK.panel in dark
    defined = set(re.findall(r"\.([fl]-\w+)", light))
    used = {name for mark in root for name in mark.get("class", "").split()} - {"n", "ground"}
    assert used == used & defined and len(used) > 2
    assert len(svg(picture(type), category)) < 40_000


def test_pixels_are_written_as_runs():
    text = svg(drawing("x", [Pixels(0, 0, 2.0, ((0.0, 0.5, 0.5), (-1.0, 0.0, 0.0)))]), "Core")
    assert "M2 0h4v2h-4z" in text and "M0 2h2v2h-2z" in text and text.count("<path") == 2
