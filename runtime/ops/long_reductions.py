"""Reductions by product, norm and logarithm."""

from __future__ import annotations

from typing import Any

import numpy as np

from runtime.graph import Array, Graph, Value
from runtime.ops.reduction import kept, reduction, summed
from runtime.ops.registry import Site, gradient, kernel


def _log_sum_exp(x: Array, **keywords: Any) -> Array:
    """log Σ eˣ, without overflow."""
    highest = np.max(x, axis=keywords["axis"], keepdims=True, initial=-np.inf)
    highest = np.where(np.isfinite(highest), highest, 0)
    total = np.log(np.sum(np.exp(x - highest), **keywords))
    return np.asarray(total + highest.reshape(total.shape))


kernel("ReduceLogSum")(reduction(lambda x, **k: np.log(np.sum(x, **k))))
kernel("ReduceLogSumExp")(reduction(_log_sum_exp))


@gradient("ReduceL1")
def reduce_l1_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value | None, ...]:
    """dy · sign(x)."""
    return (g.Mul(g.Sign(at.x), kept(g, at, dy)),)


@gradient("ReduceL2")
def reduce_l2_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value | None, ...]:
    """dy · x / y, and 0 where y is 0."""
    share = g.Div(dy, g.Max(at.y, float(np.finfo(dy.dtype).tiny)))
    return (g.Mul(at.x, kept(g, at, share)),)


@gradient("ReduceLogSum")
def reduce_log_sum_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value | None, ...]:
    """dy / Σ x for every summand."""
    share = kept(g, at, g.Mul(dy, g.Exp(g.Neg(at.y))))
    return (g.Add(share, g.Mul(at.x, 0.0)),)


@gradient("ReduceLogSumExp")
def reduce_log_sum_exp_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value | None, ...]:
    """dy · e^(x − y)."""
    return (g.Mul(kept(g, at, dy), g.Exp(g.Sub(at.x, kept(g, at, at.y)))),)


@gradient("ReduceProd")
def reduce_prod_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value | None, ...]:
    """dy · the product of all the others: with one 0 among them only that one moves the product, with two none does."""
    zero = g.CastLike(g.Equal(at.x, 0.0), at.x)
    filled = g.Add(at.x, zero)
    again = {**at.op.attributes, "keepdims": 1}
    product = g.emit("ReduceProd", (filled, *at.inputs[1:]), **again)
    zeros = summed(g, at, zero)
    none = g.CastLike(g.Less(zeros, 0.5), at.x)
    one = g.CastLike(g.And(g.Greater(zeros, 0.5), g.Less(zeros, 1.5)), at.x)
    share = g.Add(none, g.Mul(one, zero))
    return (g.Mul(kept(g, at, dy), g.Mul(g.Div(product, filled), share)),)
