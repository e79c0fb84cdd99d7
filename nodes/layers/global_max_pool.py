"""GlobalMaxPool."""

from __future__ import annotations

from nodes.layer import MAPS, SEQUENCE, VOLUME, Layer, Seen, layer
from runtime.graph import Graph, Value


@layer(
    "GlobalMaxPool", category="Pooling", formula="y = max of each channel", accepts=(SEQUENCE, MAPS, VOLUME), short="gmp",
    synonyms=("global max pooling", "max over time"),
)  # fmt: skip
class GlobalMaxPool(Layer):
    """Keeps the largest number of each channel, wherever it stands: whether a pattern occurs at all.

    Shapes: (N, C, H, W) → (N, C); volumes likewise; a sequence (N, steps, C) → (N, C). No parameters.
    Source: Collobert et al., Natural language processing (almost) from scratch, 2011 (max over time).
    """

    def sees(self) -> Seen | None:
        return None

    def emit(self, g: Graph, x: Value) -> Value:
        if x.rank == 3:
            steps: Value = g.ReduceMax(x, axes=[1], keepdims=0)
            return steps
        result: Value = g.Flatten(g.GlobalMaxPool(x), axis=1)
        return result
