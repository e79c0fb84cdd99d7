"""The layers as Markdown: an index, and one page for each category, so that like stands beside like."""

from __future__ import annotations

from collections.abc import Iterable

from app.reference.svg import svg
from nodes.layer import CATEGORIES, layer_types
from nodes.page import LayerPage, file_of, layer_page

FOLDER = "docs/layers"
MADE = "<!-- Written by `python3 dev.py docs` from nodes/layers/: change it there. -->"


def files() -> dict[str, str]:
    """Every file about layers by its path from the root: pages, index, pictures."""
    pages = [layer_page(type) for type in layer_types()]
    found = {f"{FOLDER}/README.md": _index(pages)}
    for category in CATEGORIES:
        inside = [page for page in pages if page.category == category]
        if inside:
            found[f"{FOLDER}/{file_of(category)}"] = _category(category, inside)
    found.update((f"{FOLDER}/pictures/{page.type}.svg", svg(page.picture, page.category)) for page in pages)
    return found


def _index(pages: list[LayerPage]) -> str:
    parts = [
        MADE, "# Layers",
        f"{len(pages)} layers, one file each in `nodes/layers/`. In the program, F1 shows the page of the layer that is "
        "selected, or chosen in the palette.",
    ]  # fmt: skip
    for category in CATEGORIES:
        rows = [(f"[{p.type}]({file_of(category)}#{p.type.lower()})", _code(p.formula), p.about[0]) for p in pages
                if p.category == category]  # fmt: skip
        if rows:
            parts += [f"## {category}", _table(("layer", "formula", "what it does"), rows)]
    return "\n\n".join(parts) + "\n"


def _category(category: str, pages: list[LayerPage]) -> str:
    listed = " · ".join(f"[{p.type}](#{p.type.lower()})" for p in pages)
    return "\n\n".join([MADE, f"# {category}", f"[All layers](README.md) · {listed}", *map(_layer, pages)]) + "\n"


def _layer(page: LayerPage) -> str:
    about = "\n\n".join(page.about[1:])
    parts = [
        f"## {page.type}", page.about[0], f"```\n{page.formula}\n```" if page.formula else "",
        f"![{page.picture.alt}](pictures/{page.type}.svg)", about, _settings(page), f"**Shapes.** {page.shapes}", _ports(page),
        _numbers(page), _catalogue(page), _templates(page), f"**Source.** {page.source}",
    ]  # fmt: skip
    return "\n\n".join(part for part in parts if part)


def _settings(page: LayerPage) -> str:
    if not page.settings:
        return ""
    rows = [(s.name, s.help, f"{s.takes}{f', {s.counts}' if s.counts else ''}", s.default) for s in page.settings]
    return _table(("setting", "what it does", "takes", "at first"), rows)


def _ports(page: LayerPage) -> str:
    rows = [("in", f"`{name}`", words) for name, words in page.takes]
    return _table(("port", "", "what"), [*rows, *(("out", f"`{name}`", words) for name, words in page.gives)])


def _numbers(page: LayerPage) -> str:
    """The worked example, as the window shows it beside the layer."""
    rows = [(name, _code(how), _code(result)) for name, how, result in page.numbers]
    return _table(("in numbers", "", ""), rows)


def _catalogue(page: LayerPage) -> str:
    rows = [(f"`{name}`", meaning, heading) for heading, entries in page.catalogue for name, meaning in entries]
    return _table(("name", "what it is", "among"), rows) if rows else ""


def _templates(page: LayerPage) -> str:
    named = ", ".join(f"{title} (`netwright new {name}`)" for name, title in page.templates)
    return f"**In the templates.** {named}" if named else ""


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = tuple(head)
    lines = [names, ("---",) * len(names), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)

