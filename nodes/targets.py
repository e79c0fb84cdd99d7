"""Targets: class numbers as rows of numbers, inside the graph, and whether they fit a prediction."""

from __future__ import annotations

import numpy as np
from onnx import helper

from nodes.channels import channel_axis, channels
from nodes.layer import INDICES, LayerError, kind_of, sample_shape
from runtime.graph import Array, Graph, Value

#: What a class is as a number: the class itself, or −1 for the first of two.
ZERO_ONE, PLUS_MINUS = "0 and 1", "−1 and 1"
FORMS = (ZERO_ONE, PLUS_MINUS)


def as_numbers(g: Graph, target: Value, prediction: Value, form: str = ZERO_ONE) -> Value:
    """`target` in the shape of `prediction`: numbers as they are, class numbers as 0 and 1 or −1 and 1.

    One output holds the class itself (of two), several outputs hold one class each. Raises `LayerError` where a target
    does not fit.
    """
    if kind_of(target) != INDICES:
        _check(prediction, target, prediction.shape)
        return target
    t = one_hot(g, target, prediction)
    result: Value = g.Sub(g.Mul(t, 2.0), 1.0) if form == PLUS_MINUS else t
    return result


def one_hot(g: Graph, target: Value, prediction: Value) -> Value:
    """Class numbers (N,), (N, steps) or (N, H, W) as 0 and 1 along the classes of `prediction`; with one output the number
    itself. A target that is in that form already passes as it is. Raises `LayerError` where it does not fit."""
    axis, width = channel_axis(prediction), channels(prediction)
    if kind_of(target) != INDICES:
        _check(prediction, target, prediction.shape)
        return target
    _check(prediction, target, prediction.shape[:axis] + prediction.shape[axis + 1 :])
    column = g.Unsqueeze(target, g.constant([axis], np.int64, "axes"))
    if width > 1:
        classes = np.arange(width).reshape(1, *[1] * (axis - 1), width, *[1] * (prediction.rank - 1 - axis))
        column = g.Equal(column, g.constant(classes, np.int64, "classes"))
    result: Value = g.Cast(column, to=int(helper.np_dtype_to_tensor_dtype(g.dtype)))
    return result


def outside(targets: Array, low: float, high: float) -> str:
    """A number of `targets` that is not from `low` to `high`, in words; empty where there is none."""
    odd = targets[(targets < low) | (targets > high)]
    return f"{odd[0]:.3g}, and it takes numbers from {low:g} to {high:g}" if odd.size else ""


def other_than_signs(targets: Array) -> str:
    """A number of `targets` that is neither −1 nor 1, in words."""
    odd = targets[np.abs(targets) != 1]
    return f"{odd[0]:.3g}, and it takes −1 and 1" if odd.size else ""


def no_probabilities(targets: Array) -> str:
    """Where `targets` are no probabilities that sum to 1 over the classes, in words."""
    sums = targets.astype(np.float64).sum(axis=1 if targets.ndim > 3 else -1)
    odd = sums[np.abs(sums - 1) > 1e-3]
    wanted = "and it takes probabilities that sum to 1"
    low = targets[targets < 0]
    return f"{low[0]:.3g}, {wanted}" if low.size else f"some that sum to {odd.flat[0]:.3g}, {wanted}" if odd.size else ""


def _check(prediction: Value, target: Value, wanted: tuple[int | str | None, ...]) -> None:
    """Raises `LayerError` unless the target has the wanted shape (open sides fit anything)."""
    pairs = list(zip(target.shape[1:], wanted[1:], strict=False))
    known = [(a, b) for a, b in pairs if isinstance(a, int) and isinstance(b, int)]
    if target.rank == len(wanted) and all(a == b for a, b in known):
        return
    kind = "class numbers " if kind_of(target) == INDICES else ""
    raise LayerError(
        f"its prediction is {sample_shape(prediction)} and its target {kind}{sample_shape(target)} per sample: make them fit."
    )
