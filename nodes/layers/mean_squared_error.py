"""MeanSquaredError."""

from __future__ import annotations

from typing import ClassVar

from nodes.layer import INDICES, VECTOR, LayerError, LossLayer, Port, kind_of, layer, sample_shape, setting
from nodes.targets import one_hot
from runtime.graph import Graph, Value


@layer(
    "MeanSquaredError", category="Loss", formula="L = mean (x − t)²", short="loss", training_only=True,
    synonyms=("mse", "square loss", "l2 loss", "regression loss"),
)
class MeanSquaredError(LossLayer):
    """The mean of squared differences between prediction and target, over all outputs and samples.

    Shapes: prediction (N, k) and target (N,) class numbers or (N, k) → a scalar. Class numbers become 0 and 1, or −1 and 1:
    one output holds the class itself (of two), several outputs hold one class each.
    Source: Legendre, 1805; Widrow and Hoff, 1960.
    """

    targets: str = setting("0 and 1", choices=("0 and 1", "−1 and 1"), help="What a class becomes as a number.")

    inputs: ClassVar[tuple[Port, ...]] = (Port("prediction", (VECTOR,)), Port("target", (INDICES, VECTOR)))
    outputs: ClassVar[tuple[str, ...]] = ("loss",)

    def emit(self, g: Graph, prediction: Value, target: Value) -> Value:
        width = prediction.shape[1]
        assert isinstance(width, int)
        t = self._numbers(g, target, width)
        if t.shape[1] != width:
            raise LayerError(
                f"its prediction is {sample_shape(prediction)} and its target {sample_shape(t)} per sample: make them equal."
            )
        difference = g.Sub(prediction, t)
        result: Value = g.ReduceMean(g.Mul(difference, difference), axes=[0, 1], keepdims=0, name="loss")
        return result

    def _numbers(self, g: Graph, target: Value, width: int) -> Value:
        if kind_of(target) != INDICES:
            return target
        t = one_hot(g, target, width)
        result: Value = g.Sub(g.Mul(t, 2.0), 1.0) if self.targets != "0 and 1" else t
        return result

    def decision(self, prediction: Value, target: Value) -> str:
        if kind_of(target) != INDICES:
            return "none"
        if prediction.shape[1] != 1:
            return "argmax"
        return "threshold" if self.targets == "0 and 1" else "sign"

    def summary(self) -> str:
        return "in training only"
