"""Routes of wires: a cubic that leaves and arrives level, or around the row when the target stands behind the source."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

#: A wire that must turn keeps this far from nodes and frames.
CLEAR = 24.0
FRAME_CLEAR = 12.0
BEND = 8.0
#: Wires between further ports fold into two tags when they are longer than this.
FOLD = 320.0


class Way(Enum):
    """How a wire runs."""

    AHEAD = "ahead"
    AROUND = "around"


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
    return _around(a, b, around)


def is_ahead(a: QPointF, b: QPointF) -> bool:
    """Whether nothing needs to be known of the surroundings."""
    return bool(b.x() >= a.x() + 8)


def ahead(a: QPointF, b: QPointF) -> Route:
    """Level at both ends, a soft S between."""
    reach = max(abs(b.x() - a.x()) * 0.5, min(40.0, abs(b.y() - a.y()) * 0.5))
    path = QPainterPath(a)
    path.cubicTo(QPointF(a.x() + reach, a.y()), QPointF(b.x() - reach, b.y()), b)
    middle = QPointF((a.x() + b.x()) / 2, (a.y() + b.y()) / 2)
    return Route(path, middle, Way.AHEAD, abs(b.x() - a.x()))


def _around(a: QPointF, b: QPointF, where: Surroundings) -> Route:
    """Right of everything, back between the rows, and in from the left."""
    home, goal = _frame_of(where.source, where.frames), _frame_of(where.target, where.frames)
    same = home is not None and home == goal
    right = _clear_right(where, None if same else home)
    left = _clear_left(where, None if same else goal)
    right, left = max(right, a.x() + 2 * BEND), min(left, b.x() - 2 * BEND)
    above, below = where.source if same or home is None else home, where.target if same or goal is None else goal
    level = _between(_row(above, below, where.bottoms), below)
    corners = [a, QPointF(right, a.y()), QPointF(right, level), QPointF(left, level), QPointF(left, b.y()), b]
    return Route(rounded(corners), QPointF((right + left) / 2, level), Way.AROUND, right - left)


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
