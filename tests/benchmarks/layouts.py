"""``dev.py bench layout``: crossings of our layout beside graphviz dot's on the same graphs, and how long each takes.

Crossings are counted in the same way for both: pairs of edges without a common end whose drawn lines meet. Ours are straight
between ranks, dot's are its splines. Without dot on the path only ours are printed.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from itertools import combinations, pairwise

from nodes.example import examples, new
from nodes.layout.crossings import ordered
from nodes.layout.layers import Layering, is_dummy, layered
from tests.nodes.layout.graphs import Edges, inception, residual, u_net

Point = tuple[float, float]
Line = tuple[str, str, list[Point]]
PIECES = 8


def graphs() -> Iterator[tuple[str, Edges]]:
    """The examples, what networks are made of, and graphs drawn at random, which no network looks like."""
    for name in examples():
        document = new(name)
        yield name, [(w.source, w.target) for w in document.wires if w.source_port != "label"]
    yield "residual × 8", residual(8)
    yield "U-Net 5", u_net(5)
    yield "inception × 4", inception(4)
    yield "densely connected × 8", [(f"n{i}", f"n{j}") for i in range(8) for j in range(i + 1, 8)]
    for count, more in ((20, 8), (40, 15), (60, 20), (100, 30)):
        rng = random.Random(count)
        names = [f"n{i}" for i in range(count)]
        edges = [(names[rng.randrange(max(0, i - 4), i)], names[i]) for i in range(1, count)]
        edges += [(names[a], names[b]) for a, b in (sorted(rng.sample(range(count), 2)) for _ in range(more))]
        yield f"random {count} + {more}", list(dict.fromkeys(edges))


def ours(edges: Edges) -> list[Line]:
    layering = layered(list(dict.fromkeys(n for e in edges for n in e)), edges)
    ordered(layering, lambda share: None)
    where = {n: (float(k), float(i)) for k, rank in enumerate(layering.ranks) for i, n in enumerate(rank)}
    return [_followed(layering, where, a, b) for a in where if isinstance(a, str) for b in layering.after[a]]


def _followed(layering: Layering, where: dict[object, Point], start: str, next: object) -> Line:
    line = [where[start], where[next]]
    while is_dummy(next):
        (next,) = layering.after[next]
        line.append(where[next])
    return start, str(next), line


def dots(edges: Edges) -> list[Line]:
    text = "digraph { rankdir=LR; node [shape=box width=1.6 height=1.8];" + "".join(f'"{a}" -> "{b}";' for a, b in edges) + "}"
    done = subprocess.run(["dot", "-Tplain"], input=text, capture_output=True, text=True, check=True)
    rows = [row.split() for row in done.stdout.replace("\\\n", "").splitlines() if row.startswith("edge")]
    return [(row[1], row[2], _spline([float(n) for n in row[4 : 4 + 2 * int(row[3])]])) for row in rows]


def _spline(numbers: list[float]) -> list[Point]:
    points = list(zip(numbers[::2], numbers[1::2], strict=True))
    line = []
    for i in range(0, len(points) - 1, 3):
        line += [_bezier(points[i : i + 4], step / PIECES) for step in range(PIECES)]
    return [*line, points[-1]]


def _bezier(p: list[Point], t: float) -> Point:
    weights = ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t * t, t**3)
    return sum(w * q[0] for w, q in zip(weights, p, strict=True)), sum(w * q[1] for w, q in zip(weights, p, strict=True))


def crossings(lines: list[Line]) -> int:
    apart = ((p, q) for (a, b, p), (c, d, q) in combinations(lines, 2) if not {a, b} & {c, d})
    return sum(any(_meet(*s, *t) for s in pairwise(p) for t in pairwise(q)) for p, q in apart)


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(a: Point, b: Point, p: Point) -> float:
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])


def main() -> None:
    there = shutil.which("dot") is not None
    print("| graph | edges | ours | dot | ours, ms |\n|---|---|---|---|---|" if there else "dot is not installed: only ours.")
    for name, edges in graphs():
        began = time.perf_counter()
        found = crossings(ours(edges))
        taken = 1000 * (time.perf_counter() - began)
        print(f"| {name} | {len(edges)} | {found} | {crossings(dots(edges)) if there else '–'} | {taken:.0f} |", flush=True)


if __name__ == "__main__":
    main()
