"""Coordinates: how high each box stands, so that edges run level. In every rank the boxes are put as near as their order and
sizes allow to where their neighbours want them: a least-squares fit under order constraints, solved exactly by pooling
(Barlow et al., Statistical inference under order restrictions, 1972)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from nodes.layout.layers import Layering, is_dummy

PASSES = 12
#: Pull of an edge by how many of its ends are dummies: a chain of layers hangs on one line first, long edges are straight next.
PULL = (16.0, 1.0, 8.0)
#: In the last pass nothing bends a chain.
LAST_PULL = (1e6, 1.0, 8.0)


@dataclass(frozen=True)
class Extents:
    """How far boxes reach above and below the line that their edges hang on, and the gaps between them."""

    above: Callable[[object], float]
    below: Callable[[object], float]
    gap: Callable[[object, object], float]


def levels(layering: Layering, extents: Extents) -> dict[object, float]:
    """The height of every box's and dummy's line."""
    y = _stacked(layering, extents)
    count = len(layering.ranks)
    for sweep in range(PASSES):
        ranks = range(count) if sweep % 2 == 0 else range(count - 1, -1, -1)
        late = sweep >= PASSES - 4  # at last both sides have a say
        for k in ranks:
            sides = (layering.before, layering.after)
            chosen = sides if late else (sides[sweep % 2],)
            _settle(layering.ranks[k], chosen, y, extents, PULL)
    for k in range(count):
        _settle(layering.ranks[k], (layering.before,), y, extents, LAST_PULL)
    return {node: round(at, 1) for node, at in y.items()}


def _stacked(layering: Layering, extents: Extents) -> dict[object, float]:
    y: dict[object, float] = {}
    for rank in layering.ranks:
        at = 0.0
        for i, node in enumerate(rank):
            at += _apart(rank[i - 1], node, extents) if i else 0.0
            y[node] = at
    return y


def _apart(a: object, b: object, extents: Extents) -> float:
    return extents.below(a) + extents.gap(a, b) + extents.above(b)


def _settle(
    rank: Sequence[object], sides: Sequence[Mapping[object, list[object]]], y: dict[object, float], extents: Extents,
    pull: Sequence[float],
) -> None:
    """Put one rank where its neighbours want it."""
    offsets, total = [], 0.0
    for i, node in enumerate(rank):
        total += _apart(rank[i - 1], node, extents) if i else 0.0
        offsets.append(total)
    wishes = [_wish(node, sides, y, pull) for node in rank]
    found = pooled([w - o for (w, _), o in zip(wishes, offsets, strict=True)], [p for _, p in wishes])
    for node, place, offset in zip(rank, found, offsets, strict=True):
        y[node] = place + offset


def _wish(
    node: object, sides: Sequence[Mapping[object, list[object]]], y: Mapping[object, float], pull: Sequence[float]
) -> tuple[float, float]:
    """Where the neighbours want a node, and how strongly. One without neighbours stays, if nobody pushes."""
    pulls = [(y[m], pull[is_dummy(node) + is_dummy(m)]) for side in sides for m in side[node]]
    weight = sum(p for _, p in pulls)
    return (sum(at * p for at, p in pulls) / weight, weight) if pulls else (y[node], 0.05)


def pooled(wishes: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The non-decreasing numbers nearest to `wishes` (weighted squares)."""
    blocks: list[list[float]] = []
    for wish, weight in zip(wishes, weights, strict=True):
        blocks.append([wish, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            value, mass, count = blocks.pop()
            last = blocks[-1]
            last[0] = (last[0] * last[1] + value * mass) / (last[1] + mass)
            last[1], last[2] = last[1] + mass, last[2] + count
    return [value for value, _, count in blocks for _ in range(int(count))]
