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
    """One operator: type, names of inputs and outputs, attributes, and where it comes from (layer, phase)."""

    type: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    layer: str = ""
    phase: str = "forward"
    domain: str = ""


@dataclass(frozen=True)
class Parameter:
    """A weight as a recipe: its numbers are made when somebody needs them (`runtime.initializers.draw`).

    `key` is the path of node ids (``n3/weight``), `kind` is ``trained`` (an optimizer moves it) or ``fitted`` (learnt once
    from the training split, never updated).
    """

    name: str
    key: str
    shape: tuple[int, ...]
    init: str = "zeros"
    kind: str = "trained"
    role: str = ""

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
    """Operators in order, with inputs, outputs, constants and parameters. `emit` appends; nothing is ever changed."""

    def __init__(self, name: str = "graph", dtype: DTypeLike = np.float32, training: bool = False) -> None:
        self.name = name
        self.dtype = np.dtype(dtype)
        self.training = training
        self.ops: list[Op] = []
        self.values: dict[str, Value] = {}
        self.inputs: list[Value] = []
        self.outputs: list[Value] = []
        self.constants: dict[str, Array] = {}
        self.parameters: dict[str, Parameter] = {}
        self.random_key: Callable[[str], int] = lambda path: 0x9E3779B97F4A7C15
        self._scope = Scope()
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

    def parameter(
        self, name: str, shape: Sequence[int], init: str = "zeros", kind: str = "trained", role: str = ""
    ) -> Value:
        """A learned tensor of this layer, named ``label.name``; its numbers come later (see `Parameter`)."""
        full = self.fresh(f"{self._scope.label}.{name}" if self._scope.label else name)
        key = f"{self._scope.layer}/{name}" if self._scope.layer else name
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
        """A name not yet taken: `base`, else ``base_2``, ``base_3`` …"""
        if base not in self.values and base not in self._counts:
            self._counts[base] = 1
            return base
        while True:
            self._counts[base] = self._counts.get(base, 1) + 1
            candidate = f"{base}_{self._counts[base]}"
            if candidate not in self.values:
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
        """Numbers that training learns (fitted statistics are not counted)."""
        return sum(p.size for p in self.parameters.values() if p.kind == "trained")


def prune(graph: Graph, inputs: bool = True) -> None:
    """Take out operators that no output depends on; with `inputs` also such inputs and parameters."""
    wanted = {v.name for v in graph.outputs}
    kept = []
    for op in reversed(graph.ops):
        if not wanted.isdisjoint(op.outputs):
            kept.append(op)
            wanted.update(op.inputs)
    graph.ops = kept[::-1]
    if not inputs:
        return
    graph.inputs = [v for v in graph.inputs if v.name in wanted]
    graph.parameters = {n: p for n, p in graph.parameters.items() if n in wanted}
