"""Operators that put numbers at places: one at a time (ScatterElements), or in slices (ScatterND)."""

from __future__ import annotations

from typing import Any

import numpy as np

from runtime.graph import Array, Graph, Value
from runtime.ops.registry import Site, expand_like, gradient, ints, kernel, positions_of, reshape_like, zeros_like
from runtime.ops.shaping import element_index

_SCATTER: dict[str, Any] = {"add": np.add, "mul": np.multiply, "max": np.maximum, "min": np.minimum}


@kernel("ScatterElements")
def scatter_elements(x: Array, indices: Array, updates: Array, axis: int = 0, reduction: str = "none") -> Array:
    """A copy of x with updates[i][j] put, or added, at [indices[i][j]][j] (axis 0; likewise for the others)."""
    return _scattered(x, element_index(x, indices, axis), updates, reduction)


@kernel("ScatterND")
def scatter_nd(x: Array, indices: Array, updates: Array, reduction: str = "none") -> Array:
    """A copy of x with each slice of `updates` put, or added, at the place that the last axis of `indices` names."""
    return _scattered(x, tuple(np.moveaxis(indices, -1, 0)), updates, reduction)


def _scattered(x: Array, places: tuple[Array, ...], updates: Array, reduction: str) -> Array:
    y = x.copy()
    if reduction == "none":
        y[places] = updates
    else:
        _SCATTER[reduction].at(y, places, updates)
    return y


# -- gradients -----------------------------------------------------------------------------------------------------------
@gradient("ScatterElements")
def scatter_elements_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value, None, Value]:
    """Added: dy for x, dy at the places for the updates. Put: x gets none at those places."""
    indices, axis, how = at.input(1), at.attribute("axis", 0), _reduction(at)
    if how == "none":
        dx = g.ScatterElements(dy, indices, zeros_like(g, at.input(2)), axis=axis)
        return dx, None, g.GatherElements(dy, indices, axis=axis)
    if how == "add":
        return dy, None, g.GatherElements(dy, indices, axis=axis)
    return _folded(g, at, dy, g.GatherElements(positions_of(g, at.x), indices, axis=axis), how)


@gradient("ScatterND")
def scatter_nd_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value, None, Value]:
    """Added: dy for x, dy at the places for the updates. Put: x gets none at those places."""
    indices, how = at.input(1), _reduction(at)
    if how == "none":
        return g.ScatterND(dy, indices, zeros_like(g, at.input(2))), None, g.GatherND(dy, indices)
    if how == "add":
        return dy, None, g.GatherND(dy, indices)
    return _folded(g, at, dy, g.GatherND(positions_of(g, at.x), indices), how)


def _reduction(at: Site) -> str:
    how = at.attribute("reduction", "none")
    return how.decode() if isinstance(how, bytes) else str(how)


def _folded(g: Graph, at: Site, dy: Value, positions: Value, how: str) -> tuple[Value, None, Value]:
    """Where numbers meet by product, largest or smallest. `positions`: the flat place in x of each update."""
    rule = _multiplied if how == "mul" else _chosen
    flat = ints(g, [-1], "shape")
    lines = [g.Reshape(value, flat) for value in (at.x, at.input(2), at.y, dy, positions)]
    dx, du = rule(g, *lines)
    return reshape_like(g, dx, at.x), None, reshape_like(g, du, at.input(2))


def _multiplied(g: Graph, x: Value, u: Value, y: Value, dy: Value, places: Value) -> tuple[Value, Value]:
    """dy · the product of all the others that meet: with one 0 among them only that one moves it, with two none does."""
    zero_x, zero_u = (g.CastLike(g.Equal(v, 0.0), v) for v in (x, u))
    filled = g.Add(u, zero_u)
    product = g.ScatterElements(g.Add(x, zero_x), places, filled, axis=0, reduction="mul")
    zeros = g.ScatterElements(zero_x, places, zero_u, axis=0, reduction="add")
    others = g.Sub(g.Gather(zeros, places, axis=0), zero_u)
    alone = g.CastLike(g.Less(others, 0.5), u)
    du = g.Mul(g.Mul(g.Gather(g.Mul(dy, product), places, axis=0), alone), g.Reciprocal(filled))
    ones = expand_like(g, g.constant(1, x.dtype, "one"), x)
    return g.Mul(dy, g.ScatterElements(ones, places, u, axis=0, reduction="mul")), du


def _chosen(g: Graph, x: Value, u: Value, y: Value, dy: Value, places: Value) -> tuple[Value, Value]:
    """dy for the largest (or smallest) of those that meet; equal ones share it."""
    hit_x = g.CastLike(g.Equal(x, y), x)
    hit_u = g.CastLike(g.Equal(u, g.Gather(y, places, axis=0)), u)
    share = g.Div(dy, g.ScatterElements(hit_x, places, hit_u, axis=0, reduction="add"))
    return g.Mul(hit_x, share), g.Mul(hit_u, g.Gather(share, places, axis=0))
