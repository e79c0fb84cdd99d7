"""Drawn cases for Scan and for the recurrent operators."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from runtime.graph import Graph, Value
from runtime.ops.control import scan
from tests.runtime.ops.cases import Draw, case, maybe, small
from tests.runtime.ops.support import Case, spread


@case("Scan")
def scanned(draw: Draw, rng: np.random.Generator) -> Case:
    """s′ = tanh(s w + x), y = s′ · u + s: a state, a sequence, two captured values, either direction, either end used."""
    steps, rows, wide = small(draw), small(draw, 1, 3), small(draw, 1, 3)
    backwards, end = maybe(draw), draw(st.sampled_from(["last state", "stack", "both"]))

    def build(g: Graph, s: Value, x: Value, w: Value, u: Value) -> Value:
        body = g.body("body")
        state, slice_ = body.input("s", s.dtype, s.shape), body.input("x", x.dtype, x.shape[1:])
        new = body.output(body.Tanh(body.Add(body.MatMul(state, w), slice_)))
        body.output(body.Add(body.Mul(new, u), state))
        last, stack = scan(g, body, [s], [x], reverse=backwards)
        return last if end == "last state" else stack if end == "stack" else g.Mul(stack, last)

    shapes = [(rows, wide), (steps, rows, wide), (wide, wide), (wide,)]
    return Case([spread(rng, *shape) for shape in shapes], build, [0] if rows > 1 else [])
