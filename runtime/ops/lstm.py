"""LSTM: Hochreiter and Schmidhuber, Long short-term memory, 1997, with the forget gate of Gers et al., 2000."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

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
    cut,
    incoming,
    length,
    products,
    rows,
    slice_of,
    state_like,
    swapped,
)
from runtime.ops.recurrent_formula import Parts, Recipe, activated, settings_of
from runtime.ops.recurrent_gradient import recurrent
from runtime.ops.registry import Site, kernel

USUAL = ("Sigmoid", "Tanh", "Tanh")


@kernel("LSTM")
def lstm(
    x: Array, w: Array, r: Array, b: Array | None = None, sequence_lens: Array | None = None,
    initial_h: Array | None = None, initial_c: Array | None = None, p: Array | None = None, input_forget: int = 0,
    **attributes: Any,
) -> tuple[Array, ...]:
    """y, last h, last c. Gates in the order i, o, f, c; `p` (D, 3H) are the peepholes of i, o, f."""
    settings, hidden = Settings(**attributes), r.shape[-1]
    both = biases(b, r).sum(1)
    peep = np.zeros((len(w), 3 * hidden), x.dtype) if p is None else p
    steps = [
        _step(w[d], r[d], both[d], np.split(peep[d], 3), functions, bool(input_forget))
        for d, functions in enumerate(settings.functions(USUAL))
    ]
    return run(steps, x, sequence_lens, [initial_h, initial_c], hidden, settings)


def _step(
    w: Array, r: Array, bias: Array, peep: Sequence[Array], functions: Sequence[Activation], coupled: bool
) -> Step:
    """c′ = f∘c + i∘g, h′ = o∘h(c′); coupled: f = 1 − i."""
    gate, cell, out = functions

    def step(x: Array, states: States) -> States:
        h, c = states
        i, o, f, g = np.split(x @ w.T + h @ r.T + bias, 4, axis=1)
        i = gate(i + peep[0] * c)
        f = 1 - i if coupled else gate(f + peep[2] * c)
        c = f * c + i * cell(g)
        return gate(o + peep[1] * c) * out(c), c

    return step


# -- the gradient --------------------------------------------------------------------------------------------------------
def _formula(body: Graph, at: Parts, x: Value, states: Sequence[Value]) -> Sequence[Value]:
    """The step as it may be in full: peepholes, other functions, f = 1 − i."""
    h, c = states
    gate, cell, out = at.functions
    i, o, f, a = cut(body, body.Add(x, body.Gemm(h, at.r[0], at.bias[0], transB=1)), [length(c, 1)] * 4, 1)

    def watched(value: Value, k: int, state: Value) -> Value:
        return body.Add(value, body.Mul(state, at.peepholes[k])) if at.peepholes else value

    i = activated(body, gate, watched(i, 0, c))
    coupled = at.site.attribute("input_forget", 0) == 1
    f = body.Sub(1.0, i) if coupled else activated(body, gate, watched(f, 2, c))
    c = body.Add(body.Mul(f, c), body.Mul(i, activated(body, cell, a)))
    return body.Mul(activated(body, gate, watched(o, 1, c)), activated(body, out, c)), c


@recurrent("LSTM", Recipe(_formula, USUAL, groups=(4,), states=2))
def lstm_cells(at: Site) -> list[LstmCell]:
    functions = settings_of(at).functions(USUAL)
    usual = all(tuple(f.name for f in one) == USUAL for one in functions) and at.attribute("input_forget", 0) == 0
    return [LstmCell()] * len(functions) if usual else []


class LstmCell:
    """The step as operators: i, o, f = σ(…), a = tanh(…), c′ = f∘c + i∘a, h′ = o∘tanh(c′)."""

    def forward(self, g: Graph, at: Direction) -> Tape:
        sizes, bias = [3 * at.hidden, at.hidden], g.Add(at.bias, at.inner_bias)
        (w, w_a), (r, r_a), (b, b_a) = (cut(g, v, sizes, 0) for v in (at.w, at.r, bias))
        sequences = [beside_x(g, at, w, b), beside_x(g, at, w_a, b_a)]
        body = g.body("step")
        h, c = (state_like(body, name, value) for name, value in zip("hc", at.first, strict=True))
        x, x_a = (slice_of(body, "x", sequence) for sequence in sequences)
        i, o, f = cut(body, body.Sigmoid(body.Gemm(r, h, x)), [at.hidden] * 3, 0)
        candidate = body.Gemm(r_a, h, x_a)
        a, kept = body.Tanh(candidate), body.Mul(f, c)
        new = body.Add(kept, body.Mul(i, a))
        squashed = body.Tanh(new)
        body.outputs = [body.Mul(o, squashed), new, i, o, f, a, kept, squashed]
        h, c, *stacks = scan(g, body, at.first, sequences, reverse=at.backwards)
        y = g.Mul(stacks[1], stacks[-1])
        return Tape(swapped(g, y), (h, c), (*stacks, y))

    def backward(
        self, g: Graph, at: Direction, tape: Tape, dy: Value | None, ends: Sequence[Value | None]
    ) -> Pulled:
        """With s = tanh c′: dc = dh∘o∘(1 − s²) + dc′∘f′. Each gate's gradient is dc or dh times what is known before."""
        into_c, into_gates = self._factors(g, tape)
        dh, arriving = incoming(g, at, dy, ends[0])
        first = dh, ends[1] or at.zeros
        sequences = [into_c, tape.kept[2], into_gates, *([arriving] if arriving else [])]
        body = g.body("step_back")
        dh, dc = (state_like(body, name, value) for name, value in zip(("dh", "dc"), first, strict=True))
        slices = [slice_of(body, "slice", sequence) for sequence in sequences]
        total = body.Add(body.Mul(dh, slices[0]), dc)
        gates = body.Mul(body.Concat(total, dh, total, total, axis=0), slices[2])
        before_it = back_through(body, g.Transpose(at.r, perm=[1, 0]), gates, slices[3:])
        body.outputs = [before_it, body.Mul(total, slices[1]), gates]
        dh, dc, by_gates = scan(g, body, first, sequences, reverse=not at.backwards)
        columns = [at.x, before(g, at, tape.y, swapped(g, at.first[0]))]
        w, bias, r = products(g, rows(g, by_gates), columns, [at.features, 1, at.hidden])
        return Pulled(by_gates, w, r, bias, bias, (dh, dc))

    def _factors(self, g: Graph, tape: Tape) -> tuple[Value, Value]:
        """o∘(1 − s²), by which dh enters dc; and what dc, dh, dc, dc are multiplied by for the gates i, o, f, a.

        i·(1−i)·a, o·(1−o)·s, f·(1−f)·c, (1−a²)·i, for all steps at once.
        """
        i, o, f, a, kept, s, y = tape.kept
        product = g.Mul(i, a)
        parts = [
            g.Sub(product, g.Mul(product, i)), g.Sub(y, g.Mul(y, o)), g.Sub(kept, g.Mul(kept, f)),
            g.Sub(i, g.Mul(product, a)),
        ]  # fmt: skip
        return g.Sub(o, g.Mul(y, s)), g.Concat(*parts, axis=1)
