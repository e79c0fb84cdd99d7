"""GRU: Cho et al., Learning phrase representations using RNN encoder-decoder, 2014."""

from __future__ import annotations

from abc import ABC, abstractmethod
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

USUAL = ("Sigmoid", "Tanh")


@kernel("GRU")
def gru(
    x: Array, w: Array, r: Array, b: Array | None = None, sequence_lens: Array | None = None,
    initial_h: Array | None = None, linear_before_reset: int = 0, **attributes: Any,
) -> tuple[Array, ...]:
    """y and last h. Gates in the order z (update), r (reset), h (candidate)."""
    settings, both = Settings(**attributes), biases(b, r)
    steps = [
        _step(w[d], r[d], both[d], functions, bool(linear_before_reset))
        for d, functions in enumerate(settings.functions(USUAL))
    ]
    return run(steps, x, sequence_lens, [initial_h], r.shape[-1], settings)


def _step(w: Array, r: Array, bias: Array, functions: Sequence[Activation], linear_before_reset: bool) -> Step:
    """h′ = (1 − z)∘n + z∘h, with the candidate n of x and the reset state: r∘h before its matrix, or r∘(R h + b) behind."""
    gate, out = functions
    wide = 2 * r.shape[1]
    gates, inner = r[:wide], r[wide:]

    def step(x: Array, states: States) -> States:
        (h,) = states
        beside_x = x @ w.T + bias[0]
        z, reset = np.split(gate(beside_x[:, :wide] + h @ gates.T + bias[1, :wide]), 2, axis=1)
        late = linear_before_reset
        beside_h = reset * (h @ inner.T + bias[1, wide:]) if late else (reset * h) @ inner.T + bias[1, wide:]
        return ((1 - z) * out(beside_x[:, wide:] + beside_h) + z * h,)

    return step


# -- the gradient --------------------------------------------------------------------------------------------------------
def _formula(body: Graph, at: Parts, x: Value, states: Sequence[Value]) -> Sequence[Value]:
    """The step with whatever functions."""
    (h,) = states
    hidden = length(h, 1)
    x, x_n = cut(body, x, [2 * hidden, hidden], 1)
    gates = activated(body, at.functions[0], body.Add(x, body.Gemm(h, at.r[0], at.bias[0], transB=1)))
    z, reset = cut(body, gates, [hidden] * 2, 1)
    if at.site.attribute("linear_before_reset", 0):
        beside_h = body.Mul(reset, body.Gemm(h, at.r[1], at.bias[1], transB=1))
    else:
        beside_h = body.Gemm(body.Mul(reset, h), at.r[1], at.bias[1], transB=1)
    n = activated(body, at.functions[1], body.Add(x_n, beside_h))
    return (body.Add(n, body.Mul(z, body.Sub(h, n))),)


@recurrent("GRU", Recipe(_formula, USUAL, groups=(2, 1), states=1))
def gru_cells(at: Site) -> list[LateCell] | list[EarlyCell]:
    functions = settings_of(at).functions(USUAL)
    if any(tuple(f.name for f in one) != USUAL for one in functions):
        return []
    count = len(functions)
    return [LateCell()] * count if at.attribute("linear_before_reset", 0) else [EarlyCell()] * count


class _GruCell(ABC):
    """What both forms share: z, r = σ(…), h′ = n + z∘(h − n), with the candidate n."""

    @abstractmethod
    def bias(self, g: Graph, beside_x: Value, beside_h: Value) -> Value:
        """The candidate's bias that is added for all steps at once."""

    @abstractmethod
    def candidate(self, body: Graph, h: Value, reset: Value, x: Value, weight: Value, bias: Value) -> list[Value]:
        """n, and behind it what the gradient reads besides. `weight` and `bias` stand beside the state."""

    @abstractmethod
    def pull_back(self, g: Graph, at: Direction, tape: Tape, first: Value, arriving: Value | None) -> Pulled:
        """The gradient, where `first` comes to the last state and `arriving` to the others."""

    def forward(self, g: Graph, at: Direction) -> Tape:
        sizes = [2 * at.hidden, at.hidden]
        (w, w_n), (r, r_n), (b, b_n), (c, c_n) = (cut(g, v, sizes, 0) for v in (at.w, at.r, at.bias, at.inner_bias))
        sequences = [beside_x(g, at, w, g.Add(b, c)), beside_x(g, at, w_n, self.bias(g, b_n, c_n))]
        body = g.body("step")
        h = state_like(body, "h", at.first[0])
        x, x_n = (slice_of(body, "x", sequence) for sequence in sequences)
        z, reset = cut(body, body.Sigmoid(body.Gemm(r, h, x)), [at.hidden] * 2, 0)
        n, *kept = self.candidate(body, h, reset, x_n, r_n, c_n)
        new = body.Add(n, body.Mul(z, body.Sub(h, n)))
        body.outputs = [new, body.Identity(new), z, reset, n, *kept]
        last, y, *stacks = scan(g, body, at.first, sequences, reverse=at.backwards)
        return Tape(swapped(g, y), (last,), (before(g, at, y, at.first[0]), *stacks))

    def backward(
        self, g: Graph, at: Direction, tape: Tape, dy: Value | None, ends: Sequence[Value | None]
    ) -> Pulled:
        return self.pull_back(g, at, tape, *incoming(g, at, dy, ends[0]))


class LateCell(_GruCell):
    """n = tanh(W x + b + r∘(R h + c)): the reset behind the matrix, as in cuDNN, PyTorch and Keras."""

    def bias(self, g: Graph, beside_x: Value, beside_h: Value) -> Value:
        return beside_x

    def candidate(self, body: Graph, h: Value, reset: Value, x: Value, weight: Value, bias: Value) -> list[Value]:
        inner = body.Gemm(weight, h, bias)
        return [body.Tanh(body.Add(x, body.Mul(reset, inner))), inner]

    def pull_back(self, g: Graph, at: Direction, tape: Tape, first: Value, arriving: Value | None) -> Pulled:
        """By n: dn = dh∘(1−z)∘(1−n²). By z, r and R h + c: dh, dh and dn times what is known before the loop."""
        h, z, reset, n, inner = tape.kept
        into_n = _into_candidate(g, z, n)
        into_reset = g.Mul(g.Mul(into_n, inner), _slope(g, reset))
        factors = g.Concat(g.Mul(g.Sub(h, n), _slope(g, z)), into_reset, reset, axis=1)
        sequences = [into_n, factors, z, *([arriving] if arriving else [])]
        body = g.body("step_back")
        dh = state_like(body, "dh", first)
        slices = [slice_of(body, "slice", sequence) for sequence in sequences]
        dn = body.Mul(dh, slices[0])
        gates = body.Mul(body.Concat(dh, dh, dn, axis=0), slices[1])
        others = [body.Mul(dh, slices[2]), *slices[3:]]
        body.outputs = [back_through(body, g.Transpose(at.r, perm=[1, 0]), gates, others), dn, gates]
        dh, dn, gates = scan(g, body, [first], sequences, reverse=not at.backwards)
        by_sum = g.Concat(cut(g, gates, [2 * at.hidden, at.hidden], 1)[0], dn, axis=1)
        w, bias = products(g, rows(g, by_sum), [at.x], [at.features, 1])
        ones = cut(g, at.x, [at.features, 1], 2)[1]
        r, inner_bias = products(g, rows(g, gates), [swapped(g, h), ones], [at.hidden, 1])
        return Pulled(by_sum, w, r, bias, inner_bias, (dh,))


class EarlyCell(_GruCell):
    """n = tanh(W x + b + R (r∘h) + c): the reset before the matrix, as in the paper."""

    def bias(self, g: Graph, beside_x: Value, beside_h: Value) -> Value:
        result: Value = g.Add(beside_x, beside_h)
        return result

    def candidate(self, body: Graph, h: Value, reset: Value, x: Value, weight: Value, bias: Value) -> list[Value]:
        return [body.Tanh(body.Gemm(weight, body.Mul(reset, h), x))]

    def pull_back(self, g: Graph, at: Direction, tape: Tape, first: Value, arriving: Value | None) -> Pulled:
        """By n: dn = dh∘(1−z)∘(1−n²); by r∘h: du = Rₙᵀ·dn; by z and r: dh and du times what is known before."""
        h, z, reset, n = tape.kept
        factors = g.Concat(g.Mul(g.Sub(h, n), _slope(g, z)), g.Mul(h, _slope(g, reset)), axis=1)
        sequences = [_into_candidate(g, z, n), factors, z, reset, *([arriving] if arriving else [])]
        outer, inner = (g.Transpose(part, perm=[1, 0]) for part in cut(g, at.r, [2 * at.hidden, at.hidden], 0))
        body = g.body("step_back")
        dh = state_like(body, "dh", first)
        slices = [slice_of(body, "slice", sequence) for sequence in sequences]
        dn = body.Mul(dh, slices[0])
        du = body.Gemm(inner, dn)
        gates = body.Mul(body.Concat(dh, du, axis=0), slices[1])
        others = [body.Mul(dh, slices[2]), body.Mul(du, slices[3]), *slices[4:]]
        body.outputs = [back_through(body, outer, gates, others), dn, gates]
        dh, dn, gates = scan(g, body, [first], sequences, reverse=not at.backwards)
        by_sum = g.Concat(gates, dn, axis=1)
        w, bias = products(g, rows(g, by_sum), [at.x], [at.features, 1])
        parts = [*products(g, rows(g, gates), [swapped(g, h)], [at.hidden])]
        parts += products(g, rows(g, dn), [swapped(g, g.Mul(reset, h))], [at.hidden])
        return Pulled(by_sum, w, g.Concat(*parts, axis=0), bias, bias, (dh,))


def _slope(g: Graph, gate: Value) -> Value:
    """The derivative of a gate by its sum: σ′ = σ (1 − σ)."""
    result: Value = g.Mul(gate, g.Sub(1.0, gate))
    return result


def _into_candidate(g: Graph, z: Value, n: Value) -> Value:
    """(1 − z)∘(1 − n²): what dh is multiplied by on its way into the candidate's sum."""
    result: Value = g.Mul(g.Sub(1.0, z), g.Sub(1.0, g.Mul(n, n)))
    return result
