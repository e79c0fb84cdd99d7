"""Guides: where a box in the hand comes into line with others, or stands as far from them as they from each other.

Pure functions of boxes; the gesture draws what they find.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.canvas.geometry import LINE
from runtime.graph import Array

#: Nearer than this two places are one.
SAME = 0.5
Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """What a node covers. Its ports hang on a line below its top."""

    left: float
    top: float
    right: float
    bottom: float

    def by(self, dx: float, dy: float) -> Box:
        return Box(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy)

    def turned(self) -> Box:
        """Mirrored at the diagonal: what holds across holds down as well."""
        return Box(self.top, self.left, self.bottom, self.right)


@dataclass(frozen=True)
class Mark:
    """A line to draw, from `a` to `b`. A `gap` has ends, and there are two of them, equally long."""

    a: Point
    b: Point
    gap: bool = False

    def turned(self) -> Mark:
        return Mark(self.a[::-1], self.b[::-1], self.gap)


@dataclass(frozen=True)
class Snap:
    """How far to the nearest guide, across and down (None: there is none in reach)."""

    dx: float | None
    dy: float | None


class Guides:
    """The boxes that stand still while another one moves."""

    def __init__(self, others: Sequence[Box]) -> None:
        self._across = _Axis(others, main=1)
        self._down = _Axis([b.turned() for b in others], main=0)

    def snap(self, box: Box, reach: float) -> Snap:
        """The shortest ways, at most `reach`, that bring `box` to a guide."""
        return Snap(self._across.nearest(box, reach), self._down.nearest(box.turned(), reach))

    def marks(self, box: Box) -> list[Mark]:
        """Every guide on which `box` now stands."""
        level = self._down.marks(box.turned())
        return [*self._across.marks(box), *(_on_port_line(m, box).turned() for m in level)]


def _on_port_line(mark: Mark, box: Box) -> Mark:
    """Tops in line are port lines in line, and those the eye follows."""
    if mark.gap or abs(mark.a[0] - box.top) > SAME:
        return mark
    return Mark((mark.a[0] + LINE, mark.a[1]), (mark.b[0] + LINE, mark.b[1]))


class _Axis:
    """One direction: lefts, middles and rights in line, and gaps between boxes of one row."""

    def __init__(self, others: Sequence[Box], main: int) -> None:
        #: Which of side, middle and side stands for all three where boxes of one size are in line.
        self._main = main
        self._boxes = list(others)
        table = np.array([(b.left, b.top, b.right, b.bottom) for b in others], np.float64).reshape(-1, 4)
        self._low, self._high = table[:, 1], table[:, 3]
        self._left, self._right = table[:, 0], table[:, 2]
        self._lines = np.stack([table[:, 0], (table[:, 0] + table[:, 2]) / 2, table[:, 2]])

    def nearest(self, box: Box, reach: float) -> float | None:
        ways = [*self._to_lines(box), *(place - box.left for place in self._gap_places(box))]
        best = min(ways, key=abs, default=None)
        return best if best is not None and abs(best) <= reach else None

    def _to_lines(self, box: Box) -> list[float]:
        """For left, middle and right the way to the nearest one."""
        if not self._boxes:
            return []
        own = np.array([box.left, (box.left + box.right) / 2, box.right])
        away = self._lines - own[:, None]
        return [float(row[np.abs(row).argmin()]) for row in away]

    def _row(self, box: Box) -> tuple[list[Box], list[Box]]:
        """The boxes beside it: those before, the nearest last; those behind, the nearest first."""
        beside = (self._low < box.bottom) & (self._high > box.top)
        middle = (box.left + box.right) / 2
        before = np.flatnonzero(beside & (self._right <= middle))
        behind = np.flatnonzero(beside & (self._left >= middle))
        return _picked(self._boxes, before[np.argsort(self._right[before])]), _picked(
            self._boxes, behind[np.argsort(self._left[behind])]
        )

    def _gap_places(self, box: Box) -> list[float]:
        """Where its left side would make two gaps equal: between two boxes, or beyond two of them."""
        before, behind = self._row(box)
        places = []
        if before and behind:
            places.append((before[-1].right + behind[0].left - (box.right - box.left)) / 2)
        if len(before) > 1 and (gap := before[-1].left - before[-2].right) > 0:
            places.append(before[-1].right + gap)
        if len(behind) > 1 and (gap := behind[1].left - behind[0].right) > 0:
            places.append(behind[0].left - gap - (box.right - box.left))
        return places

    def marks(self, box: Box) -> list[Mark]:
        return [*self.lines(box), *self._gaps(box)]

    def lines(self, box: Box) -> list[Mark]:
        """The sides and the middle that are in line with others, each as far as those reach."""
        found = []
        for own, theirs in zip((box.left, (box.left + box.right) / 2, box.right), self._lines, strict=True):
            same = np.abs(theirs - own) < SAME
            if same.any():
                low, high = min(box.top, self._low[same].min()), max(box.bottom, self._high[same].max())
                found.append(Mark((own, float(low)), (own, float(high))))
        return [found[self._main]] if len(found) == 3 else found

    def _gaps(self, box: Box) -> list[Mark]:
        before, behind = self._row(box)
        pairs = []
        if before and behind:
            pairs.append(((before[-1], box), (box, behind[0])))
        if len(before) > 1:
            pairs.append(((before[-2], before[-1]), (before[-1], box)))
        if len(behind) > 1:
            pairs.append(((box, behind[0]), (behind[0], behind[1])))
        return [_gap(*pair) for two in pairs if _equal(*two) for pair in two]


def _picked(boxes: Sequence[Box], indices: Array) -> list[Box]:
    return [boxes[int(i)] for i in indices]


def _equal(one: tuple[Box, Box], other: tuple[Box, Box]) -> bool:
    first, second = (b.left - a.right for a, b in (one, other))
    return first > 0 and abs(first - second) < SAME


def _gap(a: Box, b: Box) -> Mark:
    """Between two boxes, where both are."""
    y = (max(a.top, b.top) + min(a.bottom, b.bottom)) / 2
    return Mark((a.right, y), (b.left, y), gap=True)
