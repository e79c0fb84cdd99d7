"""MeanSquaredError."""

from __future__ import annotations

from nodes.layer import layer
from nodes.losses import NumbersLoss
from runtime.graph import Graph, Value


@layer(
    "MeanSquaredError", category="Loss", formula="L = mean (x − t)²", short="loss", training_only=True,
    synonyms=("mse", "square loss", "l2 loss", "regression loss"),
)
class MeanSquaredError(NumbersLoss):
    """The mean of squared differences between prediction and target, over all outputs and samples.

    Shapes: prediction (N, …) and target (N, …), or class numbers without the axis of the classes → a scalar. Class numbers
    become 0 and 1, or −1 and 1: one output holds the class itself (of two), several outputs hold one class each. Reduction
    sum: the samples' means are summed.
    Source: Legendre, 1805; Widrow and Hoff, 1960.
    """

    def each(self, g: Graph, x: Value, t: Value) -> Value:
        difference = g.Sub(x, t)
        return self.mean_of_outputs(g, g.Mul(difference, difference))
