"""The losses that ONNX has as operators: negative log-likelihood, and cross-entropy of logits."""

from __future__ import annotations

import numpy as np

from runtime.graph import Array, Graph, Value
from runtime.ops.elementwise import as_number, log_softmax
from runtime.ops.formula import by_formula
from runtime.ops.registry import Site, gradient, ints, kernel


@kernel("NegativeLogLikelihoodLoss")
def negative_log_likelihood(
    x: Array, target: Array, weight: Array | None = None, ignore_index: int | None = None, reduction: str = "mean"
) -> Array:
    """−weight[t]·x[n, t], t the target class, over the rest of the axes; the mean is weighted alike."""
    ignored = np.zeros(target.shape, bool) if ignore_index is None else target == ignore_index
    classes = np.where(ignored, 0, target)
    picked = -np.take_along_axis(x, classes[:, None].astype(np.int64), 1)[:, 0]
    shares = np.ones(target.shape, x.dtype) if weight is None else np.take(weight, classes)
    shares = np.where(ignored, x.dtype.type(0), shares)
    loss = picked * shares
    if reduction == "none":
        return np.asarray(loss, x.dtype)
    return np.asarray(loss.sum() / shares.sum() if reduction == "mean" else loss.sum(), x.dtype)


@kernel("SoftmaxCrossEntropyLoss")
def softmax_cross_entropy(
    x: Array, target: Array, weight: Array | None = None, ignore_index: int | None = None, reduction: str = "mean"
) -> tuple[Array, Array]:
    """The negative log-likelihood of log softmax(x) over axis 1, and that."""
    logarithm = log_softmax(x, 1)
    return negative_log_likelihood(logarithm, target, weight, ignore_index, reduction), logarithm


@gradient("NegativeLogLikelihoodLoss")
def negative_log_likelihood_gradient(g: Graph, at: Site, *dys: Value | None) -> tuple[Value | None, ...]:
    return by_formula(g, at, lambda *inputs: _loss(g, at, *inputs), dys)


@gradient("SoftmaxCrossEntropyLoss")
def softmax_cross_entropy_gradient(g: Graph, at: Site, *dys: Value | None) -> tuple[Value | None, ...]:
    def formula(x: Value, target: Value, weight: Value | None = None) -> tuple[Value, Value]:
        logarithm = g.LogSoftmax(x, axis=1)
        return _loss(g, at, logarithm, target, weight), logarithm

    return by_formula(g, at, formula, dys)


def _loss(g: Graph, at: Site, x: Value, target: Value, weight: Value | None = None) -> Value:
    """The kernel's formula in operators."""
    ignored, column = at.attribute("ignore_index"), ints(g, [1])
    classes = target
    if ignored is not None:
        hit = g.Equal(target, ignored)
        classes = g.Where(hit, g.constant(0, target.dtype, "zero"), target)
    loss: Value = g.Neg(g.Squeeze(g.GatherElements(x, g.Unsqueeze(classes, column), axis=1), column))
    shares = g.Gather(weight, classes, axis=0) if weight is not None else None
    if ignored is not None:
        counted = as_number(g, g.Not(hit), x)
        shares = counted if shares is None else g.Mul(shares, counted)
    loss = loss if shares is None else g.Mul(loss, shares)
    reduction = at.attribute("reduction", "mean")
    if reduction in ("none", b"none"):
        return loss
    total: Value = g.ReduceSum(loss, keepdims=0)
    if reduction in ("sum", b"sum"):
        return total
    parts = g.CastLike(g.Size(target), x) if shares is None else g.ReduceSum(shares, keepdims=0)
    result: Value = g.Div(total, parts)
    return result
