"""Layers as bars in a row: as high as what they give is large, as wide as it has channels, in the hue of their category."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log2, sqrt

from nodes.drawing import QUIET, Box, Disc, Ink, Mark, Path
from nodes.portrait.columns import Columns, columns
from nodes.portrait.frame import MIDDLE, SIDE, WIDTH
from nodes.portrait.outline import Cell, Outline

#: Heights of the smallest and the largest maps and vectors, in the middle of the row and in a lane beside others.
LOW, HIGH = 12.0, 48.0
LANE_LOW, LANE_HIGH = 7.0, 13.0
BEAD, JOINT, GAP = 7.0, 4.0, 4.5
#: A short row has more air in it: it comes to this length, by gaps of no more than that.
AIRY, WIDEST_GAP = 150.0, 22.0
#: The outermost lane's distance from the middle.
REACH = 27.0
RADIUS = 1.5
#: What neither computes nor shrinks much: a square on the line.
BEADS = frozenset({"activation", "shape", "loss"})
JOINS = frozenset({"Add", "Concatenate", "Multiply", "Average", "Maximum", "Subtract", "Dot"})


@dataclass(frozen=True)
class Placed:
    """A bar: its middle, and its size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def left(self) -> float:
        return self.x - self.width / 2

    @property
    def right(self) -> float:
        return self.x + self.width / 2


def bars(outline: Outline) -> list[Mark]:
    where = columns(outline)
    placed = _placed(outline, where)
    marks = _wires(outline, where, placed)
    for cell, at in zip(outline.cells, placed, strict=True):
        ink = Ink(cell.category)
        if cell.type in JOINS:
            marks.append(Disc(at.x, at.y, min(JOINT, at.width / 2), fill=ink))
        else:
            marks.append(Box(at.left, at.y - at.height / 2, at.width, at.height, fill=ink, radius=RADIUS))
    return marks


# -- places ------------------------------------------------------------------------------------------------------------
def _placed(outline: Outline, where: Columns) -> list[Placed]:
    """Columns from left to right in the middle of the picture; what is too long for it is drawn narrower."""
    heights, widths = _heights(outline, where), [_width(cell) for cell in outline.cells]
    wide = [max(w for w, c in zip(widths, where.column, strict=True) if c == column) for column in range(where.count)]
    gap = min(max(GAP, (AIRY - sum(wide)) / max(where.count - 1, 1)), WIDEST_GAP)
    needed = sum(wide) + gap * (where.count - 1)
    factor = min(1.0, (WIDTH - 2 * SIDE) / needed) if needed else 1.0
    lefts = [(WIDTH - needed * factor) / 2 + factor * (sum(wide[:c]) + gap * c) for c in range(where.count)]
    step = REACH / max(where.spread, 1.5)
    return [
        Placed(lefts[c] + factor * wide[c] / 2, MIDDLE + lane * step, widths[i] * factor, heights[i])
        for i, (c, lane) in enumerate(zip(where.column, where.lane, strict=True))
    ]


def _heights(outline: Outline, where: Columns) -> list[float]:
    sizes = [_size(cell) for cell in outline.cells]
    most: dict[bool, float] = {}
    for cell, size in zip(outline.cells, sizes, strict=True):
        most[len(cell.shape) > 1] = max(size, most.get(len(cell.shape) > 1, 1.0))
    crowded = where.spread > 0
    low, high = (LANE_LOW, LANE_HIGH) if where.spread > 1 else (LOW, HIGH / 2 if crowded else HIGH)
    found = []
    for cell, size in zip(outline.cells, sizes, strict=True):
        full = low + (high - low) * size / most[len(cell.shape) > 1]
        found.append(BEAD if cell.category in BEADS and cell.type != "MaxUnpool2D" else full)
    return found


def _size(cell: Cell) -> float:
    """How large what it gives looks: the side of a map (its root, so that small ones are seen), the doublings of a vector."""
    if len(cell.shape) > 1:
        return sqrt(cell.shape[-1])
    return log2(1 + cell.shape[0]) if cell.shape else 1.0


def _width(cell: Cell) -> float:
    if cell.type in JOINS:
        return 2 * JOINT
    if cell.category in BEADS:
        return BEAD
    if cell.category == "normalise":
        return 3.5
    if cell.category == "recurrent":
        return 20.0
    maps = len(cell.shape) > 2 and cell.category in ("convolution", "pooling")
    return 5.0 + 1.1 * log2(1 + cell.shape[0]) if maps else 6.0


# -- wires -------------------------------------------------------------------------------------------------------------
def _wires(outline: Outline, where: Columns, placed: list[Placed]) -> list[Mark]:
    """One line along the middle, arcs over what is skipped, curves into the lanes and out of them."""
    marks: list[Mark] = []
    for a, b in outline.wires:
        if (a, b) in where.skips:
            marks.append(_arc(placed, a, b))
        else:
            marks.append(Path(((placed[a].x, placed[a].y), (placed[b].x, placed[b].y)), QUIET, width=1.25, smooth=True))
    first = {placed[i].y: min(p.left for p in placed if p.y == placed[i].y) for i in range(len(placed))}
    return [*_ends(first, placed), *marks]


def _ends(first: Mapping[float, float], placed: list[Placed]) -> list[Mark]:
    """The line goes on a little before the first bar and behind the last one."""
    if MIDDLE not in first or len(placed) < 2:
        return []
    right = max(p.right for p in placed if p.y == MIDDLE)
    return [
        Path(((first[MIDDLE] - 8, MIDDLE), (first[MIDDLE], MIDDLE)), QUIET, width=1.25),
        Path(((right, MIDDLE), (right + 8, MIDDLE)), QUIET, width=1.25),
    ]


def _arc(placed: list[Placed], a: int, b: int) -> Path:
    """Over the bars between the two: up, across, down, with round corners."""
    start, end = placed[a], placed[b]
    between = [p.height for p in placed if start.x <= p.x <= end.x]
    top = max(6.0, MIDDLE - max(between) / 2 - 6 - 0.03 * (end.x - start.x))
    foot_a, foot_b = MIDDLE - start.height / 2, MIDDLE - end.height / 2
    return Path(rounded(start.x, foot_a, end.x, foot_b, top), QUIET, width=1.25)


def rounded(x0: float, y0: float, x1: float, y1: float, top: float, steps: int = 12) -> tuple[tuple[float, float], ...]:
    """An arch from (x0, y0) over `top` to (x1, y1): a superellipse, in short straight pieces."""
    points = []
    for k in range(2 * steps + 1):
        t = k / steps - 1  # −1 … 1
        foot = y0 if t < 0 else y1
        rise = (1 - abs(t) ** 3) ** (1 / 2)
        points.append(((x0 + x1) / 2 + t * (x1 - x0) / 2, foot + (top - foot) * rise))
    return tuple(points)
