"""Reductions: many numbers in, one number out, along some axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from runtime.graph import Array, Graph, Value
from runtime.ops.registry import (
    Kernel,
    Site,
    expand_like,
    gradient,
    ints,
    kernel,
    not_differentiable,
)


def reduction(function: Callable[..., Any]) -> Kernel:
    """A kernel from a NumPy reduction. Axes come as an input (ReduceSum) or an attribute (the others, in opset 17)."""

    def run(
        x: Array, wanted: Array | None = None, axes: list[int] | None = None, keepdims: int = 1,
        noop_with_empty_axes: int = 0,
    ) -> Array:
        chosen = axes if wanted is None else wanted.tolist()
        if not chosen and noop_with_empty_axes:
            return x
        return np.asarray(function(x, axis=tuple(chosen) if chosen else None, keepdims=bool(keepdims)), x.dtype)

    return run


def _norm(x: Array, **keywords: Any) -> Array:
    return np.asarray(np.sqrt(np.sum(np.square(x), **keywords)))


def _extreme(x: Array, side: str) -> Any:
    """The least or the greatest value of x's type: what the maximum or minimum of nothing is."""
    if x.dtype.kind == "f":
        return -np.inf if side == "min" else np.inf
    return side == "max" if x.dtype.kind == "b" else getattr(np.iinfo(x.dtype), side)


kernel("ReduceSum")(reduction(np.sum))
kernel("ReduceMean")(reduction(np.mean))
kernel("ReduceMax")(reduction(lambda x, **k: np.max(x, initial=_extreme(x, "min"), **k)))
kernel("ReduceMin")(reduction(lambda x, **k: np.min(x, initial=_extreme(x, "max"), **k)))
kernel("ReduceProd")(reduction(np.prod))
kernel("ReduceSumSquare")(reduction(lambda x, **k: np.sum(np.square(x), **k)))
kernel("ReduceL1")(reduction(lambda x, **k: np.sum(np.abs(x), **k)))
kernel("ReduceL2")(reduction(_norm))


@gradient("ReduceSum")
def reduce_sum_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value | None, ...]:
    """Every summand gets dy."""
    return (expand_like(g, kept(g, at, dy), at.x),)


@gradient("ReduceMean")
def reduce_mean_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value | None, ...]:
    """Every summand gets dy / count; the count is taken at run time where the batch is among the axes."""
    return (expand_like(g, g.Div(kept(g, at, dy), count(g, at.x, at.y)), at.x),)


@gradient("ReduceSumSquare")
def reduce_sum_square_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value | None, ...]:
    """2·x·dy."""
    return (g.Mul(g.Mul(at.x, 2.0), kept(g, at, dy)),)


@gradient("ReduceMax", "ReduceMin")
def reduce_max_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value | None, ...]:
    """dy to the extreme element; equal ones share it, so that the sum is dy."""
    extreme = g.Equal(at.x, kept(g, at, at.y))
    mask = g.CastLike(extreme, at.x)
    return (g.Mul(mask, g.Div(kept(g, at, dy), summed(g, at, mask))),)


def summed(g: Graph, at: Site, x: Value) -> Value:
    """Σ of x over the axes that the operator reduces, which stay as ones."""
    result: Value = g.emit("ReduceSum", (x, *_axes_input(g, at)), keepdims=1)
    return result


def kept(g: Graph, at: Site, value: Value) -> Value:
    """A value of the output's shape with the reduced axes put back as ones, so that it broadcasts against the input."""
    axes = _axes_input(g, at)
    if at.attribute("keepdims", 1) or not axes:
        return value
    result: Value = g.Unsqueeze(value, *axes)
    return result


def _axes_input(g: Graph, at: Site) -> tuple[Value, ...]:
    """The reduced axes as a tensor; none at all means every axis."""
    if at.has(1):
        return (at.input(1),)
    axes = at.attribute("axes")
    return (ints(g, axes),) if axes else ()


def count(g: Graph, x: Value, y: Value) -> Value:
    """How many elements of `x` went into one of `y`, in x's floating type."""
    before, after = [d for d in x.shape if d != 1], [d for d in y.shape if d != 1]
    for dim in after:
        if dim in before and dim is not None:
            before.remove(dim)
    if all(isinstance(d, int) for d in before) and None not in after:
        return g.constant(np.prod(np.array(before, np.int64), dtype=np.int64), x.dtype, "count")
    result: Value = g.CastLike(g.Div(g.Size(x), g.Size(y)), x)
    return result


def _arg(choose: Callable[..., Any], x: Array, axis: int, keepdims: int, select_last_index: int) -> Array:
    found = choose(np.flip(x, axis), axis=axis) if select_last_index else choose(x, axis=axis)
    found = x.shape[axis] - 1 - found if select_last_index else found
    return np.asarray(np.expand_dims(found, axis) if keepdims else found, np.int64)


@kernel("ArgMax")
def arg_max(x: Array, axis: int = 0, keepdims: int = 1, select_last_index: int = 0) -> Array:
    return _arg(np.argmax, x, axis, keepdims, select_last_index)


@kernel("ArgMin")
def arg_min(x: Array, axis: int = 0, keepdims: int = 1, select_last_index: int = 0) -> Array:
    return _arg(np.argmin, x, axis, keepdims, select_last_index)


not_differentiable("ArgMax", "ArgMin")


@kernel("CastLike")
def cast_like(x: Array, like: Array, saturate: int = 1, round_mode: str = "up") -> Array:
    return x.astype(like.dtype)


@gradient("CastLike")
def cast_like_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value | None, None]:
    """Between floating types the gradient is cast back; from whole numbers there is none."""
    return (g.CastLike(dy, at.x) if at.x.dtype.kind == "f" and at.y.dtype.kind == "f" else None), None


@kernel("GlobalAveragePool")
def global_average_pool(x: Array) -> Array:
    return np.asarray(x.mean(axis=tuple(range(2, x.ndim)), keepdims=True), x.dtype)


@gradient("GlobalAveragePool")
def global_average_pool_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """dy / (H·W) to every place of the map."""
    return (expand_like(g, g.Div(dy, count(g, at.x, at.y)), at.x),)


@kernel("GlobalMaxPool")
def global_max_pool(x: Array) -> Array:
    return np.asarray(x.max(axis=tuple(range(2, x.ndim)), keepdims=True))


@gradient("GlobalMaxPool")
def global_max_pool_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """dy to the largest element of the map; equal ones share it."""
    mask = g.CastLike(g.Equal(at.x, at.y), at.x)
    ties = g.ReduceSum(mask, ints(g, range(2, at.x.rank)), keepdims=1)
    return (g.Mul(mask, g.Div(dy, ties)),)


