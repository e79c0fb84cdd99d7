"""Pools by a norm, and the way back through MaxUnpool."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from runtime.graph import Array, Graph, Value
from runtime.ops.pooling import flat_windows, spread_back, unpooled
from runtime.ops.registry import Site, gradient, ints, kernel
from runtime.ops.windows import output_size, reaching, spatial, window, window_of


@kernel("LpPool")
def lp_pool(
    x: Array, kernel_shape: Sequence[int], auto_pad: str = "NOTSET", ceil_mode: int = 0,
    dilations: Sequence[int] | None = None, p: int = 2, pads: Sequence[int] | None = None,
    strides: Sequence[int] | None = None,
) -> Array:
    """(Σ |x|ᵖ)^(1/p) of each window."""
    size = x.shape[2:]
    w = window(size, kernel_shape, strides, dilations, pads, auto_pad)
    out = output_size(size, w, bool(ceil_mode))
    return np.asarray(np.power(flat_windows(np.abs(x) ** p, w, out, 0).sum(-1), 1 / p), x.dtype)


@gradient("LpPool")
def lp_pool_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """x·|x|^(p−2) · Σ dy·y^(1−p) over the windows that read it."""
    p, size = at.attribute("p", 2), spatial(at, at.x)
    w = window_of(at, at.attribute("kernel_shape"))
    exact, unread = reaching(w, size, output_size(size, w, bool(at.attribute("ceil_mode", 0))))
    ones = g.constant(np.ones((at.x.shape[1], 1, *w.kernel)), dy.dtype, "ones")
    return (g.Mul(_slope(g, at.x, p), spread_back(g, _share(g, dy, at.y, p), ones, exact, unread)),)


@kernel("GlobalLpPool")
def global_lp_pool(x: Array, p: int = 2) -> Array:
    """(Σ |x|ᵖ)^(1/p) of each map."""
    return np.asarray(np.power((np.abs(x) ** p).sum(tuple(range(2, x.ndim)), keepdims=True), 1 / p), x.dtype)


@gradient("GlobalLpPool")
def global_lp_pool_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    p = at.attribute("p", 2)
    return (g.Mul(_slope(g, at.x, p), _share(g, dy, at.y, p)),)


def _slope(g: Graph, x: Value, p: int) -> Value:
    """x·|x|^(p−2), which for p = 1 is the sign."""
    if p == 1:
        result: Value = g.Sign(x)
        return result
    return x if p == 2 else g.Mul(x, g.Pow(g.Abs(x), float(p - 2)))


def _share(g: Graph, dy: Value, y: Value, p: int) -> Value:
    """dy · y^(1−p), and 0 where y is 0."""
    if p == 1:
        return dy
    safe = g.Max(y, float(np.finfo(dy.dtype).tiny))
    result: Value = g.Div(dy, safe if p == 2 else g.Pow(safe, float(p - 1)))
    return result


@gradient("MaxUnpool")
def max_unpool_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value | None, ...]:
    """dy at the places where the numbers went."""
    size = unpooled(spatial(at, at.x), *(at.attribute(name) for name in ("kernel_shape", "pads", "strides")))
    if size != at.y.shape[2:]:
        axes = range(2, at.x.rank)
        dy = g.Slice(dy, ints(g, [0] * len(size)), ints(g, size), ints(g, axes))
    return (g.Gather(g.Reshape(dy, ints(g, [-1], "shape")), at.input(1), axis=0), None, None)
