"""Normalize."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from nodes.layer import ANY, Layer, layer
from runtime.graph import Array, Graph, Value


@layer(
    "Normalize", category="Normalise & regularise", formula="y = (x − μ) / σ", accepts=ANY, short="normalize",
    synonyms=("standardize", "standardise", "scale", "centre"),
)
class Normalize(Layer):
    """Centres its input and scales it to deviation 1. Mean and deviation are measured once, on the training data.

    Shapes: unchanged. One mean and one deviation per channel (maps) or per feature (vectors); fitted, never trained.
    Source: LeCun et al., Efficient BackProp, 1998, section 4.3.
    """

    def emit(self, g: Graph, x: Value) -> Value:
        shape = _statistics_shape(x)
        mean = g.parameter("mean", shape, init="zeros", kind="fitted")
        deviation = g.parameter("deviation", shape, init="ones", kind="fitted")
        result: Value = g.Div(g.Sub(x, mean), deviation)
        return result

    def fit(self, batches: Iterable[Array], x: Value) -> dict[str, Array]:
        """Mean and deviation of `batches`, each (n, …), in float64 sums; a constant feature gets deviation 1."""
        count, total, squares = 0, np.float64(0), np.float64(0)
        axes = (0, *range(2, x.rank)) if x.rank > 2 else (0,)
        for batch in batches:
            wide = batch.astype(np.float64)
            count += wide.size // max(1, int(np.prod([d for i, d in enumerate(wide.shape) if i not in axes])))
            total = total + wide.sum(axis=axes, keepdims=True)[0]
            squares = squares + (wide**2).sum(axis=axes, keepdims=True)[0]
        mean = total / max(count, 1)
        deviation = np.sqrt(np.maximum(squares / max(count, 1) - mean**2, 0))
        return {"mean": _f32(mean, x), "deviation": _f32(np.where(deviation < 1e-7, 1.0, deviation), x)}


def _statistics_shape(x: Value) -> tuple[int, ...]:
    channels = x.shape[1]
    assert isinstance(channels, int)
    return (channels, *([1] * (x.rank - 2)))


def _f32(values: Any, x: Value) -> Array:
    return np.asarray(values, dtype=np.float32).reshape(_statistics_shape(x))
