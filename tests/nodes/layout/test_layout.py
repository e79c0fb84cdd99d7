"""Layout: nothing overlaps, data flows one way, few wires cross, chains are straight, rows break where they may."""

from __future__ import annotations

import random
from itertools import combinations, pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.layout import Arrangement, Stopped, arranged
from nodes.layout.coordinates import pooled
from nodes.layout.crossings import crossings, ordered
from nodes.layout.layers import Layering, acyclic, layered, ranked
from tests.nodes.layout.graphs import Edges, inception, residual, u_net

BOX = (160.0, 184.0)


def chain(count: int) -> Edges:
    return [(f"n{i}", f"n{i + 1}") for i in range(count - 1)]


def boxes(edges: Edges) -> dict[str, tuple[float, float]]:
    return dict.fromkeys([n for e in edges for n in e], BOX)


def order_of(edges: Edges) -> int:
    layering = layered(list(boxes(edges)), edges)
    ordered(layering, lambda share: None)
    return crossings(layering)


@pytest.mark.parametrize(("edges", "most"), [(chain(30), 0), (u_net(5), 0), (inception(3), 0), (residual(8), 0)])
def test_real_networks_are_drawn_without_crossings(edges: Edges, most: int) -> None:
    assert order_of(edges) <= most


def test_the_best_order_of_small_graphs_is_found() -> None:
    """Against all orders of two ranks."""
    rng = random.Random(4)
    for _ in range(20):
        edges = [(f"a{i}", f"b{j}") for i in range(4) for j in range(4) if rng.random() < 0.45]
        nodes = sorted({n for e in edges for n in e})
        layering = Layering([[n for n in nodes if n[0] == "a"], [n for n in nodes if n[0] == "b"]])
        layering.after = {n: [b for a, b in edges if a == n] for n in nodes}
        layering.before = {n: [a for a, b in edges if b == n] for n in nodes}
        start = [list(r) for r in layering.ranks]
        first, second = start
        least = 99
        for left in permutations(first):
            for right in permutations(second):
                layering.ranks = [list(left), list(right)]
                least = min(least, crossings(layering))
        layering.ranks = start
        ordered(layering, lambda share: None)
        assert crossings(layering) == least


def test_ranks_are_as_short_as_can_be() -> None:
    edges = [("a", "b"), ("b", "c"), ("c", "d"), ("late", "d")]
    assert ranked(["a", "b", "c", "d", "late"], edges) == {"a": 0, "b": 1, "c": 2, "d": 3, "late": 2}
    assert acyclic(["a", "b", "c"], [("a", "b"), ("b", "c"), ("c", "a"), ("a", "a"), ("a", "b")]) == [("a", "b"), ("b", "c")]


@given(st.lists(st.tuples(st.floats(-100, 100, allow_subnormal=False), st.floats(0.1, 10)), min_size=1, max_size=8))
def test_pooling_is_the_nearest_non_decreasing_sequence(pairs: list[tuple[float, float]]) -> None:
    wishes, weights = [w for w, _ in pairs], [m for _, m in pairs]
    found = pooled(wishes, weights)
    assert all(a <= b + 1e-9 for a, b in pairwise(found))

    def cost(at: list[float]) -> float:
        return sum(m * (a - w) ** 2 for a, w, m in zip(at, wishes, weights, strict=True))

    for k in range(len(found)):
        for nudge in (-0.01, 0.01):
            moved = [f + (nudge if i == k else 0) for i, f in enumerate(found)]
            if all(a <= b for a, b in pairwise(moved)):
                assert cost(moved) >= cost(found) - 1e-6


def overlaps(where: dict[str, tuple[float, float]], sizes: dict[str, tuple[float, float]]) -> list[tuple[str, str]]:
    def over(a: str, b: str) -> bool:
        (ax, ay), (bx, by), (aw, ah), (bw, bh) = where[a], where[b], sizes[a], sizes[b]
        return ax < bx + bw and bx < ax + aw and ay < by + bh and by < ay + ah

    return [(a, b) for a, b in combinations(where, 2) if over(a, b)]


@given(st.integers(0, 10_000), st.integers(2, 30), st.integers(0, 12), st.booleans())
def test_nothing_overlaps_and_data_flows_one_way(seed: int, count: int, more: int, down: bool) -> None:
    rng = random.Random(seed)
    names = [f"n{i}" for i in range(count)]
    edges = [(names[rng.randrange(max(0, i - 4), i)], names[i]) for i in range(1, count)]
    edges += [(names[a], names[b]) for a, b in (sorted(rng.sample(range(count), 2)) for _ in range(more))]
    sizes = {n: (rng.choice((36.0, 160.0)), rng.choice((28.0, 90.0, 184.0))) for n in names}
    where = arranged(sizes, edges, Arrangement(down=down))
    assert not overlaps(where, sizes)
    for a, b in edges:
        ahead = where[b][1] > where[a][1] if down else (where[b][0] > where[a][0] or where[b][1] > where[a][1])
        assert ahead


def test_a_chain_hangs_on_one_line_and_wraps_into_rows() -> None:
    edges = chain(16)
    where = arranged(boxes(edges), edges)
    rows = sorted({y for _, y in where.values()})
    assert len(rows) == 3 and max(x for x, _ in where.values()) + BOX[0] <= Arrangement().width
    assert [where[f"n{i}"][0] for i in range(4)] == [0.0, 232.0, 464.0, 696.0]
    whole = arranged(boxes(edges), edges, Arrangement(width=0))
    assert {y for _, y in whole.values()} == {0.0}


def test_a_skip_past_a_row_end_is_not_cut() -> None:
    edges = [*chain(14), ("n4", "n9")]
    where = arranged(boxes(edges), edges)
    assert len({where[f"n{i}"][1] for i in range(5, 10)}) == 1, "what a skip spans stays in one row"


def test_a_row_may_end_where_all_wires_come_from_one_box() -> None:
    edges = residual(6)
    where = arranged(boxes(edges), edges)
    assert len({y for _, y in where.values()}) > 2, "each row's chain and its sums"
    assert max(x for x, _ in where.values()) < 1.2 * Arrangement().width
    alone = arranged(boxes([("x", "a0"), *inception(2)]), [("x", "in0"), *inception(2)])
    assert alone["x"][0] < alone["in0"][0], "no row with a single box before a wide piece"


def test_a_u_net_is_not_torn() -> None:
    edges = [("image", "d0"), *u_net(4)]
    where = arranged(boxes(edges), edges)
    assert len({where[f"{side}{i}"][1] for i in range(4) for side in "du"} | {where["bottom"][1]}) == 1


def test_groups_share_a_row_where_they_can() -> None:
    edges = chain(8)
    groups = {f"n{i}": "features" if i < 3 else "classifier" for i in range(8)}
    where = arranged(boxes(edges), edges, groups=groups)
    assert {where[f"n{i}"][1] for i in range(3)} != {where[f"n{i}"][1] for i in range(3, 8)}


def test_it_can_be_called_off_and_tells_how_far_it_is() -> None:
    told: list[float] = []

    def tick(share: float) -> None:
        told.append(share)
        if len(told) > 3:
            raise Stopped

    rng = random.Random(2)
    edges = [(f"n{i}", f"n{j}") for i in range(30) for j in range(i + 1, 30) if rng.random() < 0.1]
    with pytest.raises(Stopped):
        arranged(boxes(edges), edges, tick=tick)
    assert told == sorted(told) and 0 <= told[0] <= told[-1] <= 1
