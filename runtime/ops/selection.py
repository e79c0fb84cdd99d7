"""Operators that choose: the largest, those at indices, those where a condition holds; and sums so far."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from runtime.errors import GraphError
from runtime.graph import Array, Graph, Value
from runtime.ops.registry import Site, add_back, gradient, kernel, not_differentiable, place, with_output, zeros_like
from runtime.ops.shaping import send_back


# -- the largest ---------------------------------------------------------------------------------------------------------
@kernel("TopK")
def top_k(x: Array, k: Array, axis: int = -1, largest: int = 1, sorted: int = 1) -> tuple[Array, Array]:
    """The k largest (or smallest) along the axis, in order, and where they are; of equals the first one comes first."""
    size = x.shape[axis]
    if largest:
        order = size - 1 - np.flip(np.argsort(np.flip(x, axis), axis, kind="stable"), axis)
    else:
        order = np.argsort(x, axis, kind="stable")
    chosen = np.take(order, np.arange(int(k.item())), axis)
    return np.take_along_axis(x, chosen, axis), chosen.astype(np.int64)


@gradient("TopK")
def top_k_gradient(g: Graph, at: Site, dy: Value | None, _: Value | None = None) -> tuple[Value | None, ...]:
    """dy at the places it was taken from, 0 elsewhere."""
    if dy is None:
        return (None, None)
    indices = with_output(g, at, 1, replace(at.y, name=f"{at.y.name}_indices", dtype=np.dtype("int64"), role=""))
    return g.ScatterElements(zeros_like(g, at.x), indices, dy, axis=at.attribute("axis", -1)), None


# -- by index ------------------------------------------------------------------------------------------------------------
@kernel("GatherND")
def gather_nd(x: Array, indices: Array, batch_dims: int = 0) -> Array:
    """For each row of the last axis of `indices` what stands there in x, sample by sample over `batch_dims` axes."""
    lead = np.indices(indices.shape[:batch_dims], sparse=True)
    grids = [grid.reshape(*grid.shape, *[1] * (indices.ndim - 1 - batch_dims)) for grid in lead]
    return np.asarray(x[(*grids, *np.moveaxis(indices, -1, 0))])


@gradient("GatherND")
def gather_nd_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value, None]:
    """dy added where it was taken from."""
    return send_back(g, at, dy), None


# -- by condition --------------------------------------------------------------------------------------------------------
@kernel("Compress")
def compress(x: Array, condition: Array, axis: int | None = None) -> Array:
    """The slices of x for which the condition holds (of the flat x without an axis)."""
    return np.compress(condition, x, axis)


@gradient("Compress")
def compress_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value, None]:
    return send_back(g, at, dy), None


@kernel("NonZero")
def non_zero(x: Array) -> Array:
    """[rank, count]: the indices of what is not 0."""
    return np.array(np.nonzero(x), np.int64).reshape(x.ndim, -1)


@kernel("Unique")
def unique(x: Array, axis: int | None = None, sorted: int = 1) -> tuple[Array, ...]:
    """The different values (or slices), their first places, which of them each one is, and how often they come."""
    y, first, inverse, counts = np.unique(x, True, True, True, axis=axis)
    inverse = inverse.reshape(-1)
    if not sorted:
        order = np.argsort(first)
        y, first, counts = np.take(y, order, 0 if axis is None else axis), first[order], counts[order]
        inverse = np.argsort(order)[inverse]
    return y, first.astype(np.int64), inverse.astype(np.int64), counts.astype(np.int64)


@gradient("Unique")
def unique_gradient(g: Graph, at: Site, dy: Value | None, *_: Value | None) -> tuple[Value | None]:
    """dy where each value is met first. Raises `GraphError` for whole slices."""
    if dy is None:
        return (None,)
    if at.attribute("axis") is not None:
        raise GraphError(f"‘{place(at.op)}’: Unique along an axis has no gradient rule: use it without one.")
    first = with_output(g, at, 1, replace(at.y, name=f"{at.y.name}_first", dtype=np.dtype("int64"), role=""))
    return (add_back(g, dy, first, at.x),)


not_differentiable("NonZero")


# -- sums so far ---------------------------------------------------------------------------------------------------------
@kernel("CumSum")
def cum_sum(x: Array, axis: Array, exclusive: int = 0, reverse: int = 0) -> Array:
    """The sum of everything up to each place, itself included or (`exclusive`) not; from the end with `reverse`."""
    along = int(axis.item())
    x = np.flip(x, along) if reverse else x
    y = np.cumsum(x, along, dtype=x.dtype)
    y = y - x if exclusive else y
    return np.flip(y, along) if reverse else y


@gradient("CumSum")
def cum_sum_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value, None]:
    """The sum of dy from the other end."""
    exclusive, reverse = at.attribute("exclusive", 0), at.attribute("reverse", 0)
    return g.CumSum(dy, at.input(1), exclusive=exclusive, reverse=1 - reverse), None
