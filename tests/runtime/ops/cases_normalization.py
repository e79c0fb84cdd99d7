"""Drawn cases: normalizations, pools by norm, and the losses that are operators."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from runtime.graph import Graph, Value
from tests.runtime.ops.cases import Draw, axis_of, case, dims, maybe, small, whole, window
from tests.runtime.ops.support import Case, spread


@case("BatchNormalization")
def batch_normalization(draw: Draw, rng: np.random.Generator) -> Case:
    shape = [small(draw, 2), small(draw), *dims(draw, 0, 2)]
    vectors = [spread(rng, shape[1]) for _ in range(4)]
    vectors[3] = np.abs(vectors[3]) + 0.2
    training = maybe(draw)

    def build(g: Graph, *xs: Value) -> Value:
        if not training:
            result: Value = g.BatchNormalization(*xs, epsilon=2**-8)
        else:
            result = g.BatchNormalization(*xs, epsilon=2**-8, training_mode=1, outputs=3)[0]
        return result

    return Case([spread(rng, *shape), *vectors], build, [0] if maybe(draw) else [])


@case("InstanceNormalization")
def instance_normalization(draw: Draw, rng: np.random.Generator) -> Case:
    shape = [small(draw), small(draw), small(draw, 2), small(draw)]
    arrays = [spread(rng, *shape), spread(rng, shape[1]), spread(rng, shape[1])]
    return Case(arrays, lambda g, *xs: g.InstanceNormalization(*xs, epsilon=2**-7), [0] if maybe(draw) else [])


@case("GroupNormalization")
def group_normalization(draw: Draw, rng: np.random.Generator) -> Case:
    groups, each = small(draw, 1, 3), small(draw, 1, 2)
    arrays = [spread(rng, small(draw), groups * each, 3, 2), spread(rng, groups * each), spread(rng, groups * each)]
    symbolic = [0] if maybe(draw) else []
    return Case(arrays, lambda g, *xs: g.GroupNormalization(*xs, num_groups=groups, epsilon=2**-7), symbolic, 21)


@case("LayerNormalization")
def layer_normalization(draw: Draw, rng: np.random.Generator) -> Case:
    shape = [*dims(draw, 1, 2), small(draw, 2)]
    axis = axis_of(draw, len(shape))
    inner = shape[axis:] if maybe(draw) else shape[-1:]
    arrays = [spread(rng, *shape), spread(rng, *inner), *([spread(rng, *inner)] if maybe(draw) else [])]
    symbolic = [0] if axis % len(shape) > 0 and maybe(draw) else []
    return Case(arrays, lambda g, *xs: g.LayerNormalization(*xs, axis=axis, epsilon=2**-7), symbolic)


@case("RMSNormalization")
def rms_normalization(draw: Draw, rng: np.random.Generator) -> Case:
    shape = [*dims(draw, 1, 2), small(draw, 2)]
    axis = axis_of(draw, len(shape))
    arrays = [spread(rng, *shape), spread(rng, *shape[axis:])]
    return Case(arrays, lambda g, *xs: g.RMSNormalization(*xs, axis=axis, epsilon=2**-7), opset=23)


@case("LRN")
def lrn(draw: Draw, rng: np.random.Generator) -> Case:
    attributes: dict[str, Any] = draw(st.sampled_from([{"size": 3}, {"size": 5, "alpha": 0.5, "beta": 0.625, "bias": 2.0}]))
    x = spread(rng, small(draw), small(draw), 3, 2)
    return Case([x], lambda g, a: g.LRN(a, **attributes), [0] if maybe(draw) else [])


@case("LpNormalization")
def lp_normalization(draw: Draw, rng: np.random.Generator) -> Case:
    shape = dims(draw)
    axis, p = axis_of(draw, len(shape)), small(draw, 1, 2)
    return Case([spread(rng, *shape)], lambda g, x: g.LpNormalization(x, axis=axis, p=p), [0] if maybe(draw) else [])


@case("MeanVarianceNormalization")
def mean_variance_normalization(draw: Draw, rng: np.random.Generator) -> Case:
    axes = draw(st.sampled_from([None, [2, 3], [1]]))
    x = spread(rng, small(draw, 2), small(draw, 3), 3, 2)
    return Case([x], lambda g, a: g.MeanVarianceNormalization(a, axes=axes), [0] if maybe(draw) else [])


@case("LpPool")
def lp_pool(draw: Draw, rng: np.random.Generator) -> Case:
    attributes = {**window(draw, 2, dilate=False), "p": small(draw, 1, 3)}
    return Case([spread(rng, 2, 2, 5, 6)], lambda g, x: g.LpPool(x, **attributes), [0] if maybe(draw) else [])


@case("GlobalLpPool")
def global_lp_pool(draw: Draw, rng: np.random.Generator) -> Case:
    p = small(draw, 1, 3)
    return Case([spread(rng, 2, small(draw), *dims(draw))], lambda g, x: g.GlobalLpPool(x, p=p), [0] if maybe(draw) else [])


@case("MaxUnpool")
def max_unpool(draw: Draw, rng: np.random.Generator) -> Case:
    places = np.stack([np.stack([rng.permutation(24)[:6].reshape(2, 3) + 24 * (2 * n + c) for c in (0, 1)]) for n in (0, 1)])

    def build(g: Graph, x: Value) -> Value:
        result: Value = g.MaxUnpool(x, whole(g, places), kernel_shape=[2, 2], strides=[2, 2])
        return result

    return Case([spread(rng, 2, 2, 2, 3)], build)


@case("NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss")
def loss(draw: Draw, rng: np.random.Generator, op_type: str) -> Case:
    classes, rest = small(draw, 2), dims(draw, 0, 2)
    samples, ignored = small(draw, 2), draw(st.sampled_from([None, 0, -5]))
    target = rng.integers(0, classes, [samples, *rest])
    target.reshape(-1)[0] = 1
    if ignored is not None:
        target.reshape(-1)[-1] = ignored
    weights = [np.abs(spread(rng, classes)) + 0.2] if maybe(draw) else []
    attributes = {"reduction": draw(st.sampled_from([None, "mean", "sum", "none"])), "ignore_index": ignored}

    def build(g: Graph, x: Value, *weight: Value) -> Value:
        if op_type == "SoftmaxCrossEntropyLoss" and ignored is None:
            value, logarithm = g.emit(op_type, [x, whole(g, target), *weight], outputs=2, **attributes)
            result: Value = g.Add(value, g.Mul(g.ReduceSum(g.Mul(logarithm, logarithm), keepdims=0), 0.01))
        else:
            result = g.emit(op_type, [x, whole(g, target), *weight], **attributes)
        return result

    return Case([spread(rng, samples, classes, *rest), *weights], build)


@case("Dropout")
def dropout(draw: Draw, rng: np.random.Generator) -> Case:
    """Without a ratio (inference) and with one of 0: what another one drops, each engine draws for itself."""
    ratio = draw(st.sampled_from([0.0, None]))

    def build(g: Graph, x: Value) -> Value:
        flag = g.constant(ratio is not None, bool, "training")
        result: Value = g.Dropout(x, None if ratio is None else g.number(ratio), flag, seed=3)
        return result

    return Case([spread(rng, *dims(draw))], build, [0])
