"""Vector glyphs, drawn by QPainter from the shapes in `app.glyph_shapes`: sharp at any zoom, in any colour."""

from __future__ import annotations

from functools import cache, lru_cache

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap

from app.glyph_shapes import LAYER_GLYPHS, TOOL_GLYPHS
from app.tokens import Tokens, category_key

GRID = 16.0
STROKE = 1.5
TILE_RADIUS = 4.0
# The share of a tile's side that its glyph takes: 16 in 20.
TILE_GLYPH = 0.8
SCALES = (1.0, 2.0, 3.0)
DISABLED_OPACITY = 0.4

_SHAPES = {**LAYER_GLYPHS, **TOOL_GLYPHS}
_COUNTS = {"M": 2, "L": 2, "C": 6, "Z": 0, "O": 4, "R": 5, "A": 5}

NAMES = tuple(_SHAPES)


def _extend(path: QPainterPath, command: str, n: list[float]) -> None:
    if command == "M":
        path.moveTo(n[0], n[1])
    elif command == "L":
        path.lineTo(n[0], n[1])
    elif command == "C":
        path.cubicTo(QPointF(n[0], n[1]), QPointF(n[2], n[3]), QPointF(n[4], n[5]))
    elif command == "Z":
        path.closeSubpath()
    elif command == "O":
        path.addEllipse(QPointF(n[0], n[1]), n[2], n[3])
    elif command == "R":
        path.addRoundedRect(QRectF(n[0], n[1], n[2], n[3]), n[4], n[4])
    else:
        circle = QRectF(n[0] - n[2], n[1] - n[2], 2 * n[2], 2 * n[2])
        path.arcMoveTo(circle, n[3])
        path.arcTo(circle, n[3], n[4])


def _path(words: str) -> QPainterPath:
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    parts = words.split()
    at = 0
    while at < len(parts):
        command = parts[at]
        end = at + 1 + _COUNTS[command]
        _extend(path, command, [float(part) for part in parts[at + 1 : end]])
        at = end
    return path


@cache
def _paths(name: str) -> tuple[QPainterPath, QPainterPath]:
    line, fill = _SHAPES[name]
    return _path(line), _path(fill)


def glyph_for(layer: str, category: str) -> str:
    """The glyph of a layer: its own where it has one (Tanh, Flatten …), else its category's, else a block's."""
    for name in (layer.lower(), category_key(category)):
        if name in LAYER_GLYPHS:
            return name
    return "block"


def paint_glyph(painter: QPainter, rect: QRectF, name: str, color: str | QColor) -> None:
    """Draw a glyph into the largest square in the middle of `rect`. The line's width grows with it."""
    line, fill = _paths(name)
    side = min(rect.width(), rect.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(rect.center().x() - side / 2, rect.center().y() - side / 2)
    painter.scale(side / GRID, side / GRID)
    shade = QColor(color)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(shade, STROKE, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    if not line.isEmpty():
        painter.drawPath(line)
    if not fill.isEmpty():
        painter.fillPath(fill, shade)
    painter.restore()


def paint_tile(painter: QPainter, rect: QRectF, category: str, glyph: str, tokens: Tokens) -> None:
    """A tile filled with the category's hue, the glyph on it."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.hue(category)))
    painter.drawRoundedRect(rect, TILE_RADIUS, TILE_RADIUS)
    painter.restore()
    side = min(rect.width(), rect.height()) * TILE_GLYPH
    inner = QRectF(0, 0, side, side)
    inner.moveCenter(rect.center())
    paint_glyph(painter, inner, glyph, tokens.onhue)


def _pixmap(size: int, scale: float, beside: int = 0) -> QPixmap:
    pixmap = QPixmap(QSize(round((size + beside) * scale), round(size * scale)))
    pixmap.setDevicePixelRatio(scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    return pixmap


def _glyph_pixmap(name: str, color: str, size: int, scale: float, opacity: float, beside: int) -> QPixmap:
    pixmap = _pixmap(size, scale, beside)
    painter = QPainter(pixmap)
    painter.setOpacity(opacity)
    paint_glyph(painter, QRectF(0, 0, size, size), name, color)
    painter.end()
    return pixmap


@lru_cache(maxsize=512)
def glyph_icon(name: str, color: str, size: int = 16, beside: int = 0) -> QIcon:
    """A glyph as an icon, with its disabled state at 40 %. Ask again with other colours when the theme changes. `beside`:
    empty pixels at its right, for a button with words, which Qt would set too close to it."""
    icon = QIcon()
    for scale in SCALES:
        icon.addPixmap(_glyph_pixmap(name, color, size, scale, 1.0, beside), QIcon.Mode.Normal)
        icon.addPixmap(_glyph_pixmap(name, color, size, scale, DISABLED_OPACITY, beside), QIcon.Mode.Disabled)
    return icon


@lru_cache(maxsize=512)
def tile_icon(category: str, glyph: str, tokens: Tokens, size: int = 18) -> QIcon:
    """A category's tile as an icon, for lists and palettes; the same in every state, also in a chosen row."""
    icon = QIcon()
    for scale in SCALES:
        pixmap = _pixmap(size, scale)
        painter = QPainter(pixmap)
        paint_tile(painter, QRectF(0, 0, size, size), category, glyph, tokens)
        painter.end()
        icon.addPixmap(pixmap, QIcon.Mode.Normal)
        icon.addPixmap(pixmap, QIcon.Mode.Selected)
    return icon
