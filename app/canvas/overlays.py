"""What stands over the canvas and does not zoom: the title, the zoom control, and what an empty canvas says."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from app.canvas.ink import Ink, text_width
from app.glyphs import glyph_for, paint_tile
from app.tokens import Tokens
from nodes.document import BLOCK, ENTRY, EXIT, Document

HEADING = "Every network begins with data."
WORDS = "Drag a dataset onto the canvas, then layers after it, then a loss. The shapes follow by themselves."
HINT = (760, 330)
STEPS = (
    ("Data", "Data", "Digits, a spiral, or a folder of your pictures.", "drag it here"),
    ("Layers", "Core", "As many as you like, left to right.", "drop one on a wire to insert it"),
    ("Loss", "Loss", "What “wrong” means. It is left out of the export.", "Train wakes up when it is wired"),
)


class Title(QWidget):
    """The network's name and how many layers it has, top left. A double click renames; the rest is the canvas's."""

    rename = Signal()

    def __init__(self, parent: QWidget, tokens: Tokens) -> None:
        super().__init__(parent)
        self.setToolTip("Double-click to rename the network")
        self._ink = Ink(tokens)
        self.words = ("", "")
        self.move(8, 10)

    def set_tokens(self, tokens: Tokens) -> None:
        self._ink = Ink(tokens)
        self.update()

    def show_document(self, document: Document, whole: int) -> None:
        """`whole` counts every repetition of a block."""
        drawn = [n.id for n in document.nodes.values() if n.type not in (BLOCK, ENTRY, EXIT)]
        count = len(drawn)
        loose = sum(not document.wires_into[n] and not document.wires_out_of[n] for n in drawn)
        repeated = f" drawn, {whole:,} in all" if whole > count else ""
        second = f"{count} layer{'' if count == 1 else 's'}{repeated}" + (f" · {loose} not connected" if loose else "")
        self.words = (document.title, second)
        self.setAccessibleName(" ".join(self.words))
        self.resize(round(text_width(self.words[0], "strong") + text_width(second, "caption")) + 24, 20)
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.rename.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        # It stays readable over whatever is panned beneath it.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._ink.color("canvas", 0.88))
        painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
        self._ink.text(painter, 6, 10, self.words[0], "strong", "text")
        self._ink.text(painter, text_width(self.words[0], "strong") + 14, 10, self.words[1], "caption", "text3")
        painter.end()


class ZoomControl(QFrame):
    """− 59 % + Fit, bottom left."""

    zoom_by = Signal(float)
    reset = Signal()
    fit = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("segments", "low")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.out = self._button("−", "Zoom out", "first")
        self.level = self._button("100 %", "Zoom to 100 %", "middle")
        self.into = self._button("+", "Zoom in", "middle")
        self.all = self._button("Fit", "Show everything", "last")
        self.level.setMinimumWidth(60)
        for button in (self.out, self.level, self.into, self.all):
            row.addWidget(button)
        self.out.clicked.connect(lambda: self.zoom_by.emit(1 / 1.25))
        self.into.clicked.connect(lambda: self.zoom_by.emit(1.25))
        self.level.clicked.connect(self.reset)
        self.all.clicked.connect(self.fit)

    def _button(self, text: str, tip: str, segment: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setProperty("segment", segment)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return button

    def show_zoom(self, zoom: float) -> None:
        self.level.setText(f"{round(zoom * 100)} %")


class EmptyHint(QWidget):
    """What an empty canvas says, and the three ways to begin. Presses and drops fall through to the canvas."""

    add_data = Signal()
    search = Signal()
    example = Signal()

    def __init__(self, parent: QWidget, tokens: Tokens) -> None:
        super().__init__(parent)
        self._ink = Ink(tokens)
        self.whole = True
        self.setAccessibleName(f"{HEADING} {WORDS}")
        self.add = QPushButton("Add Digits", self)
        self.add.setProperty("primary", True)
        self.look = QPushButton("Search layers", self)
        self.begin = QPushButton("Start from an example", self)
        for button, signal in ((self.add, self.add_data), (self.look, self.search), (self.begin, self.example)):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(signal)

    def fit(self, room: QRect) -> None:
        """In the middle of the canvas; a low one has no room for the three steps."""
        self.whole = room.height() >= HINT[1] + 80
        self.setFixedSize(HINT[0], HINT[1] if self.whole else 120)
        self.move((room.width() - self.width()) // 2, max(24, (room.height() - self.height()) // 3))
        x = 180
        for button, width in ((self.add, 100), (self.look, 120), (self.begin, 160)):
            button.setGeometry(x, self.height() - 42, width, 28)
            x += width + 10

    def first_step(self) -> QPoint:
        """Where the data is drawn, on the canvas."""
        return self.pos() + QPoint(4, 96)

    def set_tokens(self, tokens: Tokens) -> None:
        self._ink = Ink(tokens)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.width() / 2
        self._ink.text(painter, middle, 18, HEADING, "start" if self.whole else "title", "text", 0.5)
        self._ink.text(painter, middle, 54, WORDS, "body", "text2", 0.5)
        for i, (title, category, words, below) in enumerate(STEPS if self.whole else ()):
            self._step(painter, QRectF(4 + i * 284, 96, 184, 120), title, category, words, below, i == 0)
            if i:
                painter.setPen(self._ink.pen("ctl", 1.75, dashed=True))
                painter.drawLine(QPointF(4 + i * 284 - 92, 122), QPointF(4 + i * 284 - 8, 122))
        painter.end()

    def _step(
        self, painter: QPainter, box: QRectF, title: str, category: str, words: str, below: str, first: bool
    ) -> None:
        ink = self._ink
        painter.setPen(ink.pen("accent" if first else "line2", 1.5 if first else 1, dashed=True))
        painter.setBrush(ink.brush("canvas"))
        painter.drawRoundedRect(box, 8, 8)
        tile = QRectF(box.left() + 12, box.top() + 14, 24, 24)
        paint_tile(painter, tile, category, glyph_for("", category), ink.tokens)
        ink.text(painter, box.left() + 46, tile.center().y(), title, "section", "text")
        ink.paragraph(painter, QRectF(box.left() + 12, box.top() + 48, box.width() - 24, 60), words, "dense", "text2")
        ink.text(painter, box.center().x(), box.bottom() + 18, below, "caption", "text2", 0.5)
