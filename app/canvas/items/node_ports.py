"""A node's ports: the plugs, the names of further free ones, and what a gesture says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter

from app.canvas.geometry import LINE, NEAR, READ
from app.canvas.ink import Ink, text_width
from app.canvas.ports import PortState, paint_port

if TYPE_CHECKING:
    from app.canvas.items.node import NodeItem


def paint_ports(painter: QPainter, item: NodeItem, ink: Ink, zoom: float = 1.0) -> None:
    """Every port, the names of further free ones, and the tags of a gesture. From afar names are left out and tags stay
    as large as they are read.
    """
    look = item.look
    for port in look.ports:
        if look.collapsed and port.named:
            continue
        at = item.port_point(port.output, port.name) - item.pos()
        state, tag = item.port_state(port.output, port.name)
        paint_port(painter, at, port.kind, port.joined, state, ink)
        side = 1 if port.output else -1
        # A free input waits for something, and so does a dataset's label; other outputs are only on offer.
        asks = not port.output or look.category == "Data"
        if tag:
            above = port.joined and at.y() == LINE
            # A further one that is joined may have its wire's own tag beside it.
            lift = TAG_LIFTED if port.joined and not above else 0.0
            _tag(painter, at - QPointF(0, lift), side, above, tag, state, ink, max(1.0, READ / zoom))
        elif port.named and not port.joined and zoom >= NEAR and (asks or item.hovered):
            ink.text(painter, at.x() + 12 * side, at.y(), port.words, "caption", "text3", 0.0 if side > 0 else 1.0)


#: How far above a joined port the middle of its tag stands: clear of the header.
TAG_ABOVE = 26.0
TAG_LIFTED = 20.0
#: Words and ground of a tag.
TAGS = {PortState.FITS: ("ok", "oktint"), PortState.CHOSEN: ("accent", "accenttint")}


def _tag(
    painter: QPainter, at: QPointF, side: int, above: bool, text: str, state: PortState, ink: Ink, scale: float
) -> None:
    """Beside its port; `above` a joined first one, over its own node, for beside that the neighbour's header may stand."""
    role, tint = TAGS.get(state, ("err", "errtint"))
    width = text_width(text, "smallest-strong") + 12
    painter.save()
    painter.translate(at)
    painter.scale(scale, scale)
    centre = QPointF(-side * (width / 2 - 8), -TAG_ABOVE) if above else QPointF(side * (width / 2 + 14), 0)
    ink.label(painter, centre, text, "smallest-strong", role, tint, role)
    painter.restore()
