"""The two registries of operators, each keyed by ONNX's operator name: gradient rules and NumPy kernels.

A gradient rule is ``rule(g, at, *dy) -> tuple of Value or None``, one entry per input (None: no gradient flows there),
and behind those one for each value that a body takes from outside (`Op.reads`). It emits ordinary operators into `g`. A
NumPy kernel is ``kernel(*inputs, **attributes) -> array or tuple of arrays``; it returns every output it can, and the
interpreter takes as many as the operator names. An input left out is None. `evaluate` runs the kernel of an operator.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from runtime.errors import GraphError, NetwrightError
from runtime.graph import Array, Dim, Graph, Op, Value, describe_shape

Rule = Callable[..., tuple[Value | None, ...]]
Kernel = Callable[..., Array | tuple[Array, ...]]
_Kernel = TypeVar("_Kernel", bound=Kernel)

GRADIENTS: dict[str, Rule] = {}
KERNELS: dict[str, Kernel] = {}
#: Operators whose output does not move when their inputs move a little (or is no number): gradient none, on purpose.
NOT_DIFFERENTIABLE: set[str] = set()
#: Operators whose result depends on how many outputs are asked for: their kernel takes that number as `outputs`.
COUNTED: set[str] = {"Split"}
#: Operators with bodies: their kernel takes what is known outside them as `outside`.
SCOPED: set[str] = {"Scan", "Loop", "If"}


@dataclass(frozen=True)
class Site:
    """Where a gradient rule is at work: the forward operator with its values.

    `active` names every value that moves when a wanted one moves: a gradient of another value is emitted for nothing.
    """

    op: Op
    inputs: tuple[Value | None, ...]
    outputs: tuple[Value, ...]
    active: Collection[str] = ()

    def attribute(self, name: str, default: Any = None) -> Any:
        return self.op.attributes.get(name, default)

    @property
    def x(self) -> Value:
        """The first input, which must be there."""
        value = self.inputs[0]
        assert value is not None
        return value

    @property
    def y(self) -> Value:
        return self.outputs[0]

    def input(self, index: int) -> Value:
        value = self.inputs[index]
        assert value is not None
        return value

    def has(self, index: int) -> bool:
        return index < len(self.inputs) and self.inputs[index] is not None


def gradient(*op_types: str) -> Callable[[Rule], Rule]:
    def register(rule: Rule) -> Rule:
        GRADIENTS.update(dict.fromkeys(op_types, rule))
        return rule

    return register


def kernel(*op_types: str) -> Callable[[_Kernel], _Kernel]:
    def register(function: _Kernel) -> _Kernel:
        KERNELS.update(dict.fromkeys(op_types, function))
        return function

    return register


def not_differentiable(*op_types: str) -> None:
    NOT_DIFFERENTIABLE.update(op_types)


def evaluate(
    op: Op, inputs: Sequence[Array | None], outside: Mapping[str, Array] | None = None
) -> tuple[Array, ...]:
    """Run the NumPy kernel of one operator: one array per output that the operator names. `outside`: what bodies may read.

    Raises `GraphError`, naming the operator, for arrays or attributes that the kernel does not take, and for a result that
    does not fit into memory.
    """
    function = KERNELS.get(op.type)
    if function is None:
        raise GraphError(f"The operator {op.type} has no NumPy kernel: run this network with ONNX Runtime.")
    attributes = dict(op.attributes)
    if op.type in COUNTED:
        attributes["outputs"] = len(op.outputs)
    if op.type in SCOPED:
        attributes["outside"] = outside or {}
    try:
        found = function(*inputs, **attributes)
    except NetwrightError:
        raise
    except Exception as error:
        raise GraphError(_refusal(op, inputs, error)) from error
    arrays = found if isinstance(found, tuple) else (found,)
    if len(arrays) < len(op.outputs):
        arrays = _padded(op, arrays)
    return tuple(np.asarray(array) for array in arrays[: len(op.outputs)])


def _padded(op: Op, arrays: tuple[Array, ...]) -> tuple[Array, ...]:
    """Outputs without a name need no array. Raises `GraphError` for a named one that the kernel does not give."""
    if any(op.outputs[len(arrays) :]):
        asked = f"{len(op.outputs)} are asked for: ask for fewer."
        raise GraphError(f"‘{place(op)}’: {op.type} gives {len(arrays)} outputs, and {asked}")
    return (*arrays, *[np.empty(0)] * (len(op.outputs) - len(arrays)))


def place(op: Op) -> str:
    """What to call this operator in a message: its own name, its layer, or what it makes."""
    return op.name or op.layer or next(filter(None, op.outputs), op.type)


#: What NumPy says of shapes that do not fit, in words that mean nothing to a reader of models.
_TALK = ("gufunc signature", "could not be broadcast", "shape mismatch", "cannot reshape array")


def _refusal(op: Op, inputs: Sequence[Array | None], error: Exception) -> str:
    shapes = ", ".join("nothing" if a is None else f"{a.dtype} {describe_shape(a.shape)}" for a in inputs)
    if isinstance(error, MemoryError):
        more = "more memory than there is: make its result smaller"
        return f"‘{place(op)}’: the operator {op.type} was given {shapes or 'no inputs'} and needs {more}."
    reason = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    reason = "their shapes do not fit together" if any(talk in reason for talk in _TALK) else reason
    return f"‘{place(op)}’: the operator {op.type} was given {shapes or 'no inputs'} and cannot take them: {reason}."


# -- what gradient rules share ---------------------------------------------------------------------------------------
def ints(g: Graph, numbers: Iterable[int], name: str = "axes") -> Value:
    """A constant list of whole numbers: axes, a shape, pads."""
    return g.constant([int(n) for n in numbers], "int64", name)


def static(g: Graph, value: Value) -> list[int] | None:
    """The numbers of a constant, or None if they are known at run time only."""
    return [int(n) for n in g.constants[value.name].ravel()] if value.name in g.constants else None


def numbers(dims: Sequence[Dim]) -> tuple[int, ...] | None:
    """A shape as plain numbers, or None if any of them is known at run time only."""
    known = tuple(d for d in dims if isinstance(d, int))
    return known if len(known) == len(dims) else None


def shape_of(g: Graph, value: Value) -> Value:
    """The shape of `value` as a tensor: a constant where it is known, else a Shape operator."""
    known = numbers(value.shape)
    result: Value = g.Shape(value) if known is None else ints(g, known, "shape")
    return result


def expand_like(g: Graph, value: Value, like: Value) -> Value:
    """`value` repeated to the shape that `like` has at run time."""
    result: Value = g.emit("Expand", (value, shape_of(g, like)), like=replace(like, dtype=value.dtype))
    return result


def zeros_like(g: Graph, like: Value) -> Value:
    return expand_like(g, g.constant(0, like.dtype, "zero"), like)


def reshape_like(g: Graph, value: Value, like: Value) -> Value:
    """`value` in the shape of `like`, which has as many elements. One unknown dimension is left for Reshape to find."""
    open_dims = [d for d in like.shape if not isinstance(d, int)]
    if len(open_dims) > 1 or 0 in like.shape:
        shape = shape_of(g, like)
    else:
        shape = ints(g, [d if isinstance(d, int) else -1 for d in like.shape], "shape")
    result: Value = g.emit("Reshape", (value, shape), like=replace(like, dtype=value.dtype))
    return result


def add_back(g: Graph, dy: Value, positions: Value, x: Value) -> Value:
    """Zeros in the shape of `x`, with each number of `dy` added at its flat position: Σ where positions meet."""
    size = g.Reshape(g.Size(x), ints(g, [1], "shape"))
    zeros = g.Expand(g.constant(0, dy.dtype, "zero"), size)
    flat = ints(g, [-1], "shape")
    updates, indices = g.Reshape(dy, flat), g.Reshape(positions, flat)
    return reshape_like(g, g.ScatterElements(zeros, indices, updates, axis=0, reduction="add"), x)


def positions_of(g: Graph, x: Value) -> Value:
    """0, 1, 2 … in the shape of `x`: put through an operator that only moves numbers, it tells where each came from."""
    count = g.Range(g.constant(0, "int64", "zero"), g.Size(x), g.constant(1, "int64", "one"))
    return reshape_like(g, count, replace(x, dtype=np.dtype("int64")))


def with_output(g: Graph, at: Site, index: int, value: Value) -> Value:
    """The optional output number `index` of the forward operator: asked for afterwards if nobody has yet.

    The operator is replaced, at its place in the graph, by one that names the output too. `value` tells type and shape.
    """
    place = next(i for i, op in enumerate(g.ops) if op.outputs[0] == at.op.outputs[0])
    outputs = g.ops[place].outputs
    if index < len(outputs) and outputs[index]:
        return g.values[outputs[index]]
    added = replace(value, name=g.fresh(value.name))
    outputs = (*outputs, *[""] * (index - len(outputs)), added.name, *outputs[index + 1 :])
    g.ops[place] = replace(g.ops[place], outputs=outputs)
    g.values[added.name] = added
    return added


def unbroadcast(g: Graph, dy: Value, target: Value) -> Value:
    """Sum `dy` over the axes along which `target` was broadcast, back to `target`'s shape."""
    if dy.shape == target.shape:
        return dy
    lead = dy.rank - target.rank
    ones = [lead + i for i, d in enumerate(target.shape) if d == 1 and dy.shape[lead + i] != 1]
    axes = [*range(lead), *ones]
    if axes:
        dy = g.ReduceSum(dy, g.constant(axes, "int64", "axes"), keepdims=0 if lead else 1)
        if lead and ones:
            # both kinds of axes are gone: put the ones back
            dy = g.Unsqueeze(dy, g.constant([i - lead for i in ones], "int64", "axes"))
    return dy
