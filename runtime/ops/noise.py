"""Dropout as an operator of its own, as exporters in training mode write it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from runtime.errors import GraphError
from runtime.graph import Array, Graph, Value
from runtime.ops.elementwise import as_number
from runtime.ops.registry import Site, gradient, kernel, with_output


@kernel("Dropout")
def dropout(
    x: Array, ratio: Array | None = None, training_mode: Array | None = None, seed: int = 0
) -> tuple[Array, Array]:
    """In inference x; in training x / (1 − ratio) with each number kept or 0, drawn from `seed`: always the same ones.

    Srivastava and others 2014, scaled while training. Netwright's own layers do not use it: they count (see `random`).
    """
    share = 0.5 if ratio is None else float(ratio.item())
    if training_mode is None or not training_mode.item() or share == 0:
        return x, np.ones(x.shape, bool)
    kept = np.asarray(np.random.Generator(np.random.Philox(seed)).random(x.shape) >= share)
    return np.asarray(x * kept / x.dtype.type(1 - share)), kept


@gradient("Dropout")
def dropout_gradient(g: Graph, at: Site, dy: Value, _: Value | None = None) -> tuple[Value | None, ...]:
    """dy for what was kept, scaled alike."""
    training = g.constants.get(at.input(2).name) if at.has(2) else np.array(False)
    if training is None:
        raise GraphError("The gradient of Dropout must know whether it trains: give training_mode as a constant.")
    if not training.item():
        return (dy, None, None)
    kept = with_output(g, at, 1, replace(at.y, name=f"{at.y.name}_kept", dtype=np.dtype(bool), role=""))
    scale = g.Add(g.Neg(_ratio(g, at, dy)), 1.0)
    return g.Div(g.Mul(dy, as_number(g, kept, dy)), scale), None, None


def _ratio(g: Graph, at: Site, like: Value) -> Value:
    if not at.has(1):
        return g.number(0.5) if like.dtype == g.dtype else g.constant(0.5, like.dtype, "number")
    ratio = at.input(1)
    return ratio if ratio.dtype == like.dtype else as_number(g, ratio, like)
