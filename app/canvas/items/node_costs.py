"""A layer's shares of the network's computation and space, as two thin bars: one solid, one in blocks. Never by hue."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from app.canvas import geometry as g
from app.canvas.ink import Ink, text_width

BLOCK, GAP, THICK = 4.0, 2.0, 4.0
NAMES = ("compute", "space")


def percent(share: float) -> str:
    """``54 %``, ``<1 %``, ``0 %``."""
    return "<1 %" if 0 < share < 0.005 else f"{share:.0%}".replace("%", " %")


def paint_share(painter: QPainter, room: QRectF, share: float, blocks: bool, ink: Ink) -> None:
    """A bar as long as its share of `room`; in blocks, or solid over a track. Any share at all is seen."""
    painter.setPen(Qt.PenStyle.NoPen)
    if not blocks:
        painter.setBrush(ink.brush("line2"))
        painter.drawRect(QRectF(room.left(), room.center().y() - 0.5, room.width(), 1))
    painter.setBrush(ink.brush("text3"))
    length = max(room.width() * share, 1.0) if share else 0.0
    step = BLOCK + GAP if blocks else max(length, 1.0)
    x = 0.0
    while x < length:
        painter.drawRect(QRectF(room.left() + x, room.top(), min(BLOCK if blocks else length, length - x), room.height()))
        x += step


def paint_costs(painter: QPainter, top: float, costs: tuple[float, float], ink: Ink, words: bool) -> None:
    """Both bars in the row of a node that begins at `top`, with their names and shares where words can be read."""
    left = 9.0 + (max(text_width(name, "smallest") for name in NAMES) + 6 if words else 0)
    right = g.WIDTH - 9 - (text_width("100 %", "smallest") + 6 if words else 0)
    for i, (name, share) in enumerate(zip(NAMES, costs, strict=True)):
        y = top + g.COSTS / 4 * (1 + 2 * i) - 2
        paint_share(painter, QRectF(left, y - THICK / 2, right - left, THICK), share, i == 1, ink)
        if words:
            ink.text(painter, 9, y, name, "smallest", "text3")
            ink.text(painter, g.WIDTH - 9, y, percent(share), "smallest", "text2", 1.0)
