"""Value, Op and Graph: a typed ONNX graph under construction.

Every operator is checked and its output shapes are inferred at the moment it is emitted, so that a wrong shape is an error
at the line that is wrong, named by the layer that emitted it. Operators carry ONNX's names verbatim (`g.MatMul(x, w)`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from runtime.errors import GraphError

OPSET = 17
IR_VERSION = 8
BATCH = "N"
#: How many sequences a recurrent state belongs to: 1 by default, or the batch. And how many steps they have, where any will do.
STREAMS, STEPS = "S", "T"

#: Kinds of parameter that an optimizer moves, or would move.
LEARNED = ("trained", "frozen")

Dim = int | str | None
Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Value:
    """One tensor of a graph: its name, element type, and shape. A dimension is a number, a symbol (``"N"``) or None."""

    name: str
    dtype: np.dtype[Any]
    shape: tuple[Dim, ...]
    role: str = ""

    @property
    def rank(self) -> int:
        return len(self.shape)

    def __str__(self) -> str:
        return f"{self.name} {describe_shape(self.shape)}"


def describe_shape(shape: Sequence[Dim]) -> str:
    """``6×24×24``; a scalar is ``scalar``; an unknown dimension is ``?``."""
    return "×".join("?" if d is None else str(d) for d in shape) or "scalar"


@dataclass(frozen=True)
class Op:
    """One operator: type, names of inputs and outputs, attributes, and where it comes from (layer, phase).

    An attribute may be a Graph: the body of a Scan, Loop or If. `name` is the one it had in a foreign file.
    """

    type: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    layer: str = ""
    phase: str = "forward"
    domain: str = ""
    name: str = ""

    @property
    def bodies(self) -> list[Graph]:
        return [a for a in self.attributes.values() if isinstance(a, Graph)]

    @property
    def reads(self) -> tuple[str, ...]:
        """Its inputs, and behind them what its bodies take from outside, each name once."""
        bodies = self.bodies
        outside = dict.fromkeys(n for body in bodies for n in body.captures) if bodies else {}
        return (*self.inputs, *(n for n in outside if n not in self.inputs))


@dataclass(frozen=True)
class Parameter:
    """A weight as a recipe: its numbers are made when somebody needs them (`runtime.initializers.draw`).

    `key` is the path of node ids (``n3/weight``), `kind` is ``trained`` (an optimizer moves it), ``frozen`` (none does for
    now), ``fitted`` (learnt once from the training split, never updated) or ``carried`` (the forward pass in training mode
    updates it: `Graph.carry`). `decay` multiplies the recipe's weight decay.
    """

    name: str
    key: str
    shape: tuple[int, ...]
    init: str = "zeros"
    kind: str = "trained"
    role: str = ""
    decay: float = 1.0

    @property
    def size(self) -> int:
        return prod(self.shape)


@dataclass(frozen=True)
class Scope:
    """What is being emitted: the layer's id (the tag), its readable label (for names), and the phase."""

    layer: str = ""
    label: str = ""
    phase: str = "forward"


class Graph:
    """Operators in order, with inputs, outputs, constants and parameters. `emit` appends; nothing is ever changed.

    `carried` are the parameters that the graph itself gives new numbers, `states` the inputs that may be left out, with what
    they are next. A training graph that carries recurrent state does so for `streams` sequences side by side; a finished
    model that does takes sequences of `any_length`.
    """

    def __init__(
        self, name: str = "graph", dtype: DTypeLike = np.float32, training: bool = False, opset: int = OPSET,
        outer: Graph | None = None,
    ) -> None:
        self.name = name
        self.dtype = np.dtype(dtype)
        self.training = training
        self.finished = False  # whether it is the finished model: what training draws is given from outside there
        self.opset = opset
        self.ops: list[Op] = []
        self.values: dict[str, Value] = {}
        self.inputs: list[Value] = []
        self.outputs: list[Value] = []
        self.constants: dict[str, Array] = {}
        self.parameters: dict[str, Parameter] = {}
        self.carried: dict[str, Value] = {}
        self.states: dict[str, Value] = {}
        self.streams = 0
        self.any_length = False
        self.share: Callable[[str, tuple[int, ...]], Value | None] = lambda key, shape: None
        self.random_key: Callable[[str], int] = lambda path: 0x9E3779B97F4A7C15
        self._outer = outer
        self._scope = outer.where if outer else Scope()
        self._pool: dict[tuple[Any, ...], Value] = {}
        self._counts: dict[str, int] = {}

    # -- where we are ------------------------------------------------------------------------------------------------
    @contextmanager
    def scope(self, layer: str | None = None, label: str | None = None, phase: str | None = None) -> Iterator[None]:
        """Tag what is emitted inside with a layer's id, a label for readable names, and a phase."""
        before = self._scope
        self._scope = Scope(
            before.layer if layer is None else layer,
            before.label if label is None else label,
            before.phase if phase is None else phase,
        )
        try:
            yield
        finally:
            self._scope = before

    @property
    def where(self) -> Scope:
        return self._scope

    # -- what a graph is made of -------------------------------------------------------------------------------------
    def input(self, name: str, dtype: DTypeLike, shape: Sequence[Dim], role: str = "") -> Value:
        value = self._add(Value(self.fresh(name), np.dtype(dtype), tuple(shape), role))
        self.inputs.append(value)
        return value

    def step(self) -> Value:
        """The scalar int64 input that counts updates; made when something random first asks for it."""
        if "step" not in self.values:
            self.input("step", np.int64, ())
        return self.values["step"]

    def output(self, value: Value) -> Value:
        self.outputs.append(value)
        return value

    def body(self, name: str) -> Graph:
        """An empty graph for the body of a Scan, Loop or If of this one. Its operators may read this graph's values."""
        return Graph(self.fresh(name), self.dtype, self.training, self.opset, outer=self)

    @property
    def captures(self) -> tuple[str, ...]:
        """What operators and outputs of this body read from outside it."""
        own = {"", *self.constants, *self.parameters, *(v.name for v in self.inputs)}
        own.update(n for op in self.ops for n in op.outputs)
        read = [n for op in self.ops for n in op.reads] + [v.name for v in self.outputs]
        return tuple(dict.fromkeys(n for n in read if n not in own))

    def carry(self, parameter: Value, new: Value) -> None:
        """After each training step, `parameter` (of kind ``carried``) becomes `new`: running statistics and the like."""
        self.carried[parameter.name] = new

    def state(self, name: str, width: int) -> Value:
        """What a recurrent layer knows before the first step, (1 or N, width): an input of the finished model that is zeros
        where nobody gives it (see `remember`)."""
        full = self.fresh(f"{self._scope.label}.{name}" if self._scope.label else name)
        self.constants[full] = np.zeros((1, width), self.dtype)
        return self._add(Value(full, self.dtype, (STREAMS, width), "state"))

    def remember(self, state: Value, new: Value) -> None:
        """Who runs the graph on, step by step, gives `new` as `state` the next time."""
        self.states[state.name] = new

    def parameter(
        self, name: str, shape: Sequence[int], init: str = "zeros", kind: str = "trained", role: str = ""
    ) -> Value:
        """A learned tensor of this layer, named ``label.name``; its numbers come later (see `Parameter`).

        Where `share` knows another layer's tensor for it, that one is returned: both use it, and their gradients add.
        """
        key = f"{self._scope.layer}/{name}" if self._scope.layer else name
        if (shared := self.share(key, tuple(int(d) for d in shape))) is not None:
            return shared
        full = self.fresh(f"{self._scope.label}.{name}" if self._scope.label else name)
        self.parameters[full] = Parameter(full, key, tuple(int(d) for d in shape), init, kind, role)
        return self._add(Value(full, self.dtype, tuple(shape), role))

    def constant(self, array: Any, dtype: DTypeLike | None = None, name: str = "constant") -> Value:
        """A fixed tensor; equal ones are stored once."""
        data = np.asarray(array, dtype=dtype)
        identity = (data.dtype.str, data.shape, data.tobytes())
        if identity not in self._pool:
            value = self._add(Value(self.fresh(name), data.dtype, data.shape))
            self.constants[value.name] = data
            self._pool[identity] = value
        return self._pool[identity]

    def number(self, value: float) -> Value:
        """A scalar in the graph's own floating type."""
        return self.constant(value, self.dtype, "number")

    # -- operators ---------------------------------------------------------------------------------------------------
    def __getattr__(self, op_type: str) -> Callable[..., Any]:
        if not op_type[:1].isupper():
            raise AttributeError(op_type)

        def emit(*inputs: Any, **keywords: Any) -> Any:
            return self.emit(op_type, inputs, **keywords)

        return emit

    def emit(
        self, op_type: str, inputs: Sequence[Any], outputs: int = 1, like: Value | None = None,
        name: str | None = None, **attributes: Any,
    ) -> Any:
        """Append one operator and return its output value (a tuple of them when `outputs` > 1).

        Numbers among the inputs become constants of the first tensor's type; None is an input left out. `like` states the
        output's type and shape where ONNX cannot infer it (Expand to a run-time Shape). Raises `GraphError`.
        """
        values = self._operands(inputs)
        attributes = {k: v for k, v in attributes.items() if v is not None}
        names = tuple(self._output_name(op_type, name, i) for i in range(outputs))
        op = Op(
            op_type, tuple(v.name if v else "" for v in values), names, attributes, self._scope.layer, self._scope.phase
        )
        from runtime.inference import infer

        results = tuple(replace(like, name=names[0], role="") for _ in [0]) if like else infer(self, op, values)
        self.ops.append(op)
        for value in results:
            self._add(value)
        return results[0] if outputs == 1 else results

    def append(self, op: Op, values: Sequence[Value]) -> None:
        """Take over a finished operator with its output values (copying from another graph)."""
        self.ops.append(op)
        for value in values:
            self._add(value)

    def _operands(self, inputs: Sequence[Any]) -> list[Value | None]:
        leader = next((v for v in inputs if isinstance(v, Value)), None)
        dtype = leader.dtype if leader else self.dtype
        return [v if v is None or isinstance(v, Value) else self.constant(v, dtype) for v in inputs]

    def _output_name(self, op_type: str, name: str | None, index: int) -> str:
        base = name or op_type.lower() + ("" if index == 0 else f"_{index}")
        prefix = self._scope.label
        if self._scope.phase != "forward":
            prefix = f"{self._scope.phase}.{prefix}" if prefix else self._scope.phase
        return self.fresh(f"{prefix}.{base}" if prefix else base)

    def fresh(self, base: str) -> str:
        """A name not yet taken, in a body also outside it: `base`, else ``base_2``, ``base_3`` …"""
        if self._outer is not None:
            return self._outer.fresh(base)
        if base not in self.values and base not in self._counts:
            self._counts[base] = 1
            return base
        while True:
            self._counts[base] = self._counts.get(base, 1) + 1
            candidate = f"{base}_{self._counts[base]}"
            if candidate not in self.values and candidate not in self._counts:
                self._counts[candidate] = 1  # a body's names are in its own values, and taken here all the same
                return candidate

    def _add(self, value: Value) -> Value:
        if value.name in self.values:
            raise GraphError(f"The name ‘{value.name}’ is given twice in the graph: rename one of the two.")
        self.values[value.name] = value
        return value

    # -- questions ---------------------------------------------------------------------------------------------------
    def producer(self) -> dict[str, Op]:
        return {name: op for op in self.ops for name in op.outputs}

    @property
    def parameter_count(self) -> int:
        """Numbers that training learns, frozen ones too (fitted statistics are not counted)."""
        return sum(p.size for p in self.parameters.values() if p.kind in LEARNED)


def prune(graph: Graph, inputs: bool = True) -> None:
    """Take out operators that no output depends on; with `inputs` also such inputs and parameters."""
    wanted = {v.name for v in graph.outputs}
    kept = []
    for op in reversed(graph.ops):
        if not wanted.isdisjoint(op.outputs):
            kept.append(op)
            wanted.update(op.reads)
    graph.ops = kept[::-1]
    if not inputs:
        return
    graph.inputs = [v for v in graph.inputs if v.name in wanted]
    graph.parameters = {n: p for n, p in graph.parameters.items() if n in wanted}
