"""DropGhost: a layer dragged in from the palette, as an outline that snaps to the grid before it is let go."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from app.canvas.geometry import BEAD, HEADER, WIDTH
from app.canvas.ink import Ink
from app.canvas.offers import top_left
from app.glyphs import glyph_for, paint_tile
from nodes.layer import layer_type, layer_types

MIME = "application/x-netwright-layer"


def dragged_type(data: bytes) -> str | None:
    """The layer type that a drag carries; None for anything this version does not know."""
    try:
        name = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return name if name in layer_types() else None


class DropGhost:
    """The picture of the layer to be."""

    def __init__(self, type: str, ink: Ink) -> None:
        self.type, self._ink = type, ink
        self._cls = layer_type(type)
        self._box = QRectF()

    def follow(self, point: QPointF) -> None:
        x, y = top_left(self.type, point.x(), point.y(), at_port=False)
        self._box = QRectF(x, y, *(BEAD if self._cls.bead else (WIDTH, HEADER)))

    def bounds(self) -> QRectF:
        return self._box.adjusted(-40, -4, 40, 24)

    def paint(self, painter: QPainter) -> None:
        ink, box = self._ink, self._box
        painter.setPen(ink.pen("accent", 1.5, dashed=True))
        painter.setBrush(ink.color("raised", 0.8))
        painter.drawRoundedRect(box, 8, 8)
        tile = QRectF(box.left() + (8 if self._cls.bead else 7), box.top() + 4, 20, 20)
        paint_tile(painter, tile, self._cls.category, glyph_for(self.type, self._cls.category), ink.tokens)
        if self._cls.bead:
            ink.text(painter, box.center().x(), box.bottom() + 11, self.type, "caption", "text", 0.5)
        else:
            ink.text(painter, box.left() + 34, box.center().y(), self.type, "strong", "text")
