"""Detours: a wire that runs ahead goes over or under the nodes that stand in its way, where there is a way."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath, QPainterPathStroker

from app.canvas.geometry import LINE
from app.canvas.routes import BEND, CLEAR, Route, Surroundings, Way, ahead, back, rounded, route

#: Between ends so near to each other no node fits.
CLOSE = 80.0
#: So often what is met on a detour widens it; then the wire runs straight, and under a node.
TRIES = 4
#: A detour rises so near beside a node that the shape above the wire it passes can still be read.
RISE = 10.0
#: The nodes that a rectangle meets, but for those at the wire's ends.
Near = Callable[[QRectF], Sequence[QRectF]]


def routed(a: QPointF, b: QPointF, around: Surroundings | None, near: Near) -> Route:
    """The route from output `a` to input `b`, clear of nodes where that can be had."""
    found = route(a, b, around)
    if found.way is Way.AROUND and around is not None:
        return _higher(a, b, around, near, found)
    if found.way is not Way.AHEAD or b.x() - a.x() < CLOSE:
        return found
    met = hits(found.path, near)
    for _ in range(TRIES):
        if not met:
            return found
        found = over(a, b, met)
        met = _more(met, hits(found.path, near))
    return found if not hits(found.path, near) else ahead(a, b)


def _higher(a: QPointF, b: QPointF, around: Surroundings, near: Near, found: Route) -> Route:
    """A way back over those of the row below that stand higher than its end, where `found` runs under them."""
    met = _under(found, near)
    higher = back(a, b, around, min(r.top() for r in met) - BEND) if met else found
    return found if met and _under(higher, near) else higher


def _under(way: Route, near: Near) -> Sequence[QRectF]:
    """The nodes that the level part of a way back runs under."""
    return near(QRectF(way.label.x() - way.room / 2, way.label.y() - 1, way.room, 2))


def _more(known: list[QRectF], met: list[QRectF]) -> list[QRectF]:
    """Nothing when the way is free, else all that it has to avoid."""
    new = [r for r in met if r not in known]
    return [*known, *new] if met else []


def hits(path: QPainterPath, near: Near) -> list[QRectF]:
    """The nodes that a path runs under."""
    boxes = near(path.boundingRect().adjusted(-1, -1, 1, 1))
    if not boxes:
        return []
    stroker = QPainterPathStroker()
    stroker.setWidth(2.0)
    stroke = stroker.createStroke(path)
    return [box for box in boxes if stroke.intersects(box)]


def over(a: QPointF, b: QPointF, boxes: Sequence[QRectF]) -> Route:
    """Above or below all of these, whichever is nearer."""
    top = min(r.top() for r in boxes) - CLEAR
    # A bead's name stands below it.
    bottom = max(r.bottom() for r in boxes) + CLEAR + LINE
    middle = (a.y() + b.y()) / 2
    level = top if middle - top <= bottom - middle else bottom
    left = max(a.x() + BEND, min(r.left() for r in boxes) - RISE)
    right = min(b.x() - BEND, max(r.right() for r in boxes) + RISE)
    corners = [a, QPointF(left, a.y()), QPointF(left, level), QPointF(right, level), QPointF(right, b.y()), b]
    return Route(rounded(corners), QPointF((left + right) / 2, level), Way.OVER, right - left)
