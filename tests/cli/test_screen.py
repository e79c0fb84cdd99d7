"""`netwright open` where no window can be: one sentence, and not Qt's own text with a core dump."""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from app import screen

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="screens are named on Linux alone")


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """No screen at all."""
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_no_screen(run: Any, bare: pytest.MonkeyPatch) -> None:
    result = run("open", "nothing.onnx")
    assert (result.code, result.err) == (1, screen.NO_SCREEN + "\n")


def test_a_screen_that_does_not_answer(run: Any, bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bare.setenv("WAYLAND_DISPLAY", "wayland-77")
    bare.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    result = run()
    assert result.code == 1 and result.err.startswith("The screen WAYLAND_DISPLAY=wayland-77 does not answer: check")
    bare.delenv("WAYLAND_DISPLAY")
    bare.setenv("DISPLAY", ":7777")
    assert run().err.count("\n") == 1
    assert run().err.startswith(("The screen DISPLAY=:7777 does not answer: check", "The window needs the library"))


def test_a_screen_that_answers_needs_its_libraries(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bare.setenv("WAYLAND_DISPLAY", "wayland-1")
    bare.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    bare.setattr(screen, "_plugin", lambda name: Path("/lib/libqwayland.so"))
    with socket.socket(socket.AF_UNIX) as server:
        bare.chdir(tmp_path)  # the path of a socket is short
        server.bind("wayland-1")
        server.listen()
        bare.setenv("XDG_RUNTIME_DIR", ".")
        bare.setattr(screen.ctypes, "CDLL", lambda name: None)
        assert screen.obstacle() == ""

        def lacking(name: str) -> None:
            raise OSError("libxcb-cursor.so.0: cannot open shared object file: No such file or directory")

        bare.setattr(screen.ctypes, "CDLL", lacking)
        found = "The window needs the library libxcb-cursor.so.0, which this system lacks: install it, or use the commands."
        assert screen.obstacle() == found


def test_a_platform_that_qt_does_not_have(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("QT_QPA_PLATFORM", "offscreen")
    assert screen.obstacle() == ""
    bare.setenv("QT_QPA_PLATFORM", "nonsense")
    assert screen.obstacle() == "Qt has no platform called ‘nonsense’: unset QT_QPA_PLATFORM, and try again."
