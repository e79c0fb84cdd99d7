"""Faces of a node at rest: the output's shape as a drawing, the sentence of an error, the prompt of a free input.

A face is a small value with a `height` and `paint`. Equal faces look the same. Without `words` it leaves small text out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from app.canvas.geometry import FACE
from app.canvas.ink import Ink, wrapped_height
from app.canvas.look import NodeLook
from app.glyphs import paint_glyph

SHEETS = 92.0
FLAT = 72.0
MOST_SHEETS = 12
MOST_CELLS = 12
LINE_HEIGHT, MOST_LINES = 15.0, 6


class Face(Protocol):
    """What stands between a node's setting line and its footer, 142 wide."""

    @property
    def height(self) -> float: ...

    def paint(self, painter: QPainter, rect: QRectF, ink: Ink, words: bool = True) -> None: ...


@dataclass(frozen=True)
class Sheets:
    """Maps as stacked sheets, one a channel, up to a dozen."""

    channels: int
    rows: int
    columns: int
    category: str
    height: float = SHEETS

    def paint(self, painter: QPainter, rect: QRectF, ink: Ink, words: bool = True) -> None:
        count = max(1, min(self.channels, MOST_SHEETS))
        side = 50.0 if count > 1 else 76.0
        longest = max(self.rows, self.columns, 1)
        w, h = max(side * self.columns / longest, 6), max(side * self.rows / longest, 6)
        spread = 1.0 if count > 3 else 0.3 * (count - 1)
        dx, dy = self._step(rect.width() - w - 2, count, spread), self._step(rect.height() - h - 2, count, spread)
        left = rect.left() + 1 + (rect.width() - 2 - w - dx * (count - 1)) / 2
        bottom = rect.bottom() - 1 - (rect.height() - 2 - h - dy * (count - 1)) / 2
        painter.setPen(ink.pen(ink.tokens.hue(self.category)))
        painter.setBrush(ink.brush("raised"))
        for i in range(count):
            painter.drawRoundedRect(QRectF(left + dx * i, bottom - h - dy * i, w, h), 2, 2)
        top = QRectF(left + dx * (count - 1), bottom - h - dy * (count - 1), w, h)
        self._grid(painter, top)

    def _step(self, room: float, count: int, spread: float) -> float:
        return room * spread / (count - 1) if count > 1 else 0.0

    def _grid(self, painter: QPainter, sheet: QRectF) -> None:
        """A small map shows its pixels: four by four is seen, not read."""
        if not 1 < max(self.rows, self.columns) <= 8:
            return
        for i in range(1, self.columns):
            x = sheet.left() + sheet.width() * i / self.columns
            painter.drawLine(QPointF(x, sheet.top()), QPointF(x, sheet.bottom()))
        for i in range(1, self.rows):
            y = sheet.top() + sheet.height() * i / self.rows
            painter.drawLine(QPointF(sheet.left(), y), QPointF(sheet.right(), y))


@dataclass(frozen=True)
class Column:
    """A vector as a column of cells; a long one is cut in the middle."""

    length: int
    category: str
    height: float = SHEETS

    def paint(self, painter: QPainter, rect: QRectF, ink: Ink, words: bool = True) -> None:
        whole = self.length <= MOST_CELLS
        cells, gap = (self.length, 0.0) if whole else (MOST_CELLS - 2, 14.0)
        side = min(14.0, (rect.height() - 2 - gap) / max(cells, 1))
        left, top = rect.center().x() - 11, rect.center().y() - (side * cells + gap) / 2
        painter.setPen(ink.pen(ink.tokens.hue(self.category)))
        painter.setBrush(ink.brush("raised"))
        for i in range(cells):
            painter.drawRect(QRectF(left, top + side * i + (gap if not whole and i >= cells // 2 else 0), 22, side))
        if not whole:
            self._dots(painter, QPointF(left + 11, top + side * (cells // 2) + gap / 2), ink)

    def _dots(self, painter: QPainter, middle: QPointF, ink: Ink) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink.hue(self.category))
        for i in (-1, 0, 1):
            painter.drawEllipse(QPointF(middle.x(), middle.y() + 4 * i), 1, 1)


@dataclass(frozen=True)
class Cylinder:
    """A dataset that has not shown a sample yet."""

    category: str
    height: float = SHEETS

    def paint(self, painter: QPainter, rect: QRectF, ink: Ink, words: bool = True) -> None:
        w, h, lid = 54.0, 66.0, 9.0
        body = QRectF(rect.center().x() - w / 2, rect.center().y() - h / 2, w, h)
        painter.setPen(ink.pen(ink.tokens.hue(self.category), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QRectF(body.left(), body.top(), w, 2 * lid))
        for x in (body.left(), body.right()):
            painter.drawLine(QPointF(x, body.top() + lid), QPointF(x, body.bottom() - lid))
        step = (h - 2 * lid) / 2
        for i in (0.5, 1, 2):
            arc = QRectF(body.left(), body.top() + step * i, w, 2 * lid)
            if i >= 1:
                painter.drawArc(arc, 180 * 16, 180 * 16)


@dataclass(frozen=True)
class Dots:
    """Dropout: units that are there and units that are left out. The pattern is fixed: nothing is drawn at random yet."""

    category: str
    height: float = 76.0

    def paint(self, painter: QPainter, rect: QRectF, ink: Ink, words: bool = True) -> None:
        painter.setPen(ink.pen(ink.tokens.hue(self.category)))
        for row in range(5):
            for column in range(9):
                there = (row * 7 + column * 5 + row * column) % 11 < 6
                painter.setBrush(ink.hue(self.category) if there else Qt.BrushStyle.NoBrush)
                painter.drawEllipse(QPointF(rect.left() + 7 + column * 16, rect.top() + 7 + row * 15), 3.5, 3.5)


@dataclass(frozen=True)
class Scalar:
    """A loss: everything before it ends in one number."""

    category: str
    height: float = FLAT

    def paint(self, painter: QPainter, rect: QRectF, ink: Ink, words: bool = True) -> None:
        painter.setPen(ink.pen(ink.tokens.hue(self.category), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        c = rect.center()
        for radius in (26.0, 16.0):
            painter.drawEllipse(c, radius, radius)
        painter.setBrush(ink.hue(self.category))
        painter.drawEllipse(c, 5, 5)


@dataclass(frozen=True)
class Sentence:
    """What is wrong, in words, at the node."""

    text: str

    @property
    def height(self) -> float:
        return max(48.0, wrapped_height(self.text, "caption", FACE - 16) + 16)

    def paint(self, painter: QPainter, rect: QRectF, ink: Ink, words: bool = True) -> None:
        painter.fillRect(rect, ink.brush("errtint"))
        if words:
            ink.paragraph(painter, rect.adjusted(8, 8, -8, -8), self.text, "caption", "text")
        else:
            paint_glyph(painter, rect.adjusted(8, 8, -8, -8), "cross", ink.color("err"))


@dataclass(frozen=True)
class Prompt:
    """A dashed field that asks for a wire."""

    text: str
    height: float = 48.0

    def paint(self, painter: QPainter, rect: QRectF, ink: Ink, words: bool = True) -> None:
        painter.setPen(ink.pen("line2", 1, dashed=True))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
        if words:
            ink.text(painter, rect.center().x(), rect.center().y(), self.text, "caption", "text2", 0.5)


@dataclass(frozen=True)
class BlockFace:
    """A block: the settings on its face, a line each, as many as there is room for. From afar what it gives is drawn."""

    lines: tuple[str, ...]
    drawing: Face

    @property
    def height(self) -> float:
        return max(48.0, LINE_HEIGHT * min(len(self.lines), MOST_LINES) + 12)

    def paint(self, painter: QPainter, rect: QRectF, ink: Ink, words: bool = True) -> None:
        if not words:
            self._draw(painter, rect, ink)
            return
        shown = self.lines if len(self.lines) <= MOST_LINES else (*self.lines[: MOST_LINES - 1], "…")
        for i, line in enumerate(shown):
            ink.text(painter, rect.left() + 1, rect.top() + 6 + LINE_HEIGHT * (i + 0.5), line, "smallest", "text2")

    def _draw(self, painter: QPainter, rect: QRectF, ink: Ink) -> None:
        """As large as there is room."""
        scale = min(1.0, rect.height() / self.drawing.height)
        painter.save()
        painter.translate(rect.center())
        painter.scale(scale, scale)
        box = QRectF(0, 0, rect.width(), self.drawing.height)
        self.drawing.paint(painter, box.translated(-box.center()), ink, words=False)
        painter.restore()


def idle_face(look: NodeLook) -> Face:
    """The face of a node that is not training."""
    if look.level == "error":
        return Sentence(_capital(look.sentence))
    if look.prompt:
        return Prompt(look.prompt)
    return BlockFace(look.face, _drawing(look)) if look.face else _drawing(look)


def _drawing(look: NodeLook) -> Face:
    """What it gives, as a picture."""
    if look.category == "Data":
        return Cylinder(look.category)
    if look.type == "Dropout":
        return Dots(look.category)
    dims = look.dims or ()
    if len(dims) == 3:
        return Sheets(*dims, look.category)
    if len(dims) == 2:
        return Sheets(1, *dims, look.category)
    return Column(dims[0], look.category) if dims else Scalar(look.category)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
