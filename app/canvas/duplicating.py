"""Alt at the press: the originals stay, and copies of all that the hand would carry are where it is let go."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from app.canvas import actions
from app.canvas.carrying import MoveFrame, MoveNodes
from app.canvas.geometry import RADIUS
from app.canvas.gestures import Pointer
from app.canvas.items import frame
from app.canvas.moving import Move
from app.glyphs import glyph_for, paint_tile
from nodes import clipboard
from nodes.document import Document


class _Copies(Move):
    """Only outlines move."""

    title = "Duplicate"

    def free(self, at: Pointer) -> bool:
        return False  # Alt has begun it

    def show(self) -> None:
        """What is there stays."""

    def release(self, at: Pointer) -> None:
        self._made: list[str] = []
        super().release(at)
        if self._made:
            actions.choose(self.view.session, self.view.canvas, self._made)

    def edit(self, document: Document) -> Document:
        text = clipboard.copy(document, self._from.nodes, self._from.frames)
        document, self._made = clipboard.paste(document, text, self._by, parent=self.view.session.level)
        return document

    # -- the outlines ----------------------------------------------------------------------------------------------------
    def _nodes(self) -> dict[str, QRectF]:
        return {i: self.view.canvas.nodes[i].body().translated(*place) for i, place in self._to.nodes.items()}

    def _frames(self) -> list[QRectF]:
        return [QRectF(*rect) for rect in self._to.frames.values()]

    def bounds(self) -> QRectF:
        rect = super().bounds()
        for outline in (*self._nodes().values(), *self._frames()):
            rect = rect.united(outline.adjusted(-3, -3, 3, 3))
        return rect

    def paint(self, painter: QPainter) -> None:
        ink = self.view.canvas.ink
        painter.setPen(ink.pen("accent", 1.5, dashed=True))
        for rect in self._frames():
            painter.drawRoundedRect(rect, frame.RADIUS, frame.RADIUS)
        for id, outline in self._nodes().items():
            look = self.view.canvas.nodes[id].look
            painter.setPen(ink.pen("accent", 1.5, dashed=True))
            painter.setBrush(ink.color("raised", 0.8))
            painter.drawRoundedRect(outline, RADIUS, RADIUS)
            tile = QRectF(outline.left() + 7, outline.top() + 4, 20, 20)
            paint_tile(painter, tile, look.category, glyph_for(look.type, look.category), ink.tokens)
        super().paint(painter)


class Duplicate(_Copies, MoveNodes):
    """Copies of the selected nodes, of frames that are selected with them, and of what stands in those."""

    def loose(self) -> bool:
        return False


class DuplicateFrame(_Copies, MoveFrame):
    """A copy of a frame with what stands inside, or of a note."""
