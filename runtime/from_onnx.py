"""An ONNX model of known operators as a typed Graph: shapes inferred anew, bodies read, shape arithmetic folded away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import onnx
from onnx import helper, numpy_helper

from runtime.body_types import typed_bodies
from runtime.errors import FileError, GraphError
from runtime.graph import OPSET, Array, Dim, Graph, Op, Parameter, Value, prune
from runtime.inference import infer
from runtime.learnable import STATISTICS, learnable
from runtime.ops.registry import evaluate, numbers
from runtime.reading import opsets, read, stated_value
from runtime.shape_arithmetic import expanded, follow, numbers_of, reshaped
from runtime.upgrade import OLDEST

NEWEST = 24
#: What can make a large tensor of a few numbers: a file of a kilobyte may ask for terabytes.
GROWING = {"ConstantOfShape", "Range", "Expand", "Tile", "Resize", "OneHot", "Pad", "CenterCropPad", "Col2Im", "MaxUnpool"}
#: What must not become a constant: each run draws anew.
RANDOM = {"Dropout"}
#: Numbers that a folded constant may have: shape arithmetic is small, and weights are to stay weights.
LARGEST_FOLDED = 4096


def from_model(
    model: onnx.ModelProto, training: bool = False, shapes: Mapping[str, Sequence[int]] | None = None
) -> Graph:
    """A model of known operators as a Graph, names kept, shapes inferred anew.

    Initializers of whole numbers, settings, and the running statistics of BatchNormalization are constants; all others are
    trained parameters (`runtime.learnable`), whose numbers `weights` gives. What follows from constants alone becomes a
    constant. `shapes` gives inputs numbers in place of their symbolic dimensions. Old forms of operators are made new
    (opset 17 at least).

    Raises `FileError` for an opset outside 7 to 24, and `GraphError` for an unknown operator or a wrong shape.
    """
    opset = _checked_opset(model)
    source = read(_with_shapes(model) if opset < 13 else model)
    graph = Graph(source.name, _floating(model), training, max(OPSET, opset))
    reader = Typing(graph, _stated(model), {t.name for t in learnable(model)})
    reader.fill(source, _sized(source.inputs, shapes or {}))
    return graph


def weights(model: onnx.ModelProto) -> dict[str, Array]:
    """The numbers of those initializers that `from_model` makes parameters, by value name."""
    return {t.name: numpy_helper.to_array(t) for t in learnable(model)}


def _checked_opset(model: onnx.ModelProto) -> int:
    found = opsets(model.opset_import).get("", 0)
    if not OLDEST <= found <= NEWEST:
        raise FileError(f"The model uses opset {found}: export it again with opset 13 to {NEWEST}.")
    return found


def _with_shapes(model: onnx.ModelProto) -> onnx.ModelProto:
    """With every rank stated that ONNX can infer: some old forms are read more simply then."""
    try:
        return onnx.shape_inference.infer_shapes(model)
    except Exception:  # (its exceptions have no common base; without ranks the forms are read all the same)
        return model


def _floating(model: onnx.ModelProto) -> np.dtype[np.generic]:
    kinds = {t.data_type for t in model.graph.initializer} | {i.type.tensor_type.elem_type for i in model.graph.input}
    double = onnx.TensorProto.DOUBLE in kinds and onnx.TensorProto.FLOAT not in kinds
    return np.dtype(np.float64 if double else np.float32)


def _stated(model: onnx.ModelProto) -> dict[str, Value]:
    values = (stated_value(i, i.name) for i in [*model.graph.value_info, *model.graph.output])
    return {v.name: v for v in values if v.dtype.kind != "V"}


def _sized(inputs: Sequence[Value], shapes: Mapping[str, Sequence[int]]) -> dict[str, Value]:
    """The inputs with numbers for their symbols. Raises `GraphError` for a shape that does not fit."""
    found = {}
    for value in inputs:
        shape = tuple(int(d) for d in shapes[value.name]) if value.name in shapes else None
        fits = shape is None or (
            len(shape) == value.rank
            and all(not isinstance(d, int) or d == n for d, n in zip(value.shape, shape, strict=True))
        )
        if not fits:
            raise GraphError(f"The model's input {value} was given {shape}: give it an array of its shape.")
        found[value.name] = value if shape is None else replace(value, shape=shape)
    return found


class Typing:
    """Fills a Graph, or the body of one, with the operators of an untyped one: each with its outputs' types."""

    def __init__(self, graph: Graph, stated: Mapping[str, Value], parameters: set[str], outer: Typing | None = None) -> None:
        self.graph = graph
        self.outer = outer
        self._stated = stated
        self._parameters = parameters
        self._dims: dict[str, Array] = {}
        self._ends: set[str] = set()
        self._source: Mapping[str, Array] = {}
        self._folded = False

    # -- the whole -------------------------------------------------------------------------------------------------------
    def fill(self, source: Graph, inputs: Mapping[str, Value]) -> None:
        self._source = source.constants
        for name, array in source.constants.items():
            self._add_array(name, array)
        self._ends = {v.name for v in source.outputs}
        self.graph.inputs = list(inputs.values())
        self.graph.values.update(inputs)
        self._take(source)
        self.graph.outputs = [self.value(v.name) for v in source.outputs]
        if self._folded:
            prune(self.graph, inputs=False)

    def _take(self, source: Graph) -> None:
        for op in map(self._untied, source.ops):
            with self.graph.scope(layer=op.layer, label=op.name or op.outputs[0]):
                self._add(op)

    def _add_array(self, name: str, array: Array) -> None:
        """Under the model's own name: `Graph.constant` would share equal ones."""
        if name in self._parameters and self.outer is None:
            self.graph.parameters[name] = Parameter(name, name, array.shape)
        else:
            self.graph.constants[name] = array
        self.graph.values[name] = Value(name, array.dtype, array.shape)

    def value(self, name: str) -> Value:
        """A value of this graph, or of one around it."""
        if name in self.graph.values:
            return self.graph.values[name]
        if self.outer is None:
            raise GraphError(f"‘{name}’ is read before anything makes it: export the model again.")
        return self.outer.value(name)

    def _untied(self, op: Op) -> Op:
        """Exporters merge equal initializers: a first bias of zeros is then the running mean too. It gets one of its own."""
        if op.type != "BatchNormalization" or op.attributes.get("training_mode", 0):
            return op
        inputs = list(op.inputs)
        for i in STATISTICS:
            shared = self._weight_behind(inputs[i])
            if shared is not None:
                inputs[i] = self.graph.fresh(f"{op.outputs[0]}.statistic")
                self._add_array(inputs[i], self._source[shared])
        return replace(op, inputs=tuple(inputs))

    def _weight_behind(self, name: str) -> str | None:
        """The parameter that this value is, perhaps through Identity operators."""
        makers = self.graph.producer()
        while name in makers and makers[name].type == "Identity":
            name = makers[name].inputs[0]
        return name if name in self.graph.parameters else None

    # -- one operator ----------------------------------------------------------------------------------------------------
    def _add(self, op: Op) -> None:
        named = [n for n in op.inputs if n]
        dims = follow(op, {n: self.value(n).shape for n in named}, {n: d for n in named if (d := self._known(n)) is not None})
        if self._fold(op, dims):
            return
        if op.type == "If" and (condition := self.array(op.inputs[0])) is not None:
            self._inline(op, op.attributes["then_branch" if condition.item() else "else_branch"])
            return
        op, found = typed_bodies(self, op) if op.bodies else (op, None)
        self.graph.append(op, self._outputs(op) if found is None else found)
        self._dims.update(dims)

    def _inline(self, op: Op, branch: Graph) -> None:
        """The operators of the one branch in place of an If whose condition is known (reading made all names unique)."""
        for name, array in branch.constants.items():
            self._add_array(name, array)
        self._source = {**self._source, **branch.constants}
        self._take(branch)
        for name, value in zip(op.outputs, branch.outputs, strict=True):
            if name:
                self._add(Op("Identity", (value.name,), (name,), {}, op.layer, op.phase))

    def array(self, name: str) -> Array | None:
        """The numbers of a constant here, or of one around this body."""
        if name in self.graph.constants or self.outer is None:
            return self.graph.constants.get(name)
        return self.outer.array(name)

    def _known(self, name: str) -> Array | None:
        found = self._dims.get(name)
        return self.array(name) if found is None else found

    def _fold(self, op: Op, dims: Mapping[str, Array]) -> bool:
        """Make the outputs constants if everything they need is known: shape arithmetic, mostly."""
        found = self._computed_now(op, dims)
        if found is None or any(a.size > LARGEST_FOLDED for a in found) or not self._ends.isdisjoint(op.outputs):
            return False
        for name, array in zip(op.outputs, found, strict=True):
            if name:
                self._add_array(name, array)
        self._folded = True
        return True

    def _computed_now(self, op: Op, dims: Mapping[str, Array]) -> tuple[Array, ...] | None:
        arrays = [self.array(n) if n else None for n in op.inputs]
        given = all(a is not None or not n for n, a in zip(op.inputs, arrays, strict=True))
        if given and not op.bodies and op.type not in RANDOM and (op.type not in GROWING or self._is_small(op)):
            return evaluate(op, arrays)
        shapes = [numbers_of(dims[n]) for n in op.outputs if n in dims]
        if len(shapes) == len(op.outputs) and all(a is not None for a in shapes):
            return tuple(a for a in shapes if a is not None)
        shape = self._constant_shape(op)
        return None if shape is None else (shape,)

    def _is_small(self, op: Op) -> bool:
        """Whether an operator that can make much of little makes little."""
        arrays = {n: a for n in op.inputs if n and (a := self.array(n)) is not None}
        try:
            found = infer(self.graph, op, [self.value(n) if n else None for n in op.inputs], arrays)
        except GraphError:
            return False
        sizes = [numbers(v.shape) for v in found]
        return all(s is not None and np.prod([float(d) for d in s]) <= LARGEST_FOLDED for s in sizes)

    def _constant_shape(self, op: Op) -> Array | None:
        """The Size of a value whose shape is known, and a constant cast to the type of a value."""
        if op.type not in ("Size", "CastLike"):
            return None
        value, first = self.value(op.inputs[-1]), self.array(op.inputs[0])
        if op.type == "CastLike":
            return None if first is None or first.size > LARGEST_FOLDED else first.astype(value.dtype)
        known = [int(d) for d in value.shape if isinstance(d, int)]
        return np.array(np.prod(known, dtype=np.int64)) if len(known) == value.rank else None

    def _outputs(self, op: Op) -> Sequence[Value]:
        """By inference; where it cannot tell (Reshape to a run-time shape), by what is known of the shape, or stated."""
        values = [self.value(n) if n else None for n in op.inputs]
        arrays = {n: a for n in op.inputs if n and (a := self.array(n)) is not None}
        try:
            found: tuple[Value, ...] | None = infer(self.graph, op, values, arrays)
        except GraphError:
            found = self._otherwise(op, values)
            if found is None:
                raise
        assert found is not None
        better = self._otherwise(op, values) if any(None in v.shape for v in found) else None
        return found if better is None else [_sharper(a, b) for a, b in zip(found, better, strict=True)]

    def _otherwise(self, op: Op, values: Sequence[Value | None]) -> tuple[Value, ...] | None:
        shape = self._computed(op, values)
        named = [n for n in op.outputs if n]
        if shape is not None and values[0] is not None:
            dtype = _filled(op) if op.type == "ConstantOfShape" else values[0].dtype
            return (Value(named[0], dtype, shape),)
        if all(n in self._stated for n in named):
            return tuple(self._stated[n] for n in named)
        return None

    def _computed(self, op: Op, values: Sequence[Value | None]) -> tuple[Dim, ...] | None:
        """The output's shape, where a computed shape is the operator's last input."""
        if op.type not in ("Reshape", "Expand", "ConstantOfShape"):
            return None
        target, first = self._known(op.inputs[-1]), values[0]
        if target is None or first is None:
            return None
        if op.type == "Reshape":
            return reshaped(first.shape, target, op.attributes.get("allowzero", 0))
        return expanded(first.shape, target) if op.type == "Expand" else tuple(target.tolist())


def _filled(op: Op) -> np.dtype[np.generic]:
    value = op.attributes.get("value")
    return np.dtype(np.float32 if value is None else helper.tensor_dtype_to_np_dtype(value.data_type))


def _sharper(a: Value, b: Value) -> Value:
    """`a`, with the dimensions that only `b` knows."""
    if a.rank != b.rank:
        return a
    return replace(a, shape=tuple(m if n is None else n for n, m in zip(a.shape, b.shape, strict=True)))
