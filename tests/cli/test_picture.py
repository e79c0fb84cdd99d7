"""`netwright picture`: a picture without a window."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app import screen
from app.headless import picture
from nodes.example import new
from nodes.files import save


def test_a_picture_needs_no_screen(tmp_path: Path) -> None:
    """In a process of its own, where nothing has been told about a platform."""
    save(new("lenet"), tmp_path / "l.onnx")
    environment = {k: v for k, v in os.environ.items() if k not in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")}
    words = ["picture", str(tmp_path / "l.onnx"), "-o", str(tmp_path / "l.svg"), "--select", "conv1"]
    command = [sys.executable, "-m", "app", *words]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=Path(__file__).parents[2])
    assert (done.returncode, done.stderr) == (0, f"The picture is in {tmp_path / 'l.svg'}.\n")
    assert "<desc>A network of 1 layer: Conv2D</desc>" in (tmp_path / "l.svg").read_text()


def test_each_ending_is_a_kind(run: Any, small: Path, qapp: object) -> None:
    for name, start in (("a.svg", b"<?xml"), ("a.png", b"\x89PNG"), ("a.pdf", b"%PDF")):
        assert run("picture", small, "-o", name, "--dark", "--transparent").code == 0
        assert Path(name).read_bytes().startswith(start)
    sizes = []
    for scale in ("1", "3"):
        run("picture", small, "-o", "b.png", "--scale", scale)
        sizes.append(int.from_bytes(Path("b.png").read_bytes()[16:20], "big"))
    assert sizes[1] == 3 * sizes[0]


def test_what_does_not_fit_is_one_sentence(run: Any, small: Path, qapp: object) -> None:
    said = run("picture", small, "-o", "a.svg", "--select", "fc11")
    assert said.code == 1 and said.err.startswith("There is no layer called ‘fc11’: did you mean ‘")
    assert said.err.count("\n") == 1
    said = run("picture", small, "-o", "a.gif")
    assert (said.code, said.err) == (1, "a.gif ends in no kind of picture that is known here: end it in .svg, .png, .pdf.\n")
    said = run("picture", small, "-o", "a.png", "--scale", "0")
    assert said.code == 2 and "It takes a number from 0.1 to 10, and ‘0’ was given." in said.err
    assert not list(Path().glob("a.*"))


def test_a_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import builtins

    real = builtins.__import__

    def lacking(name: str, *rest: Any) -> Any:
        if name.startswith("PySide6"):
            raise ImportError("libEGL.so.1: cannot open shared object file: No such file or directory")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", lacking)
    monkeypatch.setattr(screen, "obstacle", lambda: "")
    with pytest.raises(Exception, match=r"^A picture needs the library libEGL.so.1, which this system lacks: install it\.$"):
        picture.prepare_qt()
