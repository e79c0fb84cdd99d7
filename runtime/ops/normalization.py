"""Normalizations with a scale and an offset: over the batch, a sample, a map, a group of maps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from runtime.graph import Array, Graph, Value
from runtime.ops.reduction import count
from runtime.ops.registry import Site, gradient, ints, kernel, numbers, reshape_like, unbroadcast


# -- what they share -----------------------------------------------------------------------------------------------------
def standardize(x: Array, axes: Sequence[int], epsilon: float, exact: bool = True) -> tuple[Array, Array, Array]:
    """(x − μ) / √(σ² + ε) over `axes`, μ, and 1 / √(σ² + ε). `exact` computes half precision in float32."""
    wide = x.astype(np.float32) if exact and x.dtype == np.float16 else x
    mean = wide.mean(axis=tuple(axes), keepdims=True)
    centred = wide - mean
    rate = 1 / np.sqrt(np.square(centred).mean(axis=tuple(axes), keepdims=True) + wide.dtype.type(epsilon))
    return centred * rate, mean, rate


def mean_over(g: Graph, x: Value, axes: Sequence[int]) -> Value:
    """The mean over `axes`, which stay as ones. (ReduceMean's axes are written differently from opset 18 on.)"""
    total = g.ReduceSum(x, ints(g, axes), keepdims=1)
    result: Value = g.Div(total, count(g, x, total))
    return result


def centred(g: Graph, x: Value, axes: Sequence[int]) -> tuple[Value, Value, Value]:
    """x − μ, μ and σ², as operators."""
    mean = mean_over(g, x, axes)
    moved = g.Sub(x, mean)
    return moved, mean, mean_over(g, g.Mul(moved, moved), axes)


def inverse_deviation(g: Graph, variance: Value, epsilon: float) -> Value:
    """1 / √(σ² + ε)."""
    result: Value = g.Reciprocal(g.Sqrt(g.Add(variance, epsilon)))
    return result


def standardized(g: Graph, x: Value, axes: Sequence[int], epsilon: float) -> tuple[Value, Value]:
    """(x − μ) / √(σ² + ε) and 1 / √(σ² + ε), as operators."""
    moved, _, variance = centred(g, x, axes)
    rate = inverse_deviation(g, variance, epsilon)
    return g.Mul(moved, rate), rate


def standardized_gradient(g: Graph, dy: Value, y: Value, rate: Value, axes: Sequence[int]) -> Value:
    """rate · (dy − mean(dy) − y·mean(dy·y)): Ioffe and Szegedy 2015, simplified."""
    along = g.Mul(y, mean_over(g, g.Mul(dy, y), axes))
    result: Value = g.Mul(rate, g.Sub(g.Sub(dy, mean_over(g, dy, axes)), along))
    return result


def _by_channel(a: Array, rank: int) -> Array:
    return a.reshape(-1, *[1] * (rank - 2))


def _spread(g: Graph, vector: Value, x: Value) -> Value:
    """A number a channel, in a shape that broadcasts to x."""
    if x.rank == 2:
        return vector
    result: Value = g.Reshape(vector, ints(g, [-1, *[1] * (x.rank - 2)], "shape"))
    return result


def _over_maps(g: Graph, dy: Value, like: Value) -> Value:
    """Σ over all but the channels."""
    total: Value = g.ReduceSum(dy, ints(g, [0, *range(2, dy.rank)]), keepdims=0)
    return total if total.dtype == like.dtype else g.CastLike(total, like)


# -- over the batch ------------------------------------------------------------------------------------------------------
@kernel("BatchNormalization")
def batch_normalization(
    x: Array, scale: Array, bias: Array, mean: Array, variance: Array, epsilon: float = 1e-5, momentum: float = 0.9,
    training_mode: int = 0,
) -> Array | tuple[Array, Array, Array]:
    """scale·(x − μ)/√(σ² + ε) + bias, channel by channel; in training with the batch's own μ and σ², and then the running
    ones besides: momentum·old + (1 − momentum)·batch. Ioffe and Szegedy 2015."""
    if not training_mode:
        rate = scale / np.sqrt(variance + variance.dtype.type(epsilon))
        y = (x - _by_channel(mean, x.ndim)) * _by_channel(rate, x.ndim) + _by_channel(bias, x.ndim)
        return np.asarray(y, x.dtype)
    axes = (0, *range(2, x.ndim))
    normal, found, _ = standardize(x, axes, epsilon)
    y = normal * _by_channel(scale, x.ndim) + _by_channel(bias, x.ndim)
    keep = mean.dtype.type(momentum)
    running = [old * keep + new.reshape(-1) * (1 - keep) for old, new in ((mean, found), (variance, x.var(axis=axes)))]
    return np.asarray(y, x.dtype), running[0].astype(mean.dtype), running[1].astype(variance.dtype)


@gradient("BatchNormalization")
def batch_normalization_gradient(g: Graph, at: Site, dy: Value, *_: Value | None) -> tuple[Value | None, ...]:
    """In training through the batch's statistics; in inference they are constants of their own."""
    x, scale, epsilon = at.x, at.input(1), at.attribute("epsilon", 1e-5)
    if at.attribute("training_mode", 0):
        return *_batch_gradient(g, x, scale, dy, epsilon), None, None
    mean, variance = at.input(3), at.input(4)
    rate = g.Reciprocal(g.Sqrt(g.Add(variance, epsilon)))
    slope = g.Mul(scale, rate)
    db = _over_maps(g, dy, scale)
    ds = _over_maps(g, g.Mul(dy, g.Mul(g.Sub(x, _spread(g, mean, x)), _spread(g, rate, x))), scale)
    dv = g.Mul(g.Mul(g.Mul(ds, slope), rate), -0.5)
    return g.Mul(dy, _spread(g, slope, x)), ds, db, g.Neg(g.Mul(db, slope)), dv


def _batch_gradient(g: Graph, x: Value, scale: Value, dy: Value, epsilon: float) -> tuple[Value, Value, Value]:
    """dx, dγ and dβ through the batch's own statistics."""
    axes = [0, *range(2, x.rank)]
    if scale.dtype != x.dtype or numbers(scale.shape) is None:
        normal, rate = standardized(g, x, axes, epsilon)
        ds, db = _over_maps(g, g.Mul(dy, normal), scale), _over_maps(g, dy, scale)
        return standardized_gradient(g, g.Mul(dy, _spread(g, scale, x)), normal, rate, axes), ds, db
    moved, _, variance = centred(g, x, axes)
    rate = g.Reshape(inverse_deviation(g, variance, epsilon), ints(g, [-1], "shape"))
    ds, db = g.Mul(_over_maps(g, g.Mul(dy, moved), scale), rate), _over_maps(g, dy, scale)
    return _through_statistics(g, dy, moved, rate, scale, ds, db), ds, db


def _through_statistics(
    g: Graph, dy: Value, moved: Value, rate: Value, scale: Value, ds: Value, db: Value
) -> Value:
    """slope·(dy − mean dy − (x − μ)·rate·mean (dy·normal)), the means by channel: db and ds over their number.

    An inference-mode BatchNormalization is scale·x + bias in one pass.
    """
    slope = g.Mul(scale, rate)
    count = g.CastLike(g.Div(g.Size(dy), g.Size(slope)), slope)
    share = g.Neg(g.Div(slope, count))
    zeros, ones = (g.constant(np.full(numbers(slope.shape) or 1, fill), slope.dtype) for fill in (0.0, 1.0))
    along = g.Mul(g.Mul(share, ds), rate)
    one = g.BatchNormalization(dy, slope, g.Mul(share, db), zeros, ones, epsilon=0.0)
    result: Value = g.Add(one, g.BatchNormalization(moved, along, zeros, zeros, ones, epsilon=0.0))
    return result


# -- over a sample's maps ------------------------------------------------------------------------------------------------
@kernel("InstanceNormalization")
def instance_normalization(x: Array, scale: Array, bias: Array, epsilon: float = 1e-5) -> Array:
    """Each map of each sample by its own mean and deviation. Ulyanov and others 2016."""
    normal = standardize(x, range(2, x.ndim), epsilon)[0]
    return np.asarray(normal * _by_channel(scale, x.ndim) + _by_channel(bias, x.ndim), x.dtype)


@gradient("InstanceNormalization")
def instance_normalization_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value, Value, Value]:
    x, scale, axes = at.x, at.input(1), range(2, at.x.rank)
    normal, rate = standardized(g, x, axes, at.attribute("epsilon", 1e-5))
    dx = standardized_gradient(g, g.Mul(dy, _spread(g, scale, x)), normal, rate, axes)
    return dx, _over_maps(g, g.Mul(dy, normal), scale), _over_maps(g, dy, scale)


@kernel("GroupNormalization")
def group_normalization(
    x: Array, scale: Array, bias: Array, num_groups: int, epsilon: float = 1e-5, stash_type: int = 1
) -> Array:
    """Each group of maps of each sample by its mean and deviation, a scale for every map. Wu and He 2018."""
    groups = x.reshape(x.shape[0], num_groups, -1)
    normal = standardize(groups, [2], epsilon)[0].reshape(x.shape)
    return np.asarray(normal * _by_channel(scale, x.ndim) + _by_channel(bias, x.ndim), x.dtype)


@gradient("GroupNormalization")
def group_normalization_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value, Value, Value]:
    """As InstanceNormalization, with a group of maps in place of each."""
    x, scale, shape = at.x, at.input(1), [0, int(at.attribute("num_groups")), -1]
    normal, rate = standardized(g, g.Reshape(x, ints(g, shape, "shape")), [2], at.attribute("epsilon", 1e-5))
    inner = g.Reshape(g.Mul(dy, _spread(g, scale, x)), ints(g, shape, "shape"))
    dx = reshape_like(g, standardized_gradient(g, inner, normal, rate, [2]), x)
    return dx, _over_maps(g, g.Mul(dy, reshape_like(g, normal, x)), scale), _over_maps(g, dy, scale)


# -- over a sample's features --------------------------------------------------------------------------------------------
@kernel("LayerNormalization")
def layer_normalization(
    x: Array, scale: Array, bias: Array | None = None, axis: int = -1, epsilon: float = 1e-5, stash_type: int = 1
) -> tuple[Array, Array, Array]:
    """Everything from `axis` on by its own mean and deviation, then scale and bias. Ba and others 2016."""
    normal, mean, rate = standardize(x, range(axis % x.ndim, x.ndim), epsilon)
    y = normal * scale if bias is None else normal * scale + bias
    return np.asarray(y, x.dtype), mean, rate


@gradient("LayerNormalization")
def layer_normalization_gradient(g: Graph, at: Site, dy: Value, *_: Value | None) -> tuple[Value | None, ...]:
    x, scale = at.x, at.input(1)
    axes = range(at.attribute("axis", -1) % x.rank, x.rank)
    normal, rate = standardized(g, x, axes, at.attribute("epsilon", 1e-5))
    dx = standardized_gradient(g, g.Mul(dy, scale), normal, rate, axes)
    ds = unbroadcast(g, g.Mul(dy, normal), scale)
    return (dx, ds, unbroadcast(g, dy, at.input(2))) if at.has(2) else (dx, ds)


@kernel("RMSNormalization")
def rms_normalization(x: Array, scale: Array, axis: int = -1, epsilon: float = 1e-5, stash_type: int = 1) -> Array:
    """x / √(mean(x²) + ε) · scale, over everything from `axis` on. Zhang and Sennrich 2019."""
    wide = x.astype(np.float32) if x.dtype == np.float16 else x
    axes = tuple(range(axis % x.ndim, x.ndim))
    normal = wide / np.sqrt(np.square(wide).mean(axis=axes, keepdims=True) + wide.dtype.type(epsilon))
    return np.asarray(normal * scale, scale.dtype)


@gradient("RMSNormalization")
def rms_normalization_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value, Value]:
    """With y = x·r and dz = dy·scale: r·(dz − y·mean(dz·y))."""
    x, scale = at.x, at.input(1)
    axes = range(at.attribute("axis", -1) % x.rank, x.rank)
    epsilon = at.attribute("epsilon", 1e-5)
    rate = g.Reciprocal(g.Sqrt(g.Add(mean_over(g, g.Mul(x, x), axes), epsilon)))
    normal, dz = g.Mul(x, rate), g.Mul(dy, scale)
    dx = g.Mul(rate, g.Sub(dz, g.Mul(normal, mean_over(g, g.Mul(dz, normal), axes))))
    return dx, unbroadcast(g, g.Mul(dy, normal), scale)
