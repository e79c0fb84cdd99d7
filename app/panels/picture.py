"""A layer's drawing on the screen: the marks of `nodes.drawing` painted in the colours of the theme."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen

from app.theme import font
from app.tokens import Tokens, mix
from nodes.drawing import Box, Disc, Drawing, Ink, Mark, Path, Pixels, Words

DASHES = [4.0, 3.0]


def shade(ink: Ink, category: str, tokens: Tokens, ground: str) -> str:
    """The colour of an ink over the ground."""
    full = tokens.role(ink.role, category)
    return full if ink.share >= 1 else mix(full, ground, ink.share)


class Brushes:
    """What paints the marks of one layer's drawing."""

    def __init__(self, painter: QPainter, category: str, tokens: Tokens, ground: str = "") -> None:
        self._painter, self._category, self._tokens = painter, category, tokens
        self._ground = ground or tokens.panel

    def paint(self, mark: Mark) -> None:
        if isinstance(mark, Path):
            self._path(mark)
        elif isinstance(mark, Box):
            self._use(mark.line, mark.fill, mark.stroke, mark.dashed)
            self._painter.drawRoundedRect(QRectF(mark.x, mark.y, mark.width, mark.height), mark.radius, mark.radius)
        elif isinstance(mark, Disc):
            self._use(mark.line, mark.fill, mark.width)
            self._painter.drawEllipse(QPointF(mark.x, mark.y), mark.radius, mark.radius)
        elif isinstance(mark, Words):
            self._words(mark)
        else:
            self._pixels(mark)

    def _color(self, ink: Ink) -> QColor:
        return QColor(shade(ink, self._category, self._tokens, self._ground))

    def _use(self, line: Ink | None, fill: Ink | None, width: float, dashed: bool = False) -> None:
        pen = QPen(Qt.PenStyle.NoPen)
        if line is not None:
            pen = QPen(self._color(line), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
            if dashed:
                pen.setDashPattern(DASHES)
        self._painter.setPen(pen)
        self._painter.setBrush(QBrush(self._color(fill)) if fill else Qt.BrushStyle.NoBrush)

    def _path(self, mark: Path) -> None:
        self._use(mark.line, mark.fill, mark.width, mark.dashed)
        points = [QPointF(x, y) for x, y in mark.points]
        path = QPainterPath(points[0])
        if mark.smooth:
            middle = (points[0].x() + points[1].x()) / 2
            path.cubicTo(QPointF(middle, points[0].y()), QPointF(middle, points[1].y()), points[1])
        else:
            for point in points[1:]:
                path.lineTo(point)
        if mark.closed:
            path.closeSubpath()
        self._painter.drawPath(path)

    def _words(self, mark: Words) -> None:
        face = _font(mark)
        width = QFontMetricsF(face).horizontalAdvance(mark.text)
        self._painter.setFont(face)
        self._painter.setPen(self._color(mark.ink))
        metrics = QFontMetricsF(face)
        baseline = mark.y + metrics.capHeight() / 2
        self._painter.drawText(QPointF(mark.x - mark.align * width, baseline), mark.text)

    def _pixels(self, mark: Pixels) -> None:
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for r, row in enumerate(mark.rows):
            for c, value in enumerate(row):
                if value:
                    square = QRectF(mark.x + c * mark.side, mark.y + r * mark.side, mark.side, mark.side)
                    self._painter.fillRect(square, self._color(mark.ink_of(value)))
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def _font(mark: Words) -> QFont:
    face = font("mono-caption" if mark.mono else "caption")
    face.setPixelSize(round(mark.size))
    return face


def paint_drawing(painter: QPainter, drawing: Drawing, category: str, tokens: Tokens, ground: str = "") -> None:
    """The marks, from the painter's origin, one over the other. `ground`: the colour below, where it is not the panel's."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    brushes = Brushes(painter, category, tokens, ground)
    for mark in drawing.marks:
        brushes.paint(mark)


def drawn(drawing: Drawing, category: str, tokens: Tokens, scale: float = 1.0) -> QImage:
    """The drawing as an image for a screen of that scale, on the panel's colour."""
    size = QSizeF(drawing.width, drawing.height) * scale
    image = QImage(size.toSize(), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(scale)
    image.fill(QColor(tokens.panel))
    painter = QPainter(image)
    paint_drawing(painter, drawing, category, tokens)
    painter.end()
    return image
