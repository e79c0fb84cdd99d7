"""arranged: from sizes and edges to positions; a long chain in rows, like text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nodes.layout.coordinates import Extents, levels
from nodes.layout.crossings import ordered
from nodes.layout.layers import Edge, Layering, Size, Tick, is_dummy, layered

Position = tuple[float, float]

#: A row is not ended before it fills so much of the width.
LEAST_SHARE = 0.35
#: What a wire that turns with its row may skip in the next one, in widths.
MOST_SKIPPED = 1.25


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
    """Ranks broken into rows: where the width ends, and where a group does."""
    rows: list[list[int]] = []
    wide, last = 0.0, ""
    for piece in _pieces(layering):
        length = sum(_width(layering.ranks[k], sizes) + how.gap for k in piece)
        here = _group(layering, piece, groups)
        full = how.width and wide + length - how.gap > how.width and wide >= LEAST_SHARE * how.width
        if rows and len(layering.crosses(piece[0] - 1)) > 1:
            full = full and length <= MOST_SKIPPED * how.width  # a long edge would lead from one row far into the next
        if not rows or full or (here and last and here != last):
            rows.append([])
            wide = 0.0
        rows[-1] += piece
        wide, last = wide + length, here or last
    return [_part(layering, row) for row in rows]


def _pieces(layering: Layering) -> list[list[int]]:
    """The ranks between two places where the drawing may be cut."""
    pieces: list[list[int]] = [[]]
    for k in range(len(layering.ranks)):
        if k and _may_break(layering, k - 1):
            pieces.append([])
        pieces[-1].append(k)
    return pieces


def _may_break(layering: Layering, k: int) -> bool:
    """Whether a row may end with rank k: one edge leads on, or two from one box, a chain and what skips a part of it."""
    over = layering.crosses(k)
    return len(over) <= 2 and len({a for a, _ in over}) <= 1 and not any(is_dummy(a) for a, _ in over)


def _group(layering: Layering, piece: Sequence[int], groups: Mapping[str, str]) -> str:
    names = (groups[n] for k in piece for n in layering.ranks[k] if isinstance(n, str) and n in groups)
    return next(names, "")


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
