"""How a node is painted: whole, with a large header, as hue and glyph, or as a bead."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPixmap, QPolygonF

from app.canvas import geometry as g
from app.canvas.ink import Ink, text_width
from app.canvas.items.node_costs import paint_costs
from app.canvas.items.node_header import near_title, paint_fitted, paint_header, paint_sign, paint_state_tile
from app.canvas.items.node_ports import paint_ports
from app.canvas.ports import PortState
from app.glyphs import glyph_for, paint_glyph
from app.magnitude import scientific, share
from app.tokens import mix

if TYPE_CHECKING:
    from app.canvas.items.node import NodeItem

LARGE_HEADER = 40.0
FAR_GLYPH = 64


def paint_node(painter: QPainter, item: NodeItem, ink: Ink) -> None:
    """The whole node, for reading."""
    body, look = item.body(), item.look
    _sheets(painter, body, item, ink)
    _box(painter, body, g.HEADER, item, ink)
    paint_header(painter, item, ink)
    if look.collapsed:
        ink.text(painter, body.center().x(), body.bottom() + 12, look.shape, "smallest", "text2", 0.5)
    else:
        _setting(painter, item, ink)
        _face(painter, item, ink)
        _footer(painter, item, ink)
        _costs(painter, item, ink)
    _outline(painter, body, item, ink)
    paint_ports(painter, item, ink)


def paint_near(painter: QPainter, item: NodeItem, ink: Ink, zoom: float) -> None:
    """Zoom 0.4–0.7: a header of 40 with a name of 19, the face, the shape in 18."""
    body, look = item.body(), item.look
    # It grows about the line the ports hang on, so that no wire moves.
    top = g.LINE - LARGE_HEADER / 2
    box = QRectF(0, top, body.width(), body.height() - top if not look.collapsed else LARGE_HEADER)
    _sheets(painter, box, item, ink)
    _box(painter, box, LARGE_HEADER, item, ink)
    paint_state_tile(painter, QRectF(7, g.LINE - 13, 26, 26), item, ink)
    right = body.right() - (30 if look.level else 12)  # a port stands at the right end
    if look.face is not None and look.name:
        ink.text(painter, right, g.LINE, look.name, "big", "text2", 1.0)
        right -= text_width(look.name, "big") + 8
    color = "text3" if look.bypassed else "text"
    paint_fitted(painter, ink, QPointF(40, g.LINE), near_title(look, right - 40), "big", color, right - 40)
    paint_sign(painter, QRectF(body.right() - 28, g.LINE - 10, 20, 20), look.level, ink)
    if not look.collapsed:
        _face(painter, item, ink, words=False)
        if zoom >= g.SHAPE_FROM:
            y = body.bottom() - (g.GRADIENT / 2 if item.gradient is not None else 0) - _costs_height(item) - 14
            room = g.WIDTH - 2 * g.PAD - 2
            paint_fitted(painter, ink, QPointF(g.PAD + 1, y), look.shape, "big-mono", _shape_color(item), room)
        _costs(painter, item, ink, words=False)
    _outline(painter, box, item, ink)
    paint_ports(painter, item, ink, zoom)


@lru_cache(maxsize=64)
def far_glyph(name: str, color: str) -> QPixmap:
    """A glyph as a picture: of hundreds of small nodes, each would cost more as a path."""
    picture = QPixmap(FAR_GLYPH, FAR_GLYPH)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    paint_glyph(painter, QRectF(picture.rect()), name, color)
    painter.end()
    return picture


def paint_far(painter: QPainter, item: NodeItem, ink: Ink) -> None:
    """Below 0.4: the hue and the glyph."""
    body, look = item.body(), item.look
    painter.setPen(ink.pen("err", 4) if look.level == "error" else Qt.PenStyle.NoPen)
    painter.setBrush(ink.hue(look.category))
    painter.drawRoundedRect(body, 12, 12)
    side = 0.62 * min(body.width(), body.height(), 110)
    glyph = QRectF(0, 0, side, side)
    glyph.moveCenter(body.center())
    picture = far_glyph(glyph_for(look.type, look.category), ink.tokens.onhue)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawPixmap(glyph, picture, QRectF(picture.rect()))
    if item.chosen:
        _ring(painter, body, ink, 8.0, 14)


def paint_bead(painter: QPainter, item: NodeItem, ink: Ink, zoom: float) -> None:
    """A layer without parameters and without a picture: a pill on the wire, its name below."""
    body, look = item.body(), item.look
    hue = ink.tokens.hue(look.category)
    painter.setBrush(ink.brush("raised") if look.bypassed else ink.header(look.category))
    line = "err" if look.level == "error" else ("text3" if item.hovered else mix(hue, ink.tokens.raised, 0.8))
    painter.setPen(ink.pen(line, 1.25, dashed=look.training_only or look.bypassed))
    painter.drawRoundedRect(body.adjusted(0.5, 0.5, -0.5, -0.5), g.BEAD[1] / 2, g.BEAD[1] / 2)
    glyph = QRectF(0, 0, 16, 16)
    glyph.moveCenter(body.center())
    paint_glyph(painter, glyph, glyph_for(look.type, look.category), hue)
    if item.chosen:
        _ring(painter, body, ink, 2.0 if item.chosen == 2 else 1.0, g.BEAD[1] / 2)
    paint_ports(painter, item, ink, zoom)
    if zoom >= g.NEAR:
        _bead_words(painter, item, ink)
    else:
        ink.text(painter, body.center().x(), body.bottom() + 14, look.title, "big-name", "text2", 0.5)


def _bead_words(painter: QPainter, item: NodeItem, ink: Ink) -> None:
    look, body = item.look, item.body()
    x, y = body.center().x(), body.bottom() + 11
    ink.text(painter, x, y, look.title, "caption", "err" if look.level == "error" else "text2", 0.5)
    note = "bypassed" if look.bypassed else ("✗ needs a look" if look.level == "error" else item.note)
    if note:
        ink.text(painter, x, y + 14, note, "smallest", "err" if look.level == "error" else "text3", 0.5)


def _sheets(painter: QPainter, box: QRectF, item: NodeItem, ink: Ink) -> None:
    """A block is a stack: two sheets look out behind it."""
    if item.look.face is None:
        return
    painter.setBrush(ink.brush("raised"))
    painter.setPen(ink.pen("line2"))
    for out in (8.0, 4.0):
        painter.drawRoundedRect(box.translated(out, -out).adjusted(0.5, 0.5, -0.5, -0.5), g.RADIUS, g.RADIUS)


# -- parts ---------------------------------------------------------------------------------------------------------------
def _box(painter: QPainter, box: QRectF, header: float, item: NodeItem, ink: Ink) -> None:
    """Body and header, without the outline: that comes last, over the face's edges."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink.brush("raised"))
    painter.drawRoundedRect(box, g.RADIUS, g.RADIUS)
    if item.look.bypassed:
        return
    painter.setBrush(ink.header(item.look.category))
    if header >= box.height():
        painter.drawRoundedRect(box, g.RADIUS, g.RADIUS)
        return
    painter.translate(box.topLeft())
    painter.drawPath(header_shape(box.width(), header))
    painter.translate(-box.topLeft())


@lru_cache(maxsize=8)
def header_shape(width: float, height: float) -> QPainterPath:
    """Round above, square below. (Not by clipping: a picture as SVG knows none.)"""
    side = 2 * g.RADIUS
    path = QPainterPath(QPointF(0, height))
    path.arcTo(QRectF(0, 0, side, side), 180, -90)
    path.arcTo(QRectF(width - side, 0, side, side), 90, -90)
    path.lineTo(width, height)
    path.closeSubpath()
    return path


def _setting(painter: QPainter, item: NodeItem, ink: Ink) -> None:
    look = item.look
    for text in (look.summary, look.summary.split(" · ")[0]):
        if text_width(text, "caption") <= g.WIDTH - 18:
            ink.text(painter, 9, g.HEADER + g.SETTING / 2, text, "caption", "text2")
            return


def _face(painter: QPainter, item: NodeItem, ink: Ink, words: bool = True) -> None:
    look = item.look
    rect = QRectF((g.WIDTH - g.FACE) / 2, g.HEADER + g.SETTING, g.FACE, item.face.height)
    painter.save()
    if look.bypassed:
        painter.setOpacity(painter.opacity() * 0.3)
    item.face.paint(painter, rect, ink, words)
    painter.restore()
    if look.bypassed:
        _bypassed(painter, rect, ink, "caption" if words else "big-name")


def _bypassed(painter: QPainter, rect: QRectF, ink: Ink, role: str) -> None:
    """Slanted lines over the face, each as far as the face goes."""
    painter.setPen(ink.pen("line2"))
    width, height = rect.width(), rect.height()
    for x in range(0, int(width + height), 10):
        top, bottom = max(0.0, x - width), min(height, x)
        corner = rect.topLeft()
        painter.drawLine(corner + QPointF(x - top, top), corner + QPointF(x - bottom, bottom))
    ink.label(painter, rect.center(), "bypassed", role, "text", "raised", "raised")


def _footer(painter: QPainter, item: NodeItem, ink: Ink) -> None:
    look, body = item.look, item.body()
    low = _costs_height(item) + (g.GRADIENT if item.gradient is not None else 0)
    top = body.bottom() - low - g.FOOTER
    painter.setPen(ink.pen("line"))
    painter.drawLine(QPointF(1, top), QPointF(g.WIDTH - 1, top))
    ink.text(painter, 9, top + g.FOOTER / 2, look.shape, "smallest-strong", _shape_color(item))
    room = g.WIDTH - 18 - text_width(look.shape, "smallest-strong") - 8
    # All of it, the number alone, or nothing: the table and the inspector have it.
    count = next(c for c in (look.count, look.count.split(" ")[0], "") if not c or text_width(c, "smallest") <= room)
    ink.text(painter, g.WIDTH - 9, top + g.FOOTER / 2, count, "smallest", "text2", 1.0)
    if item.gradient is not None:
        _gradient(painter, body.bottom() - _costs_height(item) - g.GRADIENT / 2 - 2, item.gradient, ink)


def _costs_height(item: NodeItem) -> float:
    return g.COSTS if item.look.costs is not None else 0.0


def _costs(painter: QPainter, item: NodeItem, ink: Ink, words: bool = True) -> None:
    """The layer's shares of the network's computation and space, at the bottom."""
    if item.look.costs is not None:
        paint_costs(painter, item.body().bottom() - g.COSTS, item.look.costs, ink, words)


def _shape_color(item: NodeItem) -> str:
    return "err" if item.look.level == "error" else "text"


def _gradient(painter: QPainter, y: float, value: float, ink: Ink) -> None:
    """∇, a bar on a log scale from 1e−6 to 0.1, the value."""
    painter.setPen(ink.pen("text3", 1.25))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    # ∇, drawn: neither of the bundled faces has it.
    painter.drawPolygon(QPolygonF([QPointF(9.5, y - 3.5), QPointF(16.5, y - 3.5), QPointF(13, y + 3.5)]))
    text = scientific(value)
    ink.text(painter, g.WIDTH - 9, y, text, "smallest", "text3", 1.0)
    left, right = 24.0, g.WIDTH - 9 - text_width("0.0e-0", "smallest") - 8
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink.brush("line2"))
    painter.drawRoundedRect(QRectF(left, y - 2, right - left, 4), 2, 2)
    painter.setBrush(ink.brush("text3"))
    painter.drawRoundedRect(QRectF(left, y - 2, (right - left) * share(value), 4), 2, 2)


def _outline(painter: QPainter, box: QRectF, item: NodeItem, ink: Ink) -> None:
    look = item.look
    role = "err" if look.level == "error" else ("text3" if item.hovered else "line2")
    refused = any(state is PortState.REFUSES for state, _ in item.port_states.values())
    role = "err" if refused else role
    painter.setBrush(Qt.BrushStyle.NoBrush)
    dashed = look.training_only
    painter.setPen(ink.pen("ctl" if dashed and role == "line2" else role, 1.5 if role == "err" else 1.0, dashed=dashed))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), g.RADIUS, g.RADIUS)
    if item.chosen:
        _ring(painter, box, ink, 2.0 if item.chosen == 2 else 1.0, g.RADIUS)


def _ring(painter: QPainter, box: QRectF, ink: Ink, width: float, radius: float) -> None:
    """The accent outline outside of a selected node."""
    painter.setPen(ink.pen("accent", width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    out = width / 2
    painter.drawRoundedRect(box.adjusted(-out, -out, out, out), radius + out, radius + out)


