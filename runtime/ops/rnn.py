"""RNN, the plain recurrent layer: Elman, Finding structure in time, 1990."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from runtime.graph import Array, Graph, Value
from runtime.ops.control import scan
from runtime.ops.recurrent import Activation, Settings, States, Step, biases, run
from runtime.ops.recurrent_cell import (
    Direction,
    Pulled,
    Tape,
    back_through,
    before,
    beside_x,
    incoming,
    products,
    rows,
    slice_of,
    state_like,
    swapped,
)
from runtime.ops.recurrent_formula import Parts, Recipe, activated, settings_of
from runtime.ops.recurrent_gradient import recurrent
from runtime.ops.registry import Site, kernel

USUAL = ("Tanh",)


@kernel("RNN")
def rnn(
    x: Array, w: Array, r: Array, b: Array | None = None, sequence_lens: Array | None = None,
    initial_h: Array | None = None, **attributes: Any,
) -> tuple[Array, ...]:
    """y and last h, where h′ = f(W x + R h + b)."""
    settings, both = Settings(**attributes), biases(b, r).sum(1)
    steps = [_step(w[d], r[d], both[d], functions[0]) for d, functions in enumerate(settings.functions(USUAL))]
    return run(steps, x, sequence_lens, [initial_h], r.shape[-1], settings)


def _step(w: Array, r: Array, bias: Array, function: Activation) -> Step:
    def step(x: Array, states: States) -> States:
        return (function(x @ w.T + states[0] @ r.T + bias),)

    return step


# -- the gradient --------------------------------------------------------------------------------------------------------
def _formula(body: Graph, at: Parts, x: Value, states: Sequence[Value]) -> Sequence[Value]:
    """The step with whatever function."""
    return (activated(body, at.functions[0], body.Add(x, body.Gemm(states[0], at.r[0], at.bias[0], transB=1))),)


@recurrent("RNN", Recipe(_formula, USUAL, groups=(1,), states=1))
def rnn_cells(at: Site) -> list[RnnCell]:
    names = [one[0].name for one in settings_of(at).functions(USUAL)]
    return [RnnCell(name) for name in names] if {"Tanh", "Relu"}.issuperset(names) else []


class RnnCell:
    """The step as operators: h′ = f(W x + R h + b)."""

    def __init__(self, function: str) -> None:
        self.function = function

    def forward(self, g: Graph, at: Direction) -> Tape:
        sequence = beside_x(g, at, at.w, g.Add(at.bias, at.inner_bias))
        body = g.body("step")
        h = state_like(body, "h", at.first[0])
        new = body.emit(self.function, [body.Gemm(at.r, h, slice_of(body, "x", sequence))])
        body.outputs = [new, body.Identity(new)]
        last, y = scan(g, body, at.first, [sequence], reverse=at.backwards)
        return Tape(swapped(g, y), (last,), (y,))

    def backward(
        self, g: Graph, at: Direction, tape: Tape, dy: Value | None, ends: Sequence[Value | None]
    ) -> Pulled:
        """The gradient of a step's sum is dh·f′, and f′ is known beforehand: 1 − y² for tanh, [y > 0] for ReLU."""
        (y,) = tape.kept
        slope = g.Sub(1.0, g.Mul(y, y)) if self.function == "Tanh" else g.CastLike(g.Greater(y, 0.0), y)
        first, arriving = incoming(g, at, dy, ends[0])
        sequences = [slope, *([arriving] if arriving else [])]
        body = g.body("step_back")
        dh = state_like(body, "dh", first)
        slices = [slice_of(body, "slice", sequence) for sequence in sequences]
        gates = body.Mul(dh, slices[0])
        body.outputs = [back_through(body, g.Transpose(at.r, perm=[1, 0]), gates, slices[1:]), gates]
        dh, by_gates = scan(g, body, [first], sequences, reverse=not at.backwards)
        columns = [at.x, before(g, at, tape.y, swapped(g, at.first[0]))]
        w, bias, r = products(g, rows(g, by_gates), columns, [at.features, 1, at.hidden])
        return Pulled(by_gates, w, r, bias, bias, (dh,))
