"""Two cards of the inspector while no layer is selected: what a port's shape means, and four keys worth knowing."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from app.canvas.ink import Ink
from app.canvas.ports import PortState, paint_port
from app.panels.words import label
from app.theme import current

PORTS = (
    ("maps", "maps: channels × height × width"),
    ("vector", "a vector: one row of numbers"),
    ("sequence", "a sequence: steps × features"),
)
KEYS = (
    ("add", "search and add a layer"),
    ("undo", "undo anything, training too"),
    ("layer_help", "what a layer does, with its source"),
    ("tidy", "tidy the picture"),
)


class PortSign(QWidget):
    """A joined port, as the canvas draws it."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._kind = kind
        self.setFixedSize(16, 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_port(painter, QPointF(8, 8), self._kind, True, PortState.PLAIN, Ink(current()))
        painter.end()


class Card(QFrame):
    """A title, rows of a sign and its meaning, a last sentence."""

    def __init__(self, title: str, rows: tuple[tuple[QWidget, str], ...], last: str = "") -> None:
        super().__init__()
        self.setProperty("surface", "card")
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 12, 12, 12)
        box.setSpacing(10)
        box.addWidget(label(title, "strong"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for i, (sign, words) in enumerate(rows):
            grid.addWidget(sign, i, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label(words, "second", wraps=True), i, 1)
        box.addLayout(grid)
        if last:
            box.addWidget(label(last, "caption", wraps=True))


def port_legend() -> Card:
    """Square, circle, diamond: a port's shape is the kind of what passes it."""
    rows = tuple((PortSign(kind), words) for kind, words in PORTS)
    return Card("What a port’s shape means", rows, "A filled port is connected, a hollow one is free.")


class KeyCard(Card):
    """The first keys to know; `follow` writes them as they are now."""

    def __init__(self) -> None:
        self._signs = {id: label("", "keys") for id, _ in KEYS}
        super().__init__("Worth knowing", tuple((self._signs[id], words) for id, words in KEYS))

    def follow(self, hint: Callable[[str], str]) -> None:
        for id, sign in self._signs.items():
            sign.setText(hint(id) or "–")
