"""The head of a node: its tile, its type and name, the sign of a problem. What does not fit gives way and is not cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from app.canvas import geometry as g
from app.canvas.ink import Ink, shortened, text_width
from app.canvas.look import NodeLook
from app.glyphs import glyph_for, paint_glyph, paint_tile

if TYPE_CHECKING:
    from app.canvas.items.node import NodeItem

#: A type may be drawn so much smaller to fit its header.
SHRUNK = 0.8


def paint_header(painter: QPainter, item: NodeItem, ink: Ink) -> None:
    look = item.look
    paint_state_tile(painter, QRectF(7, (g.HEADER - g.TILE) / 2, g.TILE, g.TILE), item, ink)
    right = g.WIDTH - 10
    if look.level:
        paint_sign(painter, QRectF(right - 14, g.LINE - 7, 14, 14), look.level, ink)
        right -= 20
    if look.face is not None and look.name:  # how often a block stands in a row
        ink.text(painter, right, g.LINE, look.name, "caption", "text2", 1.0)
        right -= text_width(look.name, "caption") + 8
    title = title_for(look, "strong", right - 34)
    paint_fitted(painter, ink, QPointF(34, g.LINE), title, "strong", "text3" if look.bypassed else "text", right - 34)
    # A name that does not fit beside the type is left out, not cut off; the tip and the inspector have it.
    needed = 34 + text_width(look.title, "strong") + 8 + text_width(look.name, "caption")
    if look.face is None and look.name and needed <= right:
        ink.text(painter, right, g.LINE, look.name, "caption", "text2", 1.0)


def title_for(look: NodeLook, role: str, room: float) -> str:
    """A name that somebody gave may be cut where it would become too small to read; a type may not."""
    return shortened(look.title, role, room / SHRUNK) if look.title != look.type else look.title


def paint_state_tile(painter: QPainter, rect: QRectF, item: NodeItem, ink: Ink) -> None:
    """The category's hue with the glyph on it; of a bypassed layer the outline alone."""
    look = item.look
    glyph = glyph_for(look.type, look.category)
    if not look.bypassed:
        paint_tile(painter, rect, look.category, glyph, ink.tokens)
        return
    painter.setPen(ink.pen("ctl"))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    paint_glyph(painter, rect.adjusted(2, 2, -2, -2), glyph, ink.color("text3"))


def paint_sign(painter: QPainter, rect: QRectF, level: str, ink: Ink) -> None:
    if level:
        wrong = level == "error"
        paint_glyph(painter, rect, "cross" if wrong else "warning", ink.color("err" if wrong else "warn"))


def paint_fitted(painter: QPainter, ink: Ink, at: QPointF, text: str, role: str, color: str, room: float) -> None:
    """A layer's type; one that is too long shrinks, for cutting it off would say another word. One that would become too
    small to read is first shortened as the field does: LocalResponseNorm."""
    text = _short(text, role, room)
    width = text_width(text, role)
    painter.save()
    painter.translate(at)
    scale = min(1.0, room / width) if width else 1.0
    painter.scale(scale, scale)
    ink.text(painter, 0, 0, text, role, color)
    painter.restore()


def _short(type: str, role: str, room: float) -> str:
    """A type as the field writes it, where the whole word would become too small to read."""
    return type.replace("Normalization", "Norm") if text_width(type, role) * SHRUNK > room else type


def near_title(look: NodeLook, room: float) -> str:
    """A type that would become too small to read gives way to the layer's own name."""
    title = title_for(look, "big", room)
    small = text_width(_short(title, "big", room), "big") * SHRUNK > room
    return look.name if small and look.name and look.face is None else title
