"""RefusalCard: why a wire does not fit, and what letting go would do about it. It stands beside the port, not over it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.canvas.ink import Ink, text_width, wrapped_height
from app.canvas.look import counted
from app.glyphs import glyph_for, paint_glyph, paint_tile
from app.tokens import Tokens
from nodes.layer import layer_type
from nodes.problems import Repair
from runtime.errors import NetwrightError

WIDTH = 384
ROW = 34
LAST = "Pull away or press Esc to change nothing. Undo is one key."
NO_WAY = "Let go, and nothing is changed."


class RefusalCard(QWidget):
    """Painted, so that it never takes the pointer from the wire."""

    def __init__(self, parent: QWidget, tokens: Tokens) -> None:
        super().__init__(parent)
        self._canvas = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._ink = Ink(tokens)
        self.title = self.sentence = self._shape = ""
        self.repairs: tuple[Repair, ...] = ()
        self.choice = 0
        self._keys = ("let go", "↓", "↑", LAST)
        self.hide()

    def say_keys(self, take: str, on: str, back: str, last: str) -> None:
        """What takes the repair, and what goes to the next and the one before, where no pointer carries the wire."""
        self._keys = (take, on, back, last)

    def show_refusal(self, title: str, sentence: str, repairs: tuple[Repair, ...], choice: int, shape: str) -> None:
        self.title, self.sentence, self.repairs, self.choice, self._shape = title, sentence, repairs, choice, shape
        self.setAccessibleName(f"{title}. {sentence}")
        self.resize(WIDTH, round(self._rows_top() + ROW * len(repairs) + 40))
        self.show()
        self.raise_()
        self.update()

    def stand_by(self, port: QPoint) -> None:
        """Below and left of the port, or above it where there is no room; always inside the canvas."""
        room = self._canvas.rect().adjusted(8, 8, -8, -8)
        below = port.y() + 34
        y = below if below + self.height() <= room.bottom() else port.y() - 34 - self.height()
        x = port.x() - self.width() - 16 + 40
        x = max(room.left(), min(x, room.right() - self.width()))
        self.move(x, max(room.top(), min(y, room.bottom() - self.height())))

    def _rows_top(self) -> float:
        return 34 + wrapped_height(self.sentence, "dense", WIDTH - 60) + 12

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = self._ink
        painter.setPen(ink.pen("line2"))
        painter.setBrush(ink.brush("raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        self._cross(painter)
        ink.text(painter, 44, 22, self.title, "strong", "text")
        ink.paragraph(painter, QRectF(44, 34, WIDTH - 60, 200), self.sentence, "dense", "text2")
        for i, repair in enumerate(self.repairs):
            self._row(painter, i, repair)
        bottom = self.height() - 34
        painter.setPen(ink.pen("line"))
        painter.drawLine(12, bottom, WIDTH - 12, bottom)
        ink.text(painter, 16, bottom + 17, self._keys[3] if self.repairs else NO_WAY, "caption", "text3")
        painter.end()

    def _cross(self, painter: QPainter) -> None:
        circle = QRectF(14, 13, 20, 20)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._ink.brush("err"))
        painter.drawEllipse(circle)
        paint_glyph(painter, circle.adjusted(4, 4, -4, -4), "cross", self._ink.color("raised"))

    def _shapes(self, repair: Repair, room: float) -> str:
        """What a repair makes of the shape, as much of it as there is room for."""
        result = counted(repair.result)
        return _fitting((f"{self._shape} → {result}", f"→ {result}"), room) if result else ""

    def _row(self, painter: QPainter, index: int, repair: Repair) -> None:
        ink, top = self._ink, self._rows_top() + ROW * index
        row = QRectF(8, top, WIDTH - 16, ROW - 2)
        if index == self.choice:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink.brush("accenttint"))
            painter.drawRoundedRect(row, 4, 4)
        category = _category(repair.layer)
        tile = QRectF(16, row.center().y() - 10, 20, 20)
        paint_tile(painter, tile, category, glyph_for(repair.layer, category), ink.tokens)
        ink.text(painter, 44, row.center().y(), repair.title, "strong", "text")
        hint = self._keys[0 if index == self.choice else (1 if index > self.choice else 2)]
        width = text_width(hint, "caption") + 14
        x = 44 + text_width(repair.title, "strong") + 10
        ink.text(painter, x, row.center().y(), self._shapes(repair, row.right() - 16 - width - x), "smallest", "text2")
        chip = QRectF(row.right() - 8 - width, row.center().y() - 9, width, 18)
        painter.setPen(ink.pen("line2"))
        painter.setBrush(ink.brush("raised"))
        painter.drawRoundedRect(chip, 4, 4)
        ink.text(painter, chip.center().x(), chip.center().y(), hint, "caption", "text2", 0.5)


def _fitting(choices: Iterable[str], room: float) -> str:
    """The first text that is not cut off."""
    return next((c for c in choices if text_width(c, "smallest") <= room), "")


def _category(layer: str) -> str:
    try:
        return layer_type(layer).category
    except NetwrightError:
        return "Block"
