"""Where the layers of an outline stand: columns from left to right, lanes beside each other, and which wires are arcs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nodes.portrait.outline import Outline


@dataclass(frozen=True)
class Columns:
    """For each cell its column, and its lane: 0 is the middle, −1 half a way above it … . `skips` go from one middle to
    another past what stands between them."""

    column: tuple[int, ...]
    lane: tuple[float, ...]
    skips: tuple[tuple[int, int], ...]

    @property
    def count(self) -> int:
        return max(self.column, default=-1) + 1

    @property
    def spread(self) -> float:
        """How far the outermost lane is from the middle."""
        return max(map(abs, self.lane), default=0.0)


def columns(outline: Outline) -> Columns:
    """Each cell in the column behind all that lead to it; where several ways run beside each other, each keeps its lane."""
    column = _depths(outline)
    lane = [0.0] * len(column)
    for stretch in _stretches(outline, column):
        _spread(outline, stretch, lane)
    skips = ((a, b) for a, b in outline.wires if column[b] > column[a] + 1 and not lane[a] and not lane[b])
    return Columns(tuple(column), tuple(lane), tuple(skips))


def _stretches(outline: Outline, column: list[int]) -> Iterator[list[int]]:
    """The cells of each part where ways run beside each other: from a shared column to the one where all have joined."""
    rows: list[list[int]] = [[] for _ in range(max(column, default=-1) + 1)]
    for i, c in enumerate(column):
        rows[c].append(i)
    stretch: list[int] = []
    for c, row in enumerate(rows):
        reach = max((column[b] for a, b in outline.wires if a in stretch), default=0)
        if len(row) > 1 or c < reach:
            stretch += row
        elif stretch:
            yield stretch
            stretch = []
    if stretch:
        yield stretch


def _depths(outline: Outline) -> list[int]:
    found: list[int] = []
    for i, before in outline.before.items():
        found.append(max((found[a] + 1 for a in before if a < i), default=0))
    return found


def _spread(outline: Outline, cells: list[int], lane: list[float]) -> None:
    """Give the ways of one stretch their lanes: a cell goes on in that of what leads to it, if that is free."""
    ways: dict[int, int] = {}
    taken: set[int] = set()
    count = 0
    for i in cells:
        behind = next((a for a in outline.before[i] if a in ways and a not in taken), None)
        if behind is None:
            ways[i], count = count, count + 1
        else:
            ways[i] = ways[behind]
            taken.add(behind)
    for i, way in ways.items():
        lane[i] = 2.0 * way - (count - 1)
