"""What networks are made of, as edges."""

from __future__ import annotations

from itertools import pairwise

Edges = list[tuple[str, str]]


def u_net(depth: int) -> Edges:
    down, up = [f"d{i}" for i in range(depth)], [f"u{i}" for i in reversed(range(depth))]
    path = [*down, "bottom", *up]
    return [*pairwise(path), *((f"d{i}", f"u{i}") for i in range(depth))]


def inception(blocks: int) -> Edges:
    edges: Edges = []
    for b in range(blocks):
        for branch, length in (("a", 1), ("b", 2), ("c", 2), ("d", 2)):
            path = [f"in{b}", *(f"{branch}{b}{i}" for i in range(length)), f"in{b + 1}"]
            edges += pairwise(path)
    return edges


def residual(blocks: int) -> Edges:
    edges: Edges = []
    for b in range(blocks):
        path = [f"sum{b}", f"c{b}1", f"r{b}", f"c{b}2", f"sum{b + 1}"]
        edges += [*pairwise(path), (f"sum{b}", f"sum{b + 1}")]
    return edges
