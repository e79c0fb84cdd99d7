"""SquaredError."""

from __future__ import annotations

from nodes.layer import layer, setting
from nodes.losses import NumbersLoss, sum_of_outputs
from nodes.targets import PLUS_MINUS, other_than_signs
from runtime.graph import Array, Graph, Value


@layer(
    "SquaredError", category="Loss", formula="L = ½ Σ (t − x)²", short="loss", training_only=True,
    synonyms=("sum of squares", "square loss", "half squared error", "margin"),
)
class SquaredError(NumbersLoss):
    """Squared differences summed over the outputs of a sample, in the forms in which lectures write them.

    Shapes: prediction (N, …) and target (N, …), or class numbers without the axis of the classes → a scalar. Forms: half,
    ½ Σ (t − x)², whose gradient is x − t; sum, Σ (t − x)²; margin, Σ (1 − t·x)² with targets −1 and 1, which is the same as
    sum there. Then the mean or the sum over the batch.
    Source: Rumelhart, Hinton, Williams, 1986; Widrow and Hoff, 1960.
    """

    kind: str = setting("half", choices=("half", "sum", "margin"), help="½ Σ (t − x)², Σ (t − x)², or Σ (1 − t·x)².")

    @property
    def form(self) -> str:
        return PLUS_MINUS if self.kind == "margin" else self.targets

    def each(self, g: Graph, x: Value, t: Value) -> Value:
        difference = g.Sub(1.0, g.Mul(t, x)) if self.kind == "margin" else g.Sub(x, t)
        total = sum_of_outputs(g, g.Mul(difference, difference))
        result: Value = g.Mul(total, 0.5) if self.kind == "half" else total
        return result

    def unfit(self, targets: Array) -> str:
        return other_than_signs(targets) if self.kind == "margin" else ""
