"""arranged: from sizes and edges to positions; a long chain in rows, like text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nodes.layout.coordinates import Extents, levels
from nodes.layout.crossings import ordered
from nodes.layout.layers import Edge, Layering, Size, Tick, is_dummy, layered

Position = tuple[float, float]


@dataclass(frozen=True)
class Arrangement:
    """Measures, in scene pixels. `line` is how far below a box's top its edges hang; `width` where a row ends (0: never);
    `down` lets data flow from top to bottom instead."""

    gap: float = 72.0
    branch_gap: float = 48.0
    row_gap: float = 104.0
    least_row: float = 0.0
    lane: float = 30.0
    line: float = 14.0
    width: float = 1320.0
    down: bool = False


def arranged(
    sizes: Mapping[str, Size], edges: Iterable[Edge], how: Arrangement | None = None, tick: Tick = lambda share: None,
    groups: Mapping[str, str] | None = None,
) -> dict[str, Position]:
    """The top left corner of every box. Boxes of one of the `groups` share a row where they can. `tick` hears how far it is.

    Raises `Stopped` when `tick` does.
    """
    how = how or Arrangement()
    layering = layered(list(sizes), edges)
    ordered(layering, tick)
    if how.down:
        return _downwards(layering, sizes, how)
    result: dict[str, Position] = {}
    top = 0.0
    for row in _rows(layering, sizes, how, groups or {}):
        tick(1.0)
        placed, height = _row(row, sizes, how)
        result.update({id: (x, y + top) for id, (x, y) in placed.items()})
        top += max(height, how.least_row) + how.row_gap
    return result


# -- rows ----------------------------------------------------------------------------------------------------------------
def _rows(layering: Layering, sizes: Mapping[str, Size], how: Arrangement, groups: Mapping[str, str]) -> list[Layering]:
    """Ranks broken into rows, where at most one edge leads on: where the width ends, and where a group does."""
    rows: list[list[int]] = [[]]
    wide, last = 0.0, ""
    breaks: list[int] = [0]
    for k in range(len(layering.ranks)):
        wide += _width(layering.ranks[k], sizes) + how.gap
        here = next((groups[n] for n in layering.ranks[k] if isinstance(n, str) and n in groups), "")
        if k and _bridge(layering, k - 1):
            breaks.append(k)
        full = how.width and wide - how.gap > how.width and breaks[-1] > rows[-1][0] if rows[-1] else False
        if full or (rows[-1] and here and last and here != last and breaks[-1] == k):
            start = breaks[-1]
            rows.append([r for r in rows[-1] if r >= start])
            rows[-2] = [r for r in rows[-2] if r < start]
            wide = sum(_width(layering.ranks[r], sizes) + how.gap for r in [*rows[-1], k])
        rows[-1].append(k)
        last = here or last
    return [_part(layering, row) for row in rows if row]


def _bridge(layering: Layering, k: int) -> bool:
    """Whether the drawing may be cut between ranks k and k + 1: at most one edge leads over, and no dummy stands there."""
    over = layering.crosses(k)
    return len(over) <= 1 and not any(is_dummy(n) for edge in over for n in edge)


def _width(rank: Sequence[object], sizes: Mapping[str, Size]) -> float:
    return max((sizes[n][0] for n in rank if isinstance(n, str)), default=0.0)


def _part(layering: Layering, row: Sequence[int]) -> Layering:
    ranks = [layering.ranks[k] for k in row]
    inside = {n for rank in ranks for n in rank}
    sides = [{n: [m for m in side[n] if m in inside] for n in inside} for side in (layering.after, layering.before)]
    return Layering(ranks, *sides)


def _row(part: Layering, sizes: Mapping[str, Size], how: Arrangement) -> tuple[dict[str, Position], float]:
    """One row: its boxes, from the top left corner, and how high it is."""
    y = levels(part, _extents(sizes, how))
    tops = {n: y[n] - how.line for rank in part.ranks for n in rank if isinstance(n, str)}
    least = min(tops.values(), default=0.0)
    result: dict[str, Position] = {}
    x, bottom = 0.0, 0.0
    for rank in part.ranks:
        wide = _width(rank, sizes)
        for id in (n for n in rank if isinstance(n, str)):
            result[id] = (x + (wide - sizes[id][0]) / 2, tops[id] - least)
            bottom = max(bottom, tops[id] - least + sizes[id][1])
        x += wide + how.gap
    return result, bottom


def _extents(sizes: Mapping[str, Size], how: Arrangement) -> Extents:
    def above(node: object) -> float:
        return how.line if isinstance(node, str) else 0.0

    def below(node: object) -> float:
        return sizes[node][1] - how.line if isinstance(node, str) else 0.0

    def gap(a: object, b: object) -> float:
        return how.lane if is_dummy(a) or is_dummy(b) else how.branch_gap

    return Extents(above, below, gap)


# -- top to bottom -------------------------------------------------------------------------------------------------------
def _downwards(layering: Layering, sizes: Mapping[str, Size], how: Arrangement) -> dict[str, Position]:
    """Ranks below each other; within a rank boxes stand side by side, their middles over each other."""

    def half(node: object) -> float:
        return sizes[node][0] / 2 if isinstance(node, str) else 0.0

    middles = levels(layering, Extents(half, half, lambda a, b: how.lane if is_dummy(a) or is_dummy(b) else how.gap))
    left = min((middles[n] - half(n) for rank in layering.ranks for n in rank), default=0.0)
    result: dict[str, Position] = {}
    top = 0.0
    for rank in layering.ranks:
        boxes = [n for n in rank if isinstance(n, str)]
        for id in boxes:
            result[id] = (middles[id] - half(id) - left, top)
        top += max((sizes[i][1] for i in boxes), default=0.0) + how.branch_gap
    return result
