"""Shapes that a network computes about itself, followed as far as they are known: numbers, symbols (``"N"``), and None.

Exporters write a Reshape's target as Shape, Gather, Mul, Concat. All that is known of such a tensor is kept here as an array
of dimensions, so that the Reshape's output has a shape, and the whole becomes a constant once every number is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from onnx import TensorProto

from runtime.graph import Array, Dim, Op
from runtime.ops import KERNELS

#: Operators that only move numbers: their kernels move symbols just as well.
_MOVING = {"Gather", "Slice", "Concat", "Squeeze", "Unsqueeze", "Reshape", "Identity", "Split", "Expand"}
#: More dimensions than any shape has.
_LONGEST = 64

_Found = dict[str, Array]


def follow(op: Op, shapes: Mapping[str, Sequence[Dim]], known: Mapping[str, Array]) -> _Found:
    """What is known of the outputs of `op`, as arrays of dimensions by name; empty if nothing is.

    `shapes` are those of its inputs, `known` the arrays (of numbers or dimensions) of those inputs that have any.
    """
    if op.type == "Shape" and op.inputs[0] in shapes:
        return {op.outputs[0]: _shape(op, shapes[op.inputs[0]])}
    if not op.outputs or any(n and n not in known for n in op.inputs) or any(known[n].size > _LONGEST for n in op.inputs if n):
        return {}
    inputs = [known[n] if n else None for n in op.inputs]
    if op.type == "Cast" and op.attributes.get("to") == TensorProto.INT64:
        return {op.outputs[0]: np.asarray(inputs[0])}
    if op.type in _ARITHMETIC:
        return {op.outputs[0]: _elementwise(op.type, *[np.asarray(a, object) for a in inputs])}
    return _moved(op, inputs) if op.type in _MOVING else {}


def numbers_of(dims: Array) -> Array | None:
    """The array as int64, if it holds numbers only."""
    return dims.astype(np.int64) if all(isinstance(d, int | np.integer) for d in dims.ravel()) else None


def _shape(op: Op, shape: Sequence[Dim]) -> Array:
    part = list(shape)[op.attributes.get("start", 0) : op.attributes.get("end")]
    found = np.empty(len(part), object)
    found[:] = part
    return found


def _moved(op: Op, inputs: Sequence[Array | None]) -> _Found:
    attributes = dict(op.attributes)
    if op.type == "Split":
        attributes["outputs"] = len(op.outputs)
    try:
        made = KERNELS[op.type](*inputs, **attributes)
    except (ValueError, IndexError, TypeError):
        return {}
    parts = made if isinstance(made, tuple) else (made,)
    return {n: np.asarray(a, object) for n, a in zip(op.outputs, parts, strict=False) if n}


# -- arithmetic ----------------------------------------------------------------------------------------------------------
def _add(a: Any, b: Any) -> Dim:
    if _is_number(a) and _is_number(b):
        return int(a) + int(b)
    return a if _equals(b, 0) else b if _equals(a, 0) else None


def _sub(a: Any, b: Any) -> Dim:
    if _is_number(a) and _is_number(b):
        return int(a) - int(b)
    return a if _equals(b, 0) else None


def _mul(a: Any, b: Any) -> Dim:
    if _is_number(a) and _is_number(b):
        return int(a) * int(b)
    return a if _equals(b, 1) else b if _equals(a, 1) else None


def _div(a: Any, b: Any) -> Dim:
    if _is_number(a) and _is_number(b) and int(b):
        return int(int(a) / int(b))
    return a if _equals(b, 1) else None


_ARITHMETIC = {"Add": np.frompyfunc(_add, 2, 1), "Sub": np.frompyfunc(_sub, 2, 1), "Mul": np.frompyfunc(_mul, 2, 1)}
_ARITHMETIC["Div"] = np.frompyfunc(_div, 2, 1)


def _is_number(dim: Any) -> bool:
    return isinstance(dim, int | np.integer)


def _equals(dim: Any, number: int) -> bool:
    return _is_number(dim) and int(dim) == number


def _elementwise(op_type: str, a: Array, b: Array) -> Array:
    return np.asarray(_ARITHMETIC[op_type](a, b), object)


# -- shapes made of them -------------------------------------------------------------------------------------------------
def reshaped(shape: Sequence[Dim], target: Array, allowzero: int = 0) -> tuple[Dim, ...]:
    """The shape that Reshape gives: 0 copies, −1 is what is left over if that can be told."""
    dims: list[Dim] = []
    for i, dim in enumerate(target.tolist()):
        dims.append(shape[i] if _equals(dim, 0) and not allowzero and i < len(shape) else dim)
    if -1 in dims:
        place = dims.index(-1)
        dims[place] = _left(shape, [d for i, d in enumerate(dims) if i != place])
    return tuple(dims)


def _left(shape: Sequence[Dim], taken: Sequence[Dim]) -> Dim:
    """∏ shape / ∏ taken, where every symbol of the one is in the other."""
    above, below = list(shape), []
    for dim in taken:
        if dim is not None and dim in above:
            above.remove(dim)
        else:
            below.append(dim)
    if len(above) == 1 and not below:
        return above[0]
    if not all(_is_number(d) for d in (*above, *below)):
        return None
    over = int(np.prod([int(d) for d in below if d is not None], dtype=np.int64))
    total = int(np.prod([int(d) for d in above if d is not None], dtype=np.int64))
    return total // over if over else 0


def expanded(shape: Sequence[Dim], target: Array) -> tuple[Dim, ...]:
    """The shape that Expand gives: the two broadcast."""
    wanted = target.tolist()
    rank = max(len(shape), len(wanted))
    pairs = zip([1] * (rank - len(shape)) + list(shape), [1] * (rank - len(wanted)) + wanted, strict=True)
    return tuple(b if a == 1 else a if b == 1 or a == b or (_is_number(a) and a != 1) else None for a, b in pairs)
