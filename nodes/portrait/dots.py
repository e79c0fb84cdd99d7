"""Neurons as dots, for networks of dense layers alone: each one where there are few, a handful standing for many."""

from __future__ import annotations

from itertools import pairwise
from math import log2, prod

from nodes.drawing import Disc, Ink, Mark, Path
from nodes.portrait.frame import HEIGHT, MIDDLE, WIDTH
from nodes.portrait.outline import Outline

#: So many neurons are drawn one by one.
FEW, MANY_DENSE = 8, 6
LINE = Ink("line2")
#: What stands between dense layers without a column of its own.
BETWEEN = frozenset({"activation", "loss", "normalise"})


def layers_of_dots(outline: Outline) -> list[tuple[int, str]]:
    """How many values each column has, and its category; empty where dots would not tell what the network is."""
    if not outline.is_chain or not outline.cells or outline.cells[0].category != "data":
        return []
    found = [(prod(outline.cells[0].shape) if outline.cells[0].shape else 0, "data")]
    for cell in outline.cells[1:]:
        if cell.type == "Dense" and len(cell.shape) == 1:
            found.append((cell.shape[0], "core"))
        elif cell.category not in BETWEEN and cell.type != "Flatten":
            return []
    told = 2 <= len(found) <= MANY_DENSE + 1 and all(n for n, _ in found) and found[-1][0] <= 12
    return found if told else []


def drawn(count: int) -> int:
    """How many dots stand for `count` neurons."""
    return count if count <= FEW else min(10, round(FEW - 1 + log2(count / FEW) / 3))


def dots(layers: list[tuple[int, str]]) -> list[Mark]:
    counts = [drawn(n) for n, _ in layers]
    most = max(counts)
    step = min(22.0, (HEIGHT - 14.0) / max(most - 1, 1))
    radius = min(5.0, max(2.4, 0.36 * step))
    apart = min(62.0, (WIDTH - 64.0) / (len(layers) - 1))
    left = (WIDTH - apart * (len(layers) - 1)) / 2
    places = [
        [(left + c * apart, MIDDLE + (k - (n - 1) / 2) * step) for k in range(n)] for c, n in enumerate(counts)
    ]
    marks: list[Mark] = [
        Path((a, b), LINE, width=1.0) for here, there in pairwise(places) for a in here for b in there
    ]
    for (_, category), column in zip(layers, places, strict=True):
        marks += [Disc(x, y, radius, fill=Ink(category)) for x, y in column]
    return marks
