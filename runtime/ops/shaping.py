"""Operators that move numbers about, repeat them, or speak of shapes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from onnx import TensorProto, numpy_helper

from runtime.graph import Array, Graph, Value
from runtime.ops.registry import (
    Site,
    add_back,
    gradient,
    ints,
    kernel,
    not_differentiable,
    numbers,
    positions_of,
    reshape_like,
    shape_of,
    static,
    unbroadcast,
    zeros_like,
)


# -- the same numbers in another shape -------------------------------------------------------------------------------
@kernel("Reshape")
def reshape(x: Array, shape: Array, allowzero: int = 0) -> Array:
    """0 copies the input's dimension (unless `allowzero`), −1 is what is left."""
    dims = [x.shape[i] if d == 0 and not allowzero else int(d) for i, d in enumerate(shape.tolist())]
    return x.reshape(dims)


@kernel("Flatten")
def flatten(x: Array, axis: int = 1) -> Array:
    """Two axes: everything before `axis`, everything from it on."""
    axis = axis + x.ndim if axis < 0 else axis
    return x.reshape(int(np.prod(x.shape[:axis], dtype=np.int64)), int(np.prod(x.shape[axis:], dtype=np.int64)))


@kernel("Squeeze")
def squeeze(x: Array, axes: Array | None = None) -> Array:
    return np.squeeze(x, None if axes is None else tuple(axes.reshape(-1).tolist()))


@kernel("Unsqueeze")
def unsqueeze(x: Array, axes: Array) -> Array:
    return np.expand_dims(x, tuple(axes.reshape(-1).tolist()))


@gradient("Reshape", "Flatten", "Squeeze", "Unsqueeze")
def reshape_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value | None, ...]:
    """dy in the shape of x."""
    return (reshape_like(g, dy, at.x),)


@kernel("Transpose")
def transpose(x: Array, perm: Sequence[int] | None = None) -> Array:
    return np.transpose(x, perm)


@gradient("Transpose")
def transpose_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """dy with the axes put back."""
    perm = list(at.attribute("perm") or reversed(range(at.x.rank)))
    return (g.Transpose(dy, perm=[perm.index(i) for i in range(len(perm))]),)


# -- taking apart and putting together -------------------------------------------------------------------------------
@kernel("Concat")
def concat(*parts: Array, axis: int) -> Array:
    return np.concatenate(parts, axis)


@gradient("Concat")
def concat_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value, ...]:
    """dy cut into the parts again, at run time where a part's length is known only there."""
    axis = int(at.attribute("axis")) % dy.rank
    parts = [at.input(i) for i in range(len(at.inputs))]
    if len(parts) == 1:
        return (dy,)
    lengths = numbers([part.shape[axis] for part in parts])
    if lengths is not None:
        return tuple(g.Split(dy, ints(g, lengths, "lengths"), outputs=len(parts), axis=axis))
    pieces, start = [], ints(g, [0], "start")
    for part in parts:
        end = g.Add(start, g.Shape(part, start=axis, end=axis + 1))
        pieces.append(g.emit("Slice", (dy, start, end, ints(g, [axis])), like=part))
        start = end
    return tuple(pieces)


@kernel("Split")
def split(
    x: Array, lengths: Array | None = None, axis: int = 0, outputs: int = 1, num_outputs: int = 0
) -> tuple[Array, ...]:
    """Parts of the given lengths; without them, `outputs` parts as equal as can be (the last one shorter)."""
    if lengths is None:
        step = -(-x.shape[axis] // outputs)
        cuts = [step * i for i in range(1, outputs)]
    else:
        cuts = np.cumsum(lengths)[:-1].tolist()
    return tuple(np.split(x, cuts, axis))


@gradient("Split")
def split_gradient(g: Graph, at: Site, *dys: Value | None) -> tuple[Value | None, ...]:
    """The parts' gradients side by side; zeros for a part that nobody used."""
    parts = [zeros_like(g, y) if dy is None else dy for dy, y in zip(dys, at.outputs, strict=True)]
    return (g.emit("Concat", parts, like=at.x, axis=at.attribute("axis", 0)),)


@kernel("Slice")
def slice_(x: Array, starts: Array, ends: Array, axes: Array | None = None, steps: Array | None = None) -> Array:
    """Along each axis from start (included) to end (excluded) by step; negative ones count from the end."""
    index = [slice(None)] * x.ndim
    along = range(len(starts)) if axes is None else axes.tolist()
    by = [1] * len(starts) if steps is None else steps.tolist()
    for axis, start, end, step in zip(along, starts.tolist(), ends.tolist(), by, strict=True):
        index[axis] = _python_slice(start, end, step, x.shape[axis])
    return x[tuple(index)]


def _python_slice(start: int, end: int, step: int, size: int) -> slice:
    """ONNX's clamping: an end before the beginning is reached, and not counted from the end a second time."""
    low, high = (0, size) if step > 0 else (-1, size - 1)
    first = min(max(start + size if start < 0 else start, 0), high)
    last = min(max(end + size if end < 0 else end, low), size)
    return slice(first, None if last < 0 else last, step)


@gradient("Slice")
def slice_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value | None, ...]:
    """dy padded with zeros; with steps or run-time bounds, every number is sent back to where it came from."""
    pads = _slice_as_pads(g, at)
    if pads is not None:
        return (g.emit("Pad", (dy, ints(g, pads, "pads")), like=at.x),)
    return (send_back(g, at, dy),)


def _slice_as_pads(g: Graph, at: Site) -> list[int] | None:
    """What a plain Slice cut off before and after, per axis; None if that is not known or not all."""
    lists = [static(g, at.input(i)) if at.has(i) else None for i in range(1, 5)]
    starts, ends, axes, steps = lists
    if starts is None or ends is None or (at.has(3) and axes is None) or (at.has(4) and steps is None):
        return None
    pads = [0] * (2 * at.x.rank)
    along = range(len(starts)) if axes is None else axes
    for axis, start, end, step in zip(along, starts, ends, steps or [1] * len(starts), strict=True):
        size = at.x.shape[axis]
        if step != 1 or not isinstance(size, int):
            return None
        cut = _python_slice(start, end, 1, size)
        pads[axis % at.x.rank] = cut.start
        pads[at.x.rank + axis % at.x.rank] = size - max(cut.stop, cut.start)
    return pads


def send_back(g: Graph, at: Site, dy: Value) -> Value:
    """The gradient of any operator that only moves numbers: run it on their positions, and add dy back at those."""
    others = [at.inputs[i] for i in range(1, len(at.inputs))]
    moved = replace(at.y, dtype=np.dtype("int64"))
    positions = g.emit(at.op.type, (positions_of(g, at.x), *others), like=moved, **at.op.attributes)
    return add_back(g, dy, positions, at.x)


_PAD_MODES = {"constant": "constant", "reflect": "reflect", "edge": "edge", "wrap": "wrap"}


@kernel("Pad")
def pad(x: Array, pads: Array, value: Array | None = None, axes: Array | None = None, mode: str = "constant") -> Array:
    """Numbers added before and after, per axis; negative ones are cut off."""
    along = list(range(x.ndim)) if axes is None else [axis % x.ndim for axis in axes.tolist()]
    widths, cut = [(0, 0)] * x.ndim, [slice(None)] * x.ndim
    for i, axis in enumerate(along):
        before, after = int(pads[i]), int(pads[i + len(along)])
        widths[axis] = max(before, 0), max(after, 0)
        cut[axis] = slice(max(-before, 0), x.shape[axis] - max(-after, 0))
    keywords: dict[str, Any] = {"constant_values": 0 if value is None else value} if mode == "constant" else {}
    return np.pad(x[tuple(cut)], widths, mode=_PAD_MODES[mode], **keywords)  # type: ignore[call-overload,no-any-return]


@gradient("Pad")
def pad_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value | None, ...]:
    """Zeros: dy padded by the negative. Reflected or repeated edges: added back to where they came from."""
    if at.attribute("mode", "constant") not in ("constant", b"constant"):
        return (send_back(g, at, dy),)
    known = static(g, at.input(1))
    pads = g.Neg(at.input(1)) if known is None else ints(g, [-p for p in known], "pads")
    return (g.emit("Pad", (dy, pads), like=at.x),)


# -- repeating -------------------------------------------------------------------------------------------------------
@kernel("Expand")
def expand(x: Array, shape: Array) -> Array:
    """Broadcasting in both directions: x may be longer than `shape` says."""
    return np.array(np.broadcast_to(x, np.broadcast_shapes(x.shape, tuple(shape.tolist()))))


@gradient("Expand")
def expand_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value, None]:
    """The sum over what was repeated."""
    return unbroadcast(g, replace(dy, shape=at.y.shape), at.x), None


@kernel("Tile")
def tile(x: Array, repeats: Array) -> Array:
    return np.tile(x, repeats.tolist())


@gradient("Tile")
def tile_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value, None]:
    """dy as (repeats, length) per axis, summed over the repeats."""
    column = ints(g, [1])
    pairs = g.Concat(g.Unsqueeze(at.input(1), column), g.Unsqueeze(shape_of(g, at.x), column), axis=1)
    split_up = g.Reshape(dy, g.Reshape(pairs, ints(g, [2 * at.x.rank], "shape")))
    return g.emit("ReduceSum", (split_up, ints(g, range(0, 2 * at.x.rank, 2))), like=at.x, keepdims=0), None


# -- picking by index ------------------------------------------------------------------------------------------------
@kernel("Gather")
def gather(x: Array, indices: Array, axis: int = 0) -> Array:
    return np.take(x, indices, axis)


#: Up to so many rows ONNX Runtime multiplies faster than it scatters, on one thread, row by row (measured: equal at 200).
_SHORT_TABLE = 128


@gradient("Gather")
def gather_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value, None]:
    """Zeros, with each row of dy added where it was taken from (a row taken twice gets both).

    By ScatterElements: ONNX Runtime's ScatterND adds in parallel without a lock, and loses rows that meet. A short table's
    gradient is a product with one-hot rows instead.
    """
    x, indices = at.x, at.input(1)
    axis = int(at.attribute("axis", 0)) % x.rank
    known = numbers(x.shape)
    if axis == 0 and x.rank == 2 and known and known[0] <= _SHORT_TABLE:
        hits = g.Gather(g.constant(np.eye(known[0]), x.dtype, "one_hot"), g.Reshape(indices, ints(g, [-1], "shape")))
        return g.Gemm(hits, g.Reshape(dy, ints(g, [-1, known[1]], "shape")), transA=1), None
    column = ints(g, [-1 if i == axis else 1 for i in range(x.rank)], "shape")
    rows = g.Reshape(dy, _with_open_axis(g, x, axis))
    places = g.Expand(g.Reshape(indices, column), g.Shape(rows))
    return g.emit("ScatterElements", (zeros_like(g, x), places, rows), like=x, axis=axis, reduction="add"), None


def _with_open_axis(g: Graph, x: Value, axis: int) -> Value:
    """The shape of `x` with −1 at `axis`."""
    dims = [-1 if i == axis else d for i, d in enumerate(x.shape)]
    known = numbers(dims)
    if known is not None:
        return ints(g, known, "shape")
    before, after = g.Shape(x, start=0, end=axis), g.Shape(x, start=axis + 1)
    result: Value = g.Concat(before, ints(g, [-1], "shape"), after, axis=0)
    return result


@kernel("GatherElements")
def gather_elements(x: Array, indices: Array, axis: int = 0) -> Array:
    """y[i][j] = x[indices[i][j]][j] for axis 0, and likewise for the others."""
    return x[element_index(x, indices, axis)]


@gradient("GatherElements")
def gather_elements_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value, None]:
    """Zeros, with each number of dy added where it was taken from."""
    axis = at.attribute("axis", 0)
    return g.ScatterElements(zeros_like(g, at.x), at.input(1), dy, axis=axis, reduction="add"), None


def element_index(x: Array, indices: Array, axis: int) -> tuple[Array, ...]:
    """Where in x the numbers of GatherElements and ScatterElements stand."""
    places: list[Array] = list(np.indices(indices.shape, sparse=True))
    places[axis] = np.where(indices < 0, indices + x.shape[axis], indices)
    return tuple(places)


@kernel("OneHot")
def one_hot(indices: Array, depth: Array, values: Array, axis: int = -1) -> Array:
    """values[1] where the position along the new axis is the index, values[0] elsewhere."""
    size = int(depth.item())
    rank = indices.ndim + 1
    shape = [1] * rank
    shape[axis] = size
    hit = np.expand_dims(indices % size, axis) == np.arange(size).reshape(shape)
    inside = np.expand_dims((indices >= -size) & (indices < size), axis)
    return np.asarray(np.where(hit & inside, values[1], values[0]))


@gradient("OneHot")
def one_hot_gradient(g: Graph, at: Site, dy: Value) -> tuple[None, None, Value]:
    """Of the two values: Σ dy where the one stands, and Σ dy where the other does."""
    indices, depth, values = at.x, at.input(1), at.input(2)
    hit = g.OneHot(indices, depth, g.constant([0, 1], values.dtype, "off_on"), axis=at.attribute("axis", -1))
    there, everywhere = (g.ReduceSum(part, keepdims=0) for part in (g.Mul(dy, hit), dy))
    column = ints(g, [1], "shape")
    both = [g.Reshape(part, column) for part in (g.Sub(everywhere, there), there)]
    return None, None, g.Concat(*both, axis=0)


# -- shapes as numbers -----------------------------------------------------------------------------------------------
@kernel("Shape")
def shape(x: Array, start: int = 0, end: int | None = None) -> Array:
    return np.array(x.shape[start:end], np.int64)


@kernel("Size")
def size(x: Array) -> Array:
    return np.array(x.size, np.int64)


@kernel("Range")
def range_(start: Array, limit: Array, delta: Array) -> Array:
    start, limit, delta = (a.reshape(()) for a in (start, limit, delta))
    count = max(0, int(np.ceil((limit - start) / delta)))
    return np.asarray(start + np.arange(count) * delta, start.dtype)


@gradient("Range")
def range_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value, None, Value]:
    """y = start + i·delta: Σ dy, and Σ i·dy. The limit moves nothing."""
    zero, one = g.constant(0, "int64", "zero"), g.constant(1, "int64", "one")
    steps = g.CastLike(g.Range(zero, g.Size(dy), one), dy)
    sums = g.ReduceSum(dy, keepdims=0), g.ReduceSum(g.Mul(dy, steps), keepdims=0)
    return reshape_like(g, sums[0], at.x), None, reshape_like(g, sums[1], at.input(2))


@kernel("ConstantOfShape")
def constant_of_shape(shape: Array, value: TensorProto | Array | None = None) -> Array:
    fill = np.zeros(1, np.float32) if value is None else _as_array(value)
    return np.full(tuple(shape.tolist()), fill.ravel()[0], fill.dtype)


@kernel("Constant")
def constant(
    value: TensorProto | Array | None = None, value_float: float | None = None, value_int: int | None = None,
    value_floats: Sequence[float] | None = None, value_ints: Sequence[int] | None = None,
) -> Array:
    if value is not None:
        return _as_array(value)
    floats = value_floats if value_float is None else value_float
    if floats is not None:
        return np.array(floats, np.float32)
    return np.array(value_ints if value_int is None else value_int, np.int64)


def _as_array(value: TensorProto | Array) -> Array:
    return numpy_helper.to_array(value) if isinstance(value, TensorProto) else value


not_differentiable("Shape", "Size", "ConstantOfShape", "Constant")
