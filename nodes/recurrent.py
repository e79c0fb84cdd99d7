"""What SimpleRNN, LSTM and GRU share: settings, ports, and how ONNX's operator is emitted.

Weights have ONNX's own layout: weight (directions, gates · units, features), recurrent_weight (directions, gates · units,
units), bias (directions, 2 · gates · units), the one beside x and then the one beside the state.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from onnx import helper

from nodes.layer import SEQUENCE, VECTOR, Layer, LayerError, Port, Seen, sample_shape, setting
from runtime.graph import Graph, Value
from runtime.initializers import named
from runtime.ops.registry import ints

LAST, EVERY = "last output", "sequence"


def ports(*states: str) -> tuple[Port, ...]:
    """x, and an optional port for each state."""
    return Port("x", (SEQUENCE,)), *(Port(name, (VECTOR,), optional=True) for name in states)


@dataclass(frozen=True)
class Recurrent(Layer):
    """Layers that walk a sequence. `operator` is ONNX's name, `gates` counts the matrices of one step."""

    operator: ClassVar[str] = ""
    gates: ClassVar[int] = 1
    first_bias: ClassVar[str] = "zeros"

    units: int = setting(64, low=1, high=100_000, help="Numbers in the state, and outputs of each step.")
    layers: int = setting(1, low=1, high=100, help="How many are stacked: each reads the outputs of the one below.")
    bidirectional: bool = setting(False, help="A second one walks from the end, and both outputs stand side by side.")
    returns: str = setting(LAST, choices=(LAST, EVERY), help="The output of the last step, or that of every step.")
    carries: bool = setting(False, help="Goes on from the state that the batch before left: for texts cut into sequences.")

    forgets: int = setting(
        0, low=0, high=1_000_000, only_if=("carries", (True,)),
        help="In training each stream begins anew after so many batches, now one, now another, so that beginning is learnt, "
        "too. 0: never within an epoch.",
    )

    @property
    def directions(self) -> int:
        return 2 if self.bidirectional else 1

    def attributes(self) -> dict[str, Any]:
        """Attributes of the operator beyond its size and direction."""
        return {}

    def sees(self) -> Seen | None:
        return None

    def emit(self, g: Graph, x: Value, *states: Value | None) -> tuple[Value, ...]:
        names = self.outputs[1:]
        begun = [self._begun(g, x, name) if s is None and self.carries else None for name, s in zip(names, states, strict=True)]
        given = [kept.value if kept else state for kept, state in zip(begun, states, strict=True)]
        first = [self._first(g, name, state) for name, state in zip(names, given, strict=True)]
        sequence, lasts = g.Transpose(x, perm=[1, 0, 2]), []
        for k in range(self.layers):
            sequence, *last = self._walk(g, sequence, k, [state[k] for state in first])
            lasts.append(last)
        y = _side_by_side(g, lasts[-1][0]) if self.returns == LAST else g.Transpose(sequence, perm=[1, 0, 2])
        joined = (g.Concat(*parts, axis=0) if self.layers > 1 else parts[0] for parts in zip(*lasts, strict=True))
        ends = [_side_by_side(g, end) for end in joined]
        for kept, end in zip(begun, ends, strict=True):
            if kept:
                kept.goes_on(end)
        return y, *ends

    def _begun(self, g: Graph, x: Value, name: str) -> _Kept:
        """The state to go on from: carried from step to step in training, an input with a default in the finished model."""
        if self.bidirectional:
            raise LayerError("it walks both ways, and only forwards can a state be carried: switch one of the two off.")
        width = self.layers * self.units
        if g.streams:
            parameter = g.parameter(f"carried_{name}", (g.streams, width), kind="carried", role="state")
            return _Kept(self._forgotten(g, parameter), lambda new: g.carry(parameter, new))
        if g.training:
            raise LayerError("it carries its state, and the recipe takes all samples at once: set a batch size.")
        state = g.state(name, width)
        shape = g.Concat(g.Shape(x, start=0, end=1), ints(g, [width], "width"), axis=0)
        rows = g.emit("Expand", (state, shape), like=Value("", g.dtype, (x.shape[0], width)))
        return _Kept(rows, lambda new: g.remember(state, g.Identity(new, name=f"next_{name}")))

    def _forgotten(self, g: Graph, state: Value) -> Value:
        """`state` (streams, width), all zeros for those streams whose turn it is at this step."""
        if not self.forgets:
            return state
        turns = ints(g, [k * self.forgets // g.streams for k in range(g.streams)], "turns")
        due = g.Equal(g.Mod(g.step(), ints(g, [self.forgets])), turns)
        goes_on = g.Cast(g.Not(due), to=int(helper.np_dtype_to_tensor_dtype(g.dtype)))
        result: Value = g.Mul(state, g.Unsqueeze(goes_on, ints(g, [1])))
        return result

    def _walk(self, g: Graph, x: Value, k: int, first: Sequence[Value | None]) -> tuple[Value, ...]:
        """One of the stacked layers: outputs (steps, N, directions · units), last states (directions, N, units)."""
        number, features, rows = f"_{k + 1}" if k else "", _features(x), self.gates * self.units
        names = {"weight": features, "recurrent_weight": self.units}
        weights = [
            g.parameter(name + number, (self.directions, rows, size), init=_glorot(rows, size), role="weight")
            for name, size in names.items()
        ]
        bias = g.parameter("bias" + number, (self.directions, 2 * rows), init=self.first_bias, role="bias")
        direction = "bidirectional" if self.bidirectional else "forward"
        y, *last = g.emit(
            self.operator, (x, *weights, bias, *([None, *first] if any(first) else [])), outputs=len(self.outputs),
            hidden_size=self.units, direction=direction, **self.attributes(),
        )  # fmt: skip
        if not self.bidirectional:
            return g.Squeeze(y, ints(g, [1])), *last
        together = g.Transpose(y, perm=[0, 2, 1, 3])
        return g.Reshape(together, ints(g, [0, 0, 2 * self.units], "shape")), *last

    def _first(self, g: Graph, name: str, state: Value | None) -> Sequence[Value | None]:
        """What is wired to a state port as (directions, N, units) for each of the stacked layers."""
        if state is None:
            return [None] * self.layers
        count = self.layers * self.directions
        if state.shape[1] != count * self.units:
            raise LayerError(
                f"its state {name} is {sample_shape(state)} per sample, and it holds {count * self.units} numbers "
                f"({self._sizes()}): wire a state of that width."
            )
        parts = g.Transpose(g.Reshape(state, ints(g, [0, count, self.units], "shape")), perm=[1, 0, 2])
        if self.layers == 1:
            return [parts]
        lengths = ints(g, [self.directions] * self.layers, "lengths")
        found: Sequence[Value | None] = g.Split(parts, lengths, outputs=self.layers, axis=0)
        return found

    # -- words -----------------------------------------------------------------------------------------------------------
    def _sizes(self) -> str:
        return f"{self.layers}·{self.directions}·{self.units} for layers, directions, units"

    def summary(self) -> str:
        parts = [f"{self.units:,} units", f"{self.layers} layers" if self.layers > 1 else ""]
        parts += ["both ways" if self.bidirectional else "", "every step" if self.returns == EVERY else "last step"]
        parts.append("carries on" if self.carries else "")
        return " · ".join(p for p in parts if p)

    def _widths(self, x: Value) -> list[int]:
        """Features that each of the stacked layers reads."""
        return [_features(x), *[self.directions * self.units] * (self.layers - 1)]

    def arithmetic(self, inputs: Mapping[str, Value], output: Value) -> list[tuple[str, str, str]]:
        rows, widths = self.directions * self.gates * self.units, self._widths(inputs["x"])
        expressions = [f"{rows}·({width} + {self.units} + 2)" for width in widths]
        count = sum(rows * (width + self.units + 2) for width in widths)
        return [
            ("parameters", " + ".join(expressions), f"{count:,}"),
            ("mult-adds", "steps · weights", f"{self.multiply_adds(inputs, output):,}"),
        ]

    def multiply_adds(self, inputs: Mapping[str, Value], output: Value) -> int:
        steps = inputs["x"].shape[1]
        rows = self.directions * self.gates * self.units
        once = sum(rows * (width + self.units) for width in self._widths(inputs["x"]))
        return (steps if isinstance(steps, int) else 1) * once


@dataclass(frozen=True)
class _Kept:
    """A state that a layer goes on from, and who is told what it is at the end."""

    value: Value
    goes_on: Callable[[Value], None]


def _glorot(rows: int, columns: int) -> str:
    """Glorot's uniform for a weight of ONNX's layout, all gates counted as outputs, as Keras has it."""
    return named("uniform", math.sqrt(6 / (rows + columns)))


def _features(x: Value) -> int:
    width = x.shape[-1]
    assert isinstance(width, int)
    return width


def _side_by_side(g: Graph, state: Value) -> Value:
    """(count, N, units) as (N, count · units)."""
    if state.shape[0] == 1:
        result: Value = g.Squeeze(state, ints(g, [0]))
        return result
    assert isinstance(state.shape[0], int) and isinstance(state.shape[2], int)
    width = state.shape[0] * state.shape[2]
    result = g.Reshape(g.Transpose(state, perm=[1, 0, 2]), ints(g, [0, width], "shape"))
    return result
