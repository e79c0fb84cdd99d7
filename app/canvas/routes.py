"""Routes of wires: a cubic that leaves and arrives level, or around the row when the target stands behind the source."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from math import hypot

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

#: A wire that must turn keeps this far from nodes and frames.
CLEAR = 24.0
FRAME_CLEAR = 12.0
BEND = 8.0
#: Wires between further ports fold into two tags when they are longer than this.
FOLD = 320.0
#: How far a piece of a bent wire keeps its direction, as a share of its length.
TENSION = 0.35


class Way(Enum):
    """How a wire runs."""

    AHEAD = "ahead"
    AROUND = "around"
    BENT = "bent"
    OVER = "over"


@dataclass(frozen=True)
class Route:
    """A wire's path, the point its label hangs on, and the way it runs."""

    path: QPainterPath
    label: QPointF
    way: Way
    #: How wide the straight middle is that the label may cover.
    room: float


@dataclass(frozen=True)
class Surroundings:
    """What a wire must not cross: its two nodes, the frames they stand in, and every node (its lower edge, in order)."""

    source: QRectF
    target: QRectF
    frames: Sequence[QRectF] = ()
    bottoms: Sequence[float] = ()


def route(a: QPointF, b: QPointF, around: Surroundings | None = None) -> Route:
    """The route from output `a` to input `b`."""
    if is_ahead(a, b) or around is None:
        return ahead(a, b)
    return back(a, b, around)


def is_ahead(a: QPointF, b: QPointF) -> bool:
    """Whether nothing needs to be known of the surroundings."""
    return bool(b.x() >= a.x() + 8)


def ahead(a: QPointF, b: QPointF) -> Route:
    """Level at both ends, a soft S between."""
    (x, y), (to, down) = (a.x(), a.y()), (b.x(), b.y())
    reach = max(abs(to - x) * 0.5, min(40.0, abs(down - y) * 0.5))
    path = QPainterPath(a)
    path.cubicTo(x + reach, y, to - reach, down, to, down)
    return Route(path, QPointF((x + to) / 2, (y + down) / 2), Way.AHEAD, abs(to - x))


def through(a: QPointF, points: Sequence[QPointF], b: QPointF, around: Surroundings) -> Route:
    """Smooth through every point, level at both ends. Where the way begins or ends backwards, it turns beside the node."""
    right, left = _turns(a, b, around)
    first, last = points[0], points[-1]
    out, back = first.x() < a.x() + 8, last.x() > b.x() - 8
    stops = [*([] if out else [a]), *points, *([] if back else [b])]
    path = rounded([a, QPointF(right, a.y()), QPointF(right, first.y()), first]) if out else QPainterPath(a)
    ways = [_unit(after - before) for before, after in zip(stops, stops[2:], strict=False)]
    ways = [QPointF(-1 if out else 1, 0), *ways, QPointF(-1 if back else 1, 0)]
    for i, (start, end) in enumerate(pairwise(stops)):
        reach = TENSION * hypot(end.x() - start.x(), end.y() - start.y())
        path.cubicTo(start + ways[i] * reach, end - ways[i + 1] * reach, end)
    if back:
        path.connectPath(rounded([last, QPointF(left, last.y()), QPointF(left, b.y()), b]))
    corners = [QPointF(right, first.y())] if out else [], [QPointF(left, last.y())] if back else []
    return Route(path, *_widest([a, *corners[0], *points, *corners[1], b]))


def _widest(stops: Sequence[QPointF]) -> tuple[QPointF, Way, float]:
    """Where the label stands: in the middle of the piece that runs farthest across."""
    start, end = max(pairwise(stops), key=lambda piece: abs(piece[1].x() - piece[0].x()))
    return (start + end) * 0.5, Way.BENT, abs(end.x() - start.x())


def _unit(way: QPointF) -> QPointF:
    length = hypot(way.x(), way.y())
    return way * (1 / length) if length else QPointF(1, 0)


def back(a: QPointF, b: QPointF, where: Surroundings, level: float | None = None) -> Route:
    """Right of everything, back between the rows (or at a given height), and in from the left."""
    right, left = _turns(a, b, where)
    level = _level(where) if level is None else level
    corners = [a, QPointF(right, a.y()), QPointF(right, level), QPointF(left, level), QPointF(left, b.y()), b]
    return Route(rounded(corners), QPointF((right + left) / 2, level), Way.AROUND, right - left)


def _level(where: Surroundings) -> float:
    """The height at which the way back runs."""
    home, goal, same = _frames_of(where)
    above, below = where.source if same or home is None else home, where.target if same or goal is None else goal
    return _between(_row(above, below, where.bottoms), below)


def _turns(a: QPointF, b: QPointF, where: Surroundings) -> tuple[float, float]:
    """How far right it goes before it turns back, and how far left before it comes in."""
    home, goal, same = _frames_of(where)
    right, left = _clear_right(where, None if same else home), _clear_left(where, None if same else goal)
    return max(right, a.x() + 2 * BEND), min(left, b.x() - 2 * BEND)


def _frames_of(where: Surroundings) -> tuple[QRectF | None, QRectF | None, bool]:
    """The frames of both ends, and whether they are one."""
    home, goal = _frame_of(where.source, where.frames), _frame_of(where.target, where.frames)
    return home, goal, home is not None and home == goal


def _frame_of(node: QRectF, frames: Sequence[QRectF]) -> QRectF | None:
    return next((f for f in frames if f.contains(node.center())), None)


def _clear_right(where: Surroundings, frame: QRectF | None) -> float:
    return where.source.right() + CLEAR if frame is None else frame.right() + FRAME_CLEAR


def _clear_left(where: Surroundings, frame: QRectF | None) -> float:
    return where.target.left() - CLEAR if frame is None else frame.left() - FRAME_CLEAR


def _row(above: QRectF, below: QRectF, bottoms: Sequence[float]) -> QRectF:
    """`above`, as deep as the deepest node that ends before `below` begins: the way back passes under all of them."""
    before = bisect_left(bottoms, below.top())
    deepest = bottoms[before - 1] if before else above.bottom()
    return QRectF(above.left(), above.top(), above.width(), max(above.height(), deepest - above.top()))


def _between(above: QRectF, below: QRectF) -> float:
    """The height of the way back: in the gap between two rows, else under both."""
    if above.bottom() < below.top():
        return (above.bottom() + below.top()) / 2
    if below.bottom() < above.top():
        return (below.bottom() + above.top()) / 2
    return max(above.bottom(), below.bottom()) + CLEAR


def rounded(corners: Sequence[QPointF], radius: float = BEND) -> QPainterPath:
    """A path of straight pieces with round corners."""
    path = QPainterPath(corners[0])
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        start, end = _toward(corner, before, radius), _toward(corner, after, radius)
        path.lineTo(start)
        path.quadTo(corner, end)
    path.lineTo(corners[-1])
    return path


def _toward(a: QPointF, b: QPointF, most: float) -> QPointF:
    """A point on the way from a to b, at most `most` away and never past the middle."""
    dx, dy = b.x() - a.x(), b.y() - a.y()
    length = (dx * dx + dy * dy) ** 0.5
    share = min(most, length / 2) / length if length else 0.0
    return QPointF(a.x() + dx * share, a.y() + dy * share)
