"""Crossings: an order within each rank so that few edges cross. Medians of neighbours, swept up and down, and neighbours
exchanged where that helps (Gansner, Koutsofios, North, Vo, A technique for drawing directed graphs, 1993)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from nodes.layout.layers import Layering, Tick

SWEEPS, PATIENCE, ROUNDS = 48, 16, 12
#: Beyond so many boxes and dummies fewer sweeps are made, and none exchanges neighbours.
MANY = 2500


def ordered(layering: Layering, tick: Tick) -> None:
    """Reorder every rank in place: the best of two beginnings, the order of a walk along the edges and its reverse."""
    size = sum(map(len, layering.ranks))
    first, starts = [list(r) for r in layering.ranks], 2 if size < MANY else 1
    best: list[list[object]] = first
    fewest = crossings(layering)
    for start in range(starts):
        layering.ranks = [r[::-1] if start else list(r) for r in first]
        found, ranks = _improved(layering, SWEEPS if size < MANY else 4, partial(_part, tick, start, starts))
        if found < fewest:
            best, fewest = ranks, found
    layering.ranks = best


def _part(tick: Tick, start: int, starts: int, share: float) -> None:
    tick((start + share) / starts)


def _improved(layering: Layering, sweeps: int, tick: Tick) -> tuple[int, list[list[object]]]:
    """The fewest crossings that some sweeps come to, and the order that has them."""
    best, fewest, idle = [list(r) for r in layering.ranks], crossings(layering), 0
    small = sum(map(len, layering.ranks)) < MANY
    for sweep in range(sweeps):
        tick(sweep / sweeps)
        if not fewest or idle > PATIENCE:
            break
        _sweep(layering, down=sweep % 2 == 0, prefer_right=sweep % 4 > 1)
        if small:
            _exchange(layering, also_equal=sweep % 4 < 2)
        found = crossings(layering)
        idle = 0 if found < fewest else idle + 1
        if found < fewest:
            best, fewest = [list(r) for r in layering.ranks], found
    return fewest, best


def crossings(layering: Layering) -> int:
    """How many pairs of edges cross."""
    return sum(_between(layering, k) for k in range(len(layering.ranks) - 1))


def _between(layering: Layering, k: int) -> int:
    """Inversions among the edges from rank k to the next one, counted with a Fenwick tree."""
    place = {n: i for i, n in enumerate(layering.ranks[k + 1])}
    ends = [e for a in layering.ranks[k] for e in sorted(place[b] for b in layering.after[a])]
    tree, total = [0] * (len(place) + 1), 0
    for count, end in enumerate(ends):
        total += count - _sum(tree, end + 1)
        _add(tree, end + 1)
    return total


def _sum(tree: Sequence[int], i: int) -> int:
    found = 0
    while i:
        found += tree[i]
        i -= i & -i
    return found


def _add(tree: list[int], i: int) -> None:
    while i < len(tree):
        tree[i] += 1
        i += i & -i


def _sweep(layering: Layering, down: bool, prefer_right: bool) -> None:
    """Sort each rank by the medians of its neighbours in the rank before it (or behind it)."""
    ranks = range(1, len(layering.ranks)) if down else range(len(layering.ranks) - 2, -1, -1)
    neighbours = layering.before if down else layering.after
    for k in ranks:
        place = {n: i for i, n in enumerate(layering.ranks[k - 1 if down else k + 1])}
        layering.ranks[k] = _by_median(layering.ranks[k], neighbours, place, prefer_right)


def _by_median(
    rank: list[object], neighbours: Mapping[object, list[object]], place: Mapping[object, int], prefer_right: bool
) -> list[object]:
    """What has no neighbours keeps its place among the others."""
    found = {n: median(sorted(place[m] for m in neighbours[n] if m in place)) for n in rank}
    moving = sorted(
        (n for n in (reversed(rank) if prefer_right else rank) if found[n] is not None), key=lambda n: found[n] or 0.0
    )
    queue = iter(moving)
    return [n if found[n] is None else next(queue) for n in rank]


def median(places: Sequence[int]) -> float | None:
    """The middle one; between two middle ones, nearer to the side on which the others stand closer together."""
    if not places:
        return None
    half = len(places) // 2
    if len(places) % 2:
        return float(places[half])
    if len(places) == 2:
        return (places[0] + places[1]) / 2
    left, right = places[half - 1] - places[0], places[-1] - places[half]
    if left + right == 0:
        return (places[half - 1] + places[half]) / 2
    return (places[half - 1] * right + places[half] * left) / (left + right)


def _exchange(layering: Layering, also_equal: bool) -> None:
    """Exchange neighbours as long as edges stop crossing by it; with `also_equal` also where it makes no difference, which
    leads out of dead ends."""
    better, rounds = True, 0
    while better and rounds < ROUNDS:
        rounds += 1
        better = sum(_exchange_in(layering, k, also_equal) for k in range(len(layering.ranks))) > 0


def _exchange_in(layering: Layering, k: int, also_equal: bool) -> bool:
    """One walk along a rank; whether fewer edges cross."""
    rank, sides, better = layering.ranks[k], _ends(layering, k), False
    for i in range(len(rank) - 1):
        a, b = rank[i], rank[i + 1]
        now, then = sum(_pairs(s[a], s[b]) for s in sides), sum(_pairs(s[b], s[a]) for s in sides)
        if then < now or (also_equal and now and then == now):
            rank[i], rank[i + 1] = b, a
            better = better or then < now
    return better


def _ends(layering: Layering, k: int) -> list[dict[object, list[int]]]:
    """Where the edges of each node in rank k end in the ranks beside it."""
    found = []
    for step, neighbours in ((-1, layering.before), (1, layering.after)):
        if 0 <= k + step < len(layering.ranks):
            place = {n: i for i, n in enumerate(layering.ranks[k + step])}
            found.append({n: sorted(place[m] for m in neighbours[n]) for n in layering.ranks[k]})
    return found


def _pairs(left: Sequence[int], right: Sequence[int]) -> int:
    """Crossings of the edges of two neighbours, whose other ends are at these (sorted) places."""
    found, j = 0, 0
    for end in left:
        while j < len(right) and right[j] < end:
            j += 1
        found += j
    return found
