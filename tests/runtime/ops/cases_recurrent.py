"""Drawn cases for Scan and for the recurrent operators."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from runtime.graph import Graph, Value
from runtime.ops.control import scan
from tests.runtime.ops.cases import Draw, case, maybe, small, whole
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


GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}


@case("RNN", "GRU", "LSTM")
def recurrent(draw: Draw, rng: np.random.Generator, op_type: str) -> Case:
    """Any direction, with or without bias and first states; all outputs are used, or only some."""
    steps, batch, wide, hidden = small(draw), small(draw, 1, 3), small(draw, 1, 3), small(draw, 1, 3)
    direction = draw(st.sampled_from(["forward", "reverse", "bidirectional"]))
    directions, gates = 2 if direction == "bidirectional" else 1, GATES[op_type]
    states = 2 if op_type == "LSTM" else 1
    shapes = [(steps, batch, wide), (directions, gates * hidden, wide), (directions, gates * hidden, hidden)]
    with_bias, with_states = maybe(draw), maybe(draw)
    shapes += [(directions, 2 * gates * hidden)] * with_bias + [(directions, batch, hidden)] * states * with_states
    used = draw(st.lists(st.integers(0, states), min_size=1, unique=True))
    attributes: dict[str, Any] = {"hidden_size": hidden, "direction": direction}
    if op_type == "GRU":
        attributes["linear_before_reset"] = small(draw, 0, 1)
    if op_type == "RNN" and maybe(draw):
        attributes["activations"] = ["Relu", "Tanh"][:directions]

    def build(g: Graph, *values: Value) -> Value:
        x, w, r, *rest = values
        bias, first = rest[: int(with_bias)] or [None], rest[int(with_bias) :]
        inputs = [x, w, r, *bias, *([None, *first] if first else [])]
        outputs = g.emit(op_type, inputs, outputs=1 + states, **attributes)
        flat = [g.Reshape(outputs[i], whole(g, [-1])) for i in used]
        result: Value = g.Concat(*flat, axis=0)
        return result

    return Case([spread(rng, *shape) for shape in shapes], build)


FUNCTIONS = [
    "Sigmoid", "Tanh", "Relu", "HardSigmoid", "Softsign", "Softplus", "Affine", "LeakyRelu", "ThresholdedRelu", "ScaledTanh",
    "Elu",
]  # fmt: skip
USUAL = {"RNN": ["Tanh"], "GRU": ["Sigmoid", "Tanh"], "LSTM": ["Sigmoid", "Tanh", "Tanh"]}


@st.composite
def unusual(draw: Draw, op_type: str) -> Case:
    """What the hand-made cells do not know, alone and together; all outputs are used."""
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    steps, batch, wide, hidden = small(draw, 2), small(draw, 1, 3), small(draw, 1, 3), small(draw, 1, 3)
    direction, layout = draw(st.sampled_from(["forward", "reverse", "bidirectional"])), small(draw, 0, 1)
    d, rows, states = 2 if direction == "bidirectional" else 1, GATES[op_type] * hidden, 2 if op_type == "LSTM" else 1
    first = (batch, d, hidden) if layout else (d, batch, hidden)
    shapes: list[tuple[int, ...]] = [(batch, steps, wide) if layout else (steps, batch, wide)]
    shapes += [(d, rows, wide), (d, rows, hidden), (d, 2 * rows), *[first] * states]
    shapes += [(d, 3 * hidden)] if op_type == "LSTM" and maybe(draw) else []
    lengths = draw(st.lists(st.integers(1, steps), min_size=batch, max_size=batch)) if maybe(draw) else None
    attributes: dict[str, Any] = {"hidden_size": hidden, "direction": direction, "layout": layout}
    attributes |= {"clip": 1.1} if maybe(draw) else {}
    if maybe(draw):
        attributes |= {"activations": [draw(st.sampled_from(FUNCTIONS)) for _ in USUAL[op_type] * d]}
        attributes |= {"activation_alpha": [0.3, 0.7], "activation_beta": [0.4]} if maybe(draw) else {}
    attributes |= {"input_forget": small(draw, 0, 1)} if op_type == "LSTM" else {}
    attributes |= {"linear_before_reset": small(draw, 0, 1)} if op_type == "GRU" else {}

    def build(g: Graph, *values: Value) -> Value:
        known = None if lengths is None else g.constant(lengths, "int32", "lengths")
        outputs = g.emit(op_type, [*values[:4], known, *values[4:]], outputs=1 + states, **attributes)
        result: Value = g.Concat(*(g.Reshape(v, whole(g, [-1])) for v in outputs), axis=0)
        return result

    return Case([spread(rng, *shape) for shape in shapes], build)
