"""What the expansions of RNN, GRU and LSTM are made of: one direction's values, and the pieces that its steps share.

Inside, the batch comes last: a state is (H, N), the gates of one step (gates · H, N). So a step is one Gemm whose weight
needs no transposing, and gates are cut apart without copying. What does not depend on the step before is done for all
steps at once: W x + b in one MatMul, the derivatives of the gates, and behind the loop the gradients of the weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from runtime.errors import GraphError
from runtime.graph import Dim, Graph, Value
from runtime.ops.registry import ints

#: An end that lies behind every axis.
_END = 2**31 - 1


@dataclass(frozen=True)
class Direction:
    """One direction of a recurrent operator.

    `x` is (T, N, I + 1), a column of ones behind the features, and `columns` the same batch last, (T, I + 1, N). `w` is
    (gates · H, I), `r` (gates · H, H), the biases beside x and beside the state (gates · H, 1), each of `first` (H, N), and so
    is `zeros`.
    """

    x: Value
    columns: Value
    w: Value
    r: Value
    bias: Value
    inner_bias: Value
    first: tuple[Value, ...]
    zeros: Value
    backwards: bool

    @property
    def hidden(self) -> int:
        return length(self.r, 1)

    @property
    def features(self) -> int:
        return length(self.w, 1)


@dataclass(frozen=True)
class Tape:
    """The forward pass of one direction: `y` (T, N, H), the last states (H, N), and what the gradient reads besides."""

    y: Value
    last: tuple[Value, ...]
    kept: tuple[Value, ...]


@dataclass(frozen=True)
class Pulled:
    """The gradient of one direction: by W x + b as `gates` (T, gates · H, N), by weights, biases and first states."""

    gates: Value
    w: Value
    r: Value
    bias: Value
    inner_bias: Value
    first: tuple[Value, ...]


class Cell(Protocol):
    """What happens in a step, as operators, and the gradient of it.

    `dy` is (T, N, H), `ends` are the gradients of the last states, each (H, N); None where nobody uses them.
    """

    def forward(self, g: Graph, at: Direction) -> Tape: ...

    def backward(
        self, g: Graph, at: Direction, tape: Tape, dy: Value | None, ends: Sequence[Value | None]
    ) -> Pulled: ...


# -- the forward pass ----------------------------------------------------------------------------------------------------
def beside_x(g: Graph, at: Direction, w: Value, bias: Value) -> Value:
    """W x + b for all steps, (T, rows of W, N): the bias is the weight of x's column of ones."""
    result: Value = g.MatMul(g.Concat(w, bias, axis=1), at.columns)
    return result


def state_like(body: Graph, name: str, like: Value) -> Value:
    """An input of a body: a state."""
    return body.input(name, like.dtype, like.shape)


def slice_of(body: Graph, name: str, sequence: Value) -> Value:
    """An input of a body: one step of a sequence."""
    return body.input(name, sequence.dtype, sequence.shape[1:])


def swapped(g: Graph, value: Value) -> Value:
    """The last two axes swapped: batch last to batch first, and back."""
    result: Value = g.Transpose(value, perm=[*range(value.rank - 2), value.rank - 1, value.rank - 2])
    return result


# -- the way back --------------------------------------------------------------------------------------------------------
def before(g: Graph, at: Direction, y: Value, first: Value) -> Value:
    """What each step found: `y` moved on by one step, `first` (without the axis of steps) in front."""
    edge = g.Unsqueeze(first, ints(g, [0]))
    parts = (_cut(g, y, 1, _END), edge) if at.backwards else (edge, _cut(g, y, 0, -1))
    result: Value = g.Concat(*parts, axis=0)
    return result


def incoming(g: Graph, at: Direction, dy: Value | None, end: Value | None) -> tuple[Value, Value | None]:
    """The gradient of the last step's state, and for every step what comes to the state before it: (H, N), (T, H, N).

    The second is None where only the last state is used: then nothing comes from outside on the way.
    """
    if dy is None:
        return at.zeros if end is None else end, None
    dy = swapped(g, dy)
    last = g.Squeeze(_cut(g, dy, 0, 1) if at.backwards else _cut(g, dy, -1, _END), ints(g, [0]))
    return last if end is None else g.Add(last, end), before(g, at, dy, at.zeros)


def back_through(body: Graph, weight: Value, gates: Value, others: Sequence[Value]) -> Value:
    """Rᵀ · gates (`weight` is transposed, once, outside the body) + what else comes to the state before."""
    rest = [body.Sum(*others)] if len(others) > 1 else others
    result: Value = body.Gemm(weight, gates, *rest)
    return result


def rows(g: Graph, gates: Value) -> Value:
    """(T, K, N) as (K, T · N): a row per gate, for all steps and samples."""
    result: Value = g.Reshape(g.Transpose(gates, perm=[1, 0, 2]), ints(g, [length(gates, 1), -1], "shape"))
    return result


def products(g: Graph, by_row: Value, columns: Sequence[Value], widths: Sequence[int]) -> Sequence[Value]:
    """Σ over steps and samples of gate · column, (gates · H, K) for the (T, N, K) of all `columns`, cut by `widths`."""
    together = columns[0] if len(columns) == 1 else g.Concat(*columns, axis=2)
    return cut(g, g.MatMul(by_row, g.Reshape(together, ints(g, [-1, sum(widths)], "shape"))), widths, 1)


def cut(g: Graph, value: Value, lengths: Sequence[int], axis: int) -> Sequence[Value]:
    """`value` cut into parts of these lengths."""
    if len(lengths) == 1:
        return (value,)
    parts: Sequence[Value] = g.Split(value, ints(g, lengths, "lengths"), outputs=len(lengths), axis=axis)
    return parts


def _cut(g: Graph, value: Value, start: int, end: int) -> Value:
    """Steps from `start` up to `end`; negative ones count from the end."""
    result: Value = g.Slice(value, ints(g, [start], "start"), ints(g, [end], "end"), ints(g, [0]))
    return result


def filled(g: Graph, number: float, x: Value, dims: Sequence[int | str]) -> Value:
    """`number` in a shape of whole numbers, and of "T" and "N" for the steps and the batch of `x`."""
    axes = {"T": 0, "N": 1}
    shape: list[Dim] = [x.shape[axes[d]] if isinstance(d, str) else d for d in dims]
    known = [d for d in shape if isinstance(d, int)]
    size = ints(g, known, "shape")
    if len(known) < len(dims):
        found = g.Shape(x)
        parts = [g.Gather(found, ints(g, [axes[d]])) if isinstance(d, str) else ints(g, [d]) for d in dims]
        size = g.Concat(*parts, axis=0)
    like = Value("", x.dtype, tuple(shape))
    result: Value = g.emit("Expand", (g.constant(number, x.dtype, "number"), size), like=like)
    return result


def length(value: Value, axis: int) -> int:
    """A dimension as a number. Raises `GraphError` where it is known at run time only."""
    found = value.shape[axis]
    if not isinstance(found, int):
        raise GraphError(f"The gradient of a recurrent layer must know its sizes, and {value} hides one: fix its shape.")
    return found
