"""Ports as plugs and sockets: square for maps, circle for a vector, diamond for a sequence; hollow is free."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPolygonF

from app.canvas.geometry import PORT
from app.canvas.ink import Ink

GROWN = 1.3
DIM = 0.38


class PortState(Enum):
    """What a gesture says of a port."""

    PLAIN = "plain"
    HOVER = "hover"
    FITS = "fits"
    REFUSES = "refuses"
    DIM = "dim"
    CHOSEN = "chosen"


def paint_port(painter: QPainter, at: QPointF, kind: str, joined: bool, state: PortState, ink: Ink) -> None:
    """One port, centred on `at`."""
    grown = state in (PortState.HOVER, PortState.FITS, PortState.REFUSES, PortState.CHOSEN)
    role = {PortState.FITS: "ok", PortState.REFUSES: "err", PortState.CHOSEN: "accent"}.get(state, "text2")
    size = PORT * (GROWN if grown else 1.0)
    filled = joined and role == "text2"
    painter.save()
    if state is PortState.DIM:
        painter.setOpacity(painter.opacity() * DIM)
    painter.setPen(Qt.PenStyle.NoPen if filled else ink.pen(role, 2.0 if role != "text2" else 1.5))
    painter.setBrush(ink.brush(role if filled else "canvas"))
    _shape(painter, at, kind, size if filled else size - 1.5)
    painter.restore()


def _shape(painter: QPainter, at: QPointF, kind: str, size: float) -> None:
    half = size / 2
    if kind in ("maps", "volume"):
        painter.drawRoundedRect(QRectF(at.x() - half, at.y() - half, size, size), 1, 1)
    elif kind == "sequence":
        half *= 1.2
        x, y = at.x(), at.y()
        points = [QPointF(x, y - half), QPointF(x + half, y), QPointF(x, y + half), QPointF(x - half, y)]
        painter.drawPolygon(QPolygonF(points))
    else:
        painter.drawEllipse(at, half, half)
