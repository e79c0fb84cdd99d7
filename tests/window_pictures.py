"""Pictures of the window for a designer's eye and for README: `dev.py pictures FOLDER` takes them, dark and light.

Real documents and real training; QT_SCALE_FACTOR=2 takes them at 200 %.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from unittest import mock

from PySide6.QtCore import QPoint, QSettings
from PySide6.QtWidgets import QApplication

from app import theme
from app.window import MainWindow
from nodes import edits
from nodes.document import Document
from nodes.example import new

SIZES = {"1920": (1920, 1080), "1280": (1280, 720), "960": (960, 540)}


def wait(until: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and not until():
        QApplication.processEvents()
        time.sleep(0.005)


def first(window: MainWindow) -> None:
    """As it is opened."""


def start(window: MainWindow) -> None:
    """As the program opens it, when every example has its picture."""
    window.starting.show()
    page = window.starting.page
    wait(lambda: page is not None and not page.gathering.missing, 60)


def training(window: MainWindow) -> None:
    """LeNet at the sixth of its ten epochs."""
    window.control.toggle()
    wait(lambda: window.control.progress.share > 0.55, 120)
    window.session.select(["n5"])
    wait(lambda: False, 0.4)


def layers(window: MainWindow) -> None:
    window.show_layers()


def problems(window: MainWindow) -> None:
    window.session.do("Break", lambda d: edits.set_setting(d, "n5", "kernel_size", (40, 40)))
    window.show_problems()


def search(window: MainWindow) -> None:
    window.canvas.open_search()


def commands(window: MainWindow) -> None:
    """The list that Ctrl+Shift+P opens is a window of its own: drawn where it stands."""
    window.open_palette()


STATES: dict[str, tuple[Callable[[], Document], Callable[[MainWindow], None]]] = {
    "start": (Document, start),
    "first": (lambda: new("lenet"), first),
    "empty": (Document, first),
    "training": (lambda: new("lenet"), training),
    "layers": (lambda: new("lenet"), layers),
    "problems": (lambda: new("lenet"), problems),
    "search": (lambda: new("lenet"), search),
    "commands": (lambda: new("lenet"), commands),
}


def take(state: str, mode: theme.Mode, size: str, folder: Path) -> Path:
    """One picture. Settings and journal are of this picture alone."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.apply(app, mode)
    make, go = STATES[state]
    with tempfile.TemporaryDirectory() as home, mock.patch.dict(os.environ, NETWRIGHT_HOME=home):
        window = MainWindow(make(), QSettings(f"{home}/window.ini", QSettings.Format.IniFormat))
        window.resize(*SIZES[size])
        window.show()
        wait(lambda: False, 0.2)
        go(window)
        wait(lambda: False, 0.2)
        picture = window.grab()
        if window.commands.isVisible():
            window.commands.render(picture, window.commands.pos() - window.mapToGlobal(QPoint(0, 0)))
        file = folder / f"{state}-{mode}-{size}.png"
        picture.save(str(file))
        window.control.stop()
        window.commands.hide()
        window.shut_down()
        window.deleteLater()
    return file


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="dev.py pictures", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--states", nargs="+", choices=STATES, default=list(STATES))
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--modes", nargs="+", choices=("dark", "light"), default=["dark", "light"])
    chosen = parser.parse_args(arguments)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication([])
    for mode in chosen.modes:
        for state in chosen.states:
            for size in chosen.sizes:
                print(take(state, mode, size, chosen.folder))
    del app
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
