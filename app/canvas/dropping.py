"""Dropping: a layer dragged in from the palette. Its outline snaps to the grid; over a wire it says it will be inserted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPointF, QRectF
from PySide6.QtGui import QPainter

from app.canvas.geometry import BEAD, HEADER, WIDTH
from app.canvas.ink import Ink
from app.canvas.offers import top_left
from app.glyphs import glyph_for, paint_tile
from app.shelf import Shelf, kind
from nodes.document import Wire
from nodes.layer import layer_type

if TYPE_CHECKING:
    from app.canvas.view import CanvasView

MIME = "application/x-netwright-layer"


def dragged_type(mime: QMimeData, shelf: Shelf) -> str | None:
    """The layer type, or the library's block, that a drag carries; None for anything this version does not know."""
    try:
        name = bytes(mime.data(MIME).data()).decode("utf-8")
    except UnicodeDecodeError:
        return None
    return name if shelf.has(name) else None


class DropGhost:
    """The picture of the layer or block to be."""

    def __init__(self, type: str, title: str, ink: Ink) -> None:
        self.type, self._title, self._ink = type, title, ink
        self._cls = layer_type(kind(type))
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
        paint_tile(painter, tile, self._cls.category, glyph_for(self._cls.type, self._cls.category), ink.tokens)
        if self._cls.bead:
            ink.text(painter, box.center().x(), box.bottom() + 11, self._title, "caption", "text", 0.5)
        else:
            ink.text(painter, box.left() + 34, box.center().y(), self._title, "strong", "text")


class Dropping:
    """A drag from the palette while it is over the canvas."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self._ghost: DropGhost | None = None

    def enter(self, mime: QMimeData) -> bool:
        """Whether the canvas takes what is dragged."""
        shelf = self._view.session.shelf
        type = dragged_type(mime, shelf) if mime.hasFormat(MIME) else None
        self._ghost = DropGhost(type, shelf.title(type), self._view.canvas.ink) if type else None
        return self._ghost is not None

    def move(self, point: QPointF) -> bool:
        if self._ghost is None:
            return False
        self._ghost.follow(point)
        self._view.canvas.overlay.draw(self._ghost)
        self._view.mark_wire(self._onto(self._ghost.type, point))
        return True

    def leave(self) -> None:
        self._ghost = None
        self._view.canvas.overlay.draw(None)
        self._view.mark_wire(None)
        self._view.status_message.emit("")

    def drop(self, point: QPointF) -> bool:
        """Place the layer, or insert it on the wire under it."""
        if self._ghost is None:
            return False
        type = self._ghost.type
        wire = self._onto(type, point)
        self.leave()
        position = top_left(type, point.x(), point.y(), at_port=False)
        if wire is None:
            self._view.add_layer(type, position)
        else:
            self._view.insert(type, wire, position)
        self._view.setFocus()
        return True

    def _onto(self, type: str, point: QPointF) -> Wire | None:
        shelf = self._view.session.shelf
        if not shelf.may_stand_on_wire(type) or self._view.canvas.node_at(point) is not None:
            return None
        return self._view.wire_to_insert(point, lambda d, w: shelf.insert(d, w, type)[0])
