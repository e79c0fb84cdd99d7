"""GlobalAveragePool."""

from __future__ import annotations

from nodes.layer import MAPS, SEQUENCE, VOLUME, Layer, Seen, layer
from runtime.graph import Graph, Value


@layer(
    "GlobalAveragePool", category="Pooling", formula="y = mean of each channel", accepts=(SEQUENCE, MAPS, VOLUME), short="gap",
    synonyms=("global average pooling", "mean", "squeeze"),
)  # fmt: skip
class GlobalAveragePool(Layer):
    """Averages each channel over all its places: one number per channel, whatever the size of the image.

    Shapes: (N, C, H, W) → (N, C); volumes likewise; a sequence (N, steps, C) → (N, C). No parameters.
    Source: Lin, Chen, Yan, Network in network, 2013.
    """

    def sees(self) -> Seen | None:
        return None

    def emit(self, g: Graph, x: Value) -> Value:
        if x.rank == 3:
            steps: Value = g.ReduceMean(x, axes=[1], keepdims=0)
            return steps
        result: Value = g.Flatten(g.GlobalAveragePool(x), axis=1)
        return result
