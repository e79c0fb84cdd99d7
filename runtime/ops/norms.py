"""Normalizations without weights: among neighbouring channels, by a norm, by mean and variance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from runtime.errors import GraphError
from runtime.graph import Array, Graph, Value
from runtime.ops.normalization import standardized, standardized_gradient
from runtime.ops.registry import Site, gradient, ints, kernel, reshape_like


# -- local response ------------------------------------------------------------------------------------------------------
def _band(channels: int, size: int) -> Array:
    """[C, C]: 1 where channel j is among the `size` around channel i."""
    i, j = np.indices((channels, channels))
    return np.asarray((j >= i - (size - 1) // 2) & (j <= i + size // 2))


@kernel("LRN")
def lrn(x: Array, size: int, alpha: float = 1e-4, beta: float = 0.75, bias: float = 1.0) -> Array:
    """x / (bias + α/size · Σ x² over `size` neighbouring channels)^β. Krizhevsky and others 2012."""
    squares = np.square(x).reshape(*x.shape[:2], -1)
    sums = np.matmul(_band(x.shape[1], size).astype(x.dtype), squares).reshape(x.shape)
    return np.asarray(x / (bias + alpha / size * sums) ** x.dtype.type(beta), x.dtype)


@gradient("LRN")
def lrn_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """dy·s^−β − 2αβ/size · x · Σ dy·x·s^(−β−1) over the channels in whose neighbourhood this one is."""
    x, channels, size = at.x, at.x.shape[1], int(at.attribute("size"))
    if not isinstance(channels, int):
        raise GraphError(f"The gradient of LRN must know its channels, and it is given {x}: give the input a fixed shape.")
    alpha, beta = at.attribute("alpha", 1e-4), at.attribute("beta", 0.75)
    band = _band(channels, size)
    sums = g.Add(g.Mul(_neighbours(g, g.Mul(x, x), band), alpha / size), at.attribute("bias", 1.0))
    power = g.Pow(sums, -beta)
    spread = _neighbours(g, g.Div(g.Mul(g.Mul(dy, x), power), sums), band.T)
    return (g.Sub(g.Mul(dy, power), g.Mul(g.Mul(x, spread), 2 * alpha * beta / size)),)


def _neighbours(g: Graph, x: Value, band: Array) -> Value:
    flat = g.Reshape(x, ints(g, [0, 0, -1], "shape"))
    return reshape_like(g, g.MatMul(g.constant(band, x.dtype, "band"), flat), x)


# -- by a norm -----------------------------------------------------------------------------------------------------------
@kernel("LpNormalization")
def lp_normalization(x: Array, axis: int = -1, p: int = 2) -> Array:
    """x / ‖x‖ₚ along the axis; 0 where the norm is 0."""
    norm = np.abs(x).sum(axis, keepdims=True) if p == 1 else np.sqrt(np.square(x).sum(axis, keepdims=True))
    return np.asarray(x / np.where(norm == 0, 1, norm), x.dtype)


@gradient("LpNormalization")
def lp_normalization_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """(dy − s·Σ dy·y) / ‖x‖ₚ, with s = y for p = 2 and the sign of x for p = 1."""
    x, axes = at.x, ints(g, [at.attribute("axis", -1)])
    inner = g.ReduceSum(g.Mul(dy, at.y), axes, keepdims=1)
    if at.attribute("p", 2) == 1:
        side, norm = g.Sign(x), g.ReduceSum(g.Abs(x), axes, keepdims=1)
    else:
        side, norm = at.y, g.Sqrt(g.ReduceSum(g.Mul(x, x), axes, keepdims=1))
    return (g.Div(g.Sub(dy, g.Mul(side, inner)), norm),)


# -- by mean and variance ------------------------------------------------------------------------------------------------
_BATCH_AND_MAP = (0, 2, 3)


@kernel("MeanVarianceNormalization")
def mean_variance_normalization(x: Array, axes: Sequence[int] = _BATCH_AND_MAP) -> Array:
    """(x − μ) / (σ + 10⁻⁹), as ONNX's own formula has it."""
    centred = x - x.mean(axis=tuple(axes), keepdims=True)
    deviation = np.sqrt(np.square(centred).mean(axis=tuple(axes), keepdims=True))
    return np.asarray(centred / (deviation + x.dtype.type(1e-9)))


@gradient("MeanVarianceNormalization")
def mean_variance_normalization_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    axes = list(at.attribute("axes", _BATCH_AND_MAP))
    normal, rate = standardized(g, at.x, axes, 1e-18)
    return (standardized_gradient(g, dy, normal, rate, axes),)
