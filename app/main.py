"""Starts the window: seen first, then warmed up; a mistake of ours becomes a sentence and a line in the log file."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QByteArray, QSettings, QTimer
from PySide6.QtWidgets import QApplication

from app import theme
from app.background import TURN
from app.canvas import accessible
from app.garbage import look_rarely
from app.settings import state_folder, store
from app.start_page.starting import shows_at_start
from app.window import MainWindow
from nodes.document import Document

Hook = Callable[[type[BaseException], BaseException, TracebackType | None], None]


def run(path: str | None) -> int:
    """Open the window (with a file) and stay until it is closed."""
    look_rarely()
    sys.setswitchinterval(TURN)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("Netwright")
    app.setOrganizationName("Netwright")
    app.setDesktopFileName("netwright")
    accessible.install()
    settings = store()
    mode = settings.value("theme", "system")
    theme.apply(app, mode if mode in ("dark", "light") else "system")
    window = first_window(path, settings)
    sys.excepthook = _hook(window)
    window.show()
    QTimer.singleShot(0, window, lambda: warm_up(window, path))
    result = app.exec()
    sys.excepthook = sys.__excepthook__
    return result


def first_window(path: str | None, settings: QSettings) -> MainWindow:
    """As it is first seen: empty until the file at `path` is read, else with the start page, or with LeNet."""
    starts = path is None and shows_at_start(settings)
    window = MainWindow(Document() if path or starts else None, settings)
    _restore_size(window)
    if starts:
        window.starting.show()
    return window


def warm_up(window: MainWindow, path: str | None = None) -> None:
    """What may come after the window is seen: the file, the training process, the plots, what a crash left."""
    if path:
        window.filing.load(Path(path))
    window.client.warm()
    window.offer_recovery()
    QTimer.singleShot(300, window, _import_plots)


def _import_plots() -> None:
    import app.plots.plot_canvas  # noqa: F401


def _restore_size(window: MainWindow) -> None:
    geometry = window.store.value("geometry")
    if not isinstance(geometry, QByteArray) or not window.restoreGeometry(geometry):
        window.resize(1440, 900)
    window.closing.connect(lambda: window.store.setValue("geometry", window.saveGeometry()))


def _hook(window: MainWindow) -> Hook:
    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            window.close()
            return
        details = "".join(traceback.format_exception(kind, error, trace))
        file = write_log(details)
        sentence = f"Netwright made a mistake ({kind.__name__}). Your work is kept; the details are in {file}."
        try:
            window.tell_mistake(sentence, details)
        except RuntimeError:  # the window is gone
            print(sentence, file=sys.stderr)

    return hook


def write_log(details: str) -> Path:
    file = state_folder() / "netwright.log"
    with file.open("a", encoding="utf-8") as log:
        log.write(f"{datetime.now():%Y-%m-%d %H:%M:%S} pid {os.getpid()}\n{details}\n")
    return file
