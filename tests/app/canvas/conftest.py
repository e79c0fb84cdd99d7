"""A canvas on the offscreen platform, and a hand that holds a mouse."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import theme
from app.canvas.view import CanvasView
from app.session import Session
from app.window import MainWindow
from nodes.document import Document
from nodes.example import new

NO_KEYS = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton


class Hand:
    """Presses, drags and lets go, in scene coordinates, as a person would: QTest's moves carry no buttons."""

    def __init__(self, view: CanvasView) -> None:
        self.view = view

    def press(self, point: QPointF, keys: Qt.KeyboardModifier = NO_KEYS, button: Qt.MouseButton = LEFT) -> None:
        self._send(QEvent.Type.MouseButtonPress, point, button, button, keys)

    def move(self, point: QPointF, keys: Qt.KeyboardModifier = NO_KEYS, held: Qt.MouseButton = LEFT) -> None:
        self._send(QEvent.Type.MouseMove, point, Qt.MouseButton.NoButton, held, keys)

    def release(self, point: QPointF, keys: Qt.KeyboardModifier = NO_KEYS, button: Qt.MouseButton = LEFT) -> None:
        self._send(QEvent.Type.MouseButtonRelease, point, button, Qt.MouseButton.NoButton, keys)

    def click(self, point: QPointF, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
        self.press(point, keys)
        self.release(point, keys)

    def drag(self, start: QPointF, end: QPointF, keys: Qt.KeyboardModifier = NO_KEYS, button: Qt.MouseButton = LEFT) -> None:
        self.carry(start, end, keys, button)
        self.release(end, keys, button)

    def carry(self, start: QPointF, end: QPointF, keys: Qt.KeyboardModifier = NO_KEYS, button: Qt.MouseButton = LEFT) -> None:
        """Press and move, without letting go."""
        self.press(start, keys, button)
        for share in (0.25, 0.5, 0.75, 1.0):
            self.move(start + (end - start) * share, keys, button)

    def double_click(self, point: QPointF) -> None:
        self.double_press(point)
        self.release(point)

    def double_press(self, point: QPointF) -> None:
        """A double click whose second press is held."""
        self.click(point)
        self._send(QEvent.Type.MouseButtonDblClick, point, LEFT, LEFT, NO_KEYS)

    def _send(
        self, kind: QEvent.Type, point: QPointF, button: Qt.MouseButton, held: Qt.MouseButton, keys: Qt.KeyboardModifier
    ) -> None:
        at: QPoint = self.view.mapFromScene(point)
        port = self.view.viewport()
        event = QMouseEvent(kind, QPointF(at), QPointF(port.mapToGlobal(at)), button, held, keys)
        QApplication.sendEvent(port, event)


Open = Callable[[Document], tuple[CanvasView, Hand]]


@pytest.fixture
def canvas(qtbot: QtBot) -> Iterator[Open]:
    """Show a document at 100 % and give a hand to work on it."""
    sessions: list[Session] = []

    def show(document: Document) -> tuple[CanvasView, Hand]:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        tokens = theme.apply(app, "dark")
        sessions.append(Session(document))
        view = CanvasView(sessions[-1], tokens)
        qtbot.addWidget(view)
        view.resize(1500, 900)
        view.show()
        view.reset_zoom()
        view.centerOn(640, 280)
        return view, Hand(view)

    yield show
    for session in sessions:  # a check under way would find no canvas
        session.verdicts.close()


def port(view: CanvasView, node: str, name: str, output: bool) -> QPointF:
    return view.canvas.nodes[node].port_point(output, name)


def header(view: CanvasView, node: str) -> QPointF:
    return view.canvas.nodes[node].scene_body().topLeft() + QPointF(60, 14)


@dataclass
class Desk:
    """The whole window with LeNet at 100 %, a hand, and its keys."""

    window: MainWindow
    view: CanvasView
    hand: Hand
    session: Session
    said: list[str]

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
        """Press a key where the focus is, as the keyboard does."""
        QTest.keyClick(QApplication.focusWidget() or self.view, key, keys)

    def type(self, text: str) -> None:
        QTest.keyClicks(QApplication.focusWidget(), text)

    def hover(self, point: QPointF) -> None:
        """The pointer moves there, and no button is held."""
        self.hand.move(point, held=Qt.MouseButton.NoButton)

    @property
    def document(self) -> Document:
        return self.session.document


@pytest.fixture
def desk(qtbot: QtBot, make_window: Callable[..., MainWindow]) -> Desk:
    window = make_window(new("lenet"))
    window.resize(1920, 1080)
    view = window.canvas
    # The splitter lays out in a second round, and each round fits the network anew.
    qtbot.waitUntil(lambda: view.width() > 1300 and view.height() > 600)
    for _ in range(3):
        QApplication.processEvents()
    view.reset_zoom()
    view.centerOn(640, 280)
    view.setFocus()
    said: list[str] = []
    view.status_message.connect(said.append)
    return Desk(window, view, Hand(view), view.session, said)
