"""A window for each test, with preferences and recovery files of its own, closed afterwards; nothing may be left running."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app import theme
from app.panels import filing
from app.window import MainWindow
from nodes import edits
from nodes.document import Document
from nodes.example import new
from runtime.events import Finished

Make = Callable[..., MainWindow]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Preferences and recovery files of this test alone."""
    monkeypatch.setenv("NETWRIGHT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(autouse=True)
def no_button_held(qtbot) -> None:
    """A double click that opens something over itself leaves Qt believing in a button that is held, in later tests too."""
    if QApplication.mouseButtons() != Qt.MouseButton.NoButton:
        under = QWidget()
        qtbot.addWidget(under)
        under.show()
        QTest.mouseRelease(under, QApplication.mouseButtons())
    assert QApplication.mouseButtons() == Qt.MouseButton.NoButton


@pytest.fixture(autouse=True)
def none_left(qtbot) -> Iterator[None]:
    """What a test closed is gone before the next one, which would style and lay out all of it again."""
    yield
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def make_window(qtbot, home, monkeypatch) -> Iterator[Make]:
    """Windows, shown; closed at the end without a question."""
    monkeypatch.setattr(filing, "ask_about_changes", lambda *_: filing.DISCARD)
    theme.apply(QApplication.instance(), "dark")
    made: list[MainWindow] = []

    def make(document: Document | None = None) -> MainWindow:
        window = MainWindow(document if document is not None else new("lenet"))
        window.resize(1280, 720)
        window.show()
        to_front(qtbot, window)
        made.append(window)
        return window

    yield make
    monkeypatch.setattr(filing, "ask_about_changes", lambda *_: filing.DISCARD)
    for window in made:
        window.close()
        window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not [t.name for t in threading.enumerate() if t.name.startswith("netwright")]
    assert not multiprocessing.active_children()


@pytest.fixture
def window(make_window: Make) -> MainWindow:
    return make_window()


@pytest.fixture
def started(make_window: Make) -> MainWindow:
    """A window as the program opens it without a file."""
    window = make_window(Document())
    window.starting.show()
    settled()
    return window


def settled() -> None:
    """What Qt has put off is done."""
    for _ in range(4):
        QApplication.processEvents()


def press(*keys, held=Qt.KeyboardModifier.NoModifier) -> None:
    for key in keys:
        QTest.keyClick(QApplication.focusWidget(), key, held)


def to_front(qtbot, window: MainWindow) -> None:
    """Shortcuts reach the active window only, and a window becomes that a little after it is shown."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


def tiny(epochs: int = 3) -> Document:
    """A playground that trains in a moment."""
    return edits.set_recipe(new("playground"), epochs=epochs, batch_size=50)


class Heard(QObject):
    """Collects what a signal carries."""

    def __init__(self, signal) -> None:
        super().__init__()
        self.all: list[object] = []
        signal.connect(self.take)

    def take(self, what: object = None) -> None:
        self.all.append(what)


def train_to_end(qtbot, window: MainWindow) -> Finished:
    """Press Train and wait for the run's end."""
    heard = Heard(window.client.finished)
    window.control.toggle()
    qtbot.waitUntil(lambda: bool(heard.all), timeout=30_000)
    return heard.all[0]
