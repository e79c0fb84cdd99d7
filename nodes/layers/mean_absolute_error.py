"""MeanAbsoluteError."""

from __future__ import annotations

from nodes.layer import layer
from nodes.losses import NumbersLoss
from runtime.graph import Graph, Value


@layer(
    "MeanAbsoluteError", category="Loss", formula="L = mean |x − t|", short="loss", training_only=True,
    synonyms=("mae", "absolute loss", "l1 loss", "regression loss"),
)
class MeanAbsoluteError(NumbersLoss):
    """The mean distance between prediction and target, over all outputs and samples: far-off samples pull less than squared.

    Shapes: prediction (N, …) and target (N, …), or class numbers without the axis of the classes → a scalar. Class numbers
    become 0 and 1, or −1 and 1. Reduction sum: the samples' means are summed.
    Source: Boscovich, 1757; Laplace, 1789.
    """

    def each(self, g: Graph, x: Value, t: Value) -> Value:
        return self.mean_of_outputs(g, g.Abs(g.Sub(x, t)))
