"""Layers: which rank each box has, sources first, with a dummy in every rank that a long edge passes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

#: More dummies than these are not ordered.
MOST_DUMMIES = 20_000

Size = tuple[float, float]
Edge = tuple[str, str]
#: Told how much is done, from 0 to 1; raises `Stopped` to end it.
Tick = Callable[[float], None]


class Stopped(Exception):
    """The layout was called off."""


@dataclass
class Layering:
    """Boxes and dummies by rank, in order, and the edges between neighbouring ranks. A dummy is (edge's number, rank)."""

    ranks: list[list[object]]
    after: dict[object, list[object]] = field(default_factory=dict)
    before: dict[object, list[object]] = field(default_factory=dict)

    def crosses(self, k: int) -> list[tuple[object, object]]:
        """The edges from rank k to the next one."""
        return [(a, b) for a in self.ranks[k] for b in self.after[a]]


def is_dummy(node: object) -> bool:
    return isinstance(node, tuple)


def ranked(ids: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """A rank for each id, so that every edge of this graph without loops leads at least one rank on and all together are as
    short as can be: a linear program, whose corners are whole numbers."""
    import numpy as np
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    if not edges:
        return dict.fromkeys(ids, 0)
    number = {id: k for k, id in enumerate(ids)}
    ends = np.array([(number[a], number[b]) for a, b in edges])
    rows, count = np.arange(len(edges)), len(edges)
    apart = coo_array(
        (np.repeat((1.0, -1.0), count), (np.tile(rows, 2), np.concatenate([ends[:, 0], ends[:, 1]]))), (count, len(ids))
    )
    cost = np.bincount(ends[:, 1], minlength=len(ids)) - np.bincount(ends[:, 0], minlength=len(ids))
    found = linprog(cost, A_ub=apart, b_ub=-np.ones(count), bounds=(0, len(ids)), method="highs-ds")
    return {id: round(float(x)) for id, x in zip(ids, found.x, strict=True)}


def acyclic(ids: Sequence[str], edges: Iterable[Edge]) -> list[Edge]:
    """The edges without doubles, loops and those that lead back."""
    known = {i: k for k, i in enumerate(ids)}
    after: dict[str, list[str]] = {i: [] for i in ids}
    for a, b in dict.fromkeys(edges):
        if a in known and b in known and a != b:
            after[a].append(b)
    state: dict[str, int] = {}
    back: set[Edge] = set()
    for root in ids:
        stack = [(root, iter(after[root]))] if root not in state else []
        state.setdefault(root, 1)
        while stack:
            id, rest = stack[-1]
            target = next(rest, None)
            if target is None:
                state[id] = 2
                stack.pop()
            elif state.get(target) == 1:
                back.add((id, target))
            elif target not in state:
                state[target] = 1
                stack.append((target, iter(after[target])))
    return [(a, b) for a in ids for b in after[a] if (a, b) not in back]


def layered(ids: Sequence[str], edges: Iterable[Edge]) -> Layering:
    """The ranks of a graph with a dummy wherever an edge passes one, in the order of a walk along the edges."""
    forward = acyclic(ids, edges)
    rank = ranked(ids, forward)
    lowest = min(rank.values(), default=0)
    forward = _without_far(forward, rank)
    result = Layering([[] for _ in range(max(rank.values(), default=-1) - lowest + 1)])
    for id in ids:
        result.after[id], result.before[id] = [], []
    for number, (a, b) in enumerate(forward):
        last: object = a
        for r in range(rank[a] + 1, rank[b]):
            dummy = (number, r)
            result.after[dummy], result.before[dummy] = [], []
            _join(result, last, dummy)
            last = dummy
        _join(result, last, b)
    place(result, ids, rank, lowest)
    return result


def _without_far(edges: Sequence[Edge], rank: Mapping[str, int]) -> list[Edge]:
    """The edges without the longest ones, where they would need more dummies than a drawing can use: those fold into tags."""
    lengths = sorted(rank[b] - rank[a] for a, b in edges)
    room, most = MOST_DUMMIES, 1
    for length in lengths:
        room -= length - 1
        most = length if room >= 0 else most
    return [(a, b) for a, b in edges if rank[b] - rank[a] <= most]


def _join(layering: Layering, a: object, b: object) -> None:
    layering.after[a].append(b)
    layering.before[b].append(a)


def place(layering: Layering, ids: Sequence[str], rank: Mapping[str, int], lowest: int) -> None:
    """Fill the ranks in the order in which a walk from the sources meets their boxes: what belongs together begins together."""
    seen: set[object] = set()
    for root in ids:
        stack: list[object] = [root]
        while stack:
            node = stack.pop()
            if node in seen:
                continue
            seen.add(node)
            at = rank[node] if isinstance(node, str) else node[1]  # type: ignore[index]
            layering.ranks[at - lowest].append(node)
            stack += reversed(layering.after[node])
