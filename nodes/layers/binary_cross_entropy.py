"""BinaryCrossEntropy."""

from __future__ import annotations

from nodes.layer import INDICES, kind_of, layer
from nodes.losses import NumbersLoss, logits
from nodes.targets import PLUS_MINUS, ZERO_ONE, as_numbers, outside
from runtime.graph import Array, Graph, Value


@layer(
    "BinaryCrossEntropy", category="Loss", formula="L = −t · ln p − (1 − t) · ln (1 − p), p = sigmoid(x)", short="loss",
    training_only=True, synonyms=("logistic loss", "log loss", "bce", "classification loss"),
)
class BinaryCrossEntropy(NumbersLoss):
    """How surprised one sigmoid output is by a yes or no: the logistic loss. Several outputs are several such questions.

    Shapes: prediction (N, …) and target (N, …), or class numbers without the axis of the classes → a scalar: the mean over
    outputs, then mean or sum over the batch. Behind a Sigmoid it reads the logits under it, without one it takes its input as
    logits x: ln(1 + eˣ) − t·x. With targets −1 and 1 that is ln(1 + e^(−t·x)). Targets between are probabilities.
    Source: Cox, The regression analysis of binary sequences, 1958.
    """

    def emit(self, g: Graph, prediction: Value, target: Value) -> Value:
        t = as_numbers(g, target, prediction)
        if self.targets == PLUS_MINUS and kind_of(target) != INDICES:
            t = g.Mul(g.Add(t, 1.0), 0.5)
        return self.over_batch(g, self.each(g, logits(g, prediction, "Sigmoid"), t))

    def each(self, g: Graph, x: Value, t: Value) -> Value:
        return self.mean_of_outputs(g, g.Sub(g.Softplus(x), g.Mul(t, x)))

    def decision(self, g: Graph, prediction: Value, target: Value) -> str:
        how = super().decision(g, prediction, target)
        if how in ("none", "argmax"):
            return how
        return "sign" if logits(g, prediction, "Sigmoid") is prediction else "threshold"

    @property
    def form(self) -> str:
        return ZERO_ONE

    def summary(self) -> str:
        return f"sigmoid · {super().summary()}"

    def unfit(self, targets: Array) -> str:
        return outside(targets, -1 if self.targets == PLUS_MINUS else 0, 1)
