"""CrossEntropy."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from nodes.channels import channel_axis, channels
from nodes.layer import LayerError, LossLayer, Port, layer, setting
from nodes.losses import PORTS, log_softmax, sum_of_classes
from nodes.targets import one_hot, outside
from runtime.graph import Array, Graph, Value

#: Put for a sum of weights of 0: the smallest normal float32, by which 0 can be divided.
LEAST = float(np.finfo(np.float32).tiny)


@layer(
    "CrossEntropy", category="Loss", formula="L = −Σ t · log softmax(x)", short="loss", training_only=True,
    synonyms=("log loss", "xent", "negative log likelihood", "classification loss"),
)
class CrossEntropy(LossLayer):
    """How surprised the network is by the right class: minus the logarithm of the probability it gave it.

    Shapes: prediction (N, C), (N, steps, C) or maps (N, C, H, W), and target class numbers without the axis of the C classes,
    or of the prediction's shape → a scalar, the mean (or sum) over samples and their steps or places. Behind a Softmax it
    reads the logits under it (the same number, computed without overflow); without one it takes its input as logits. With
    class weights w the mean divides by Σ w of the targets; a batch whose classes all weigh 0 has the loss 0 and moves nothing.
    Source: Good, 1952; Bridle, 1990; ONNX SoftmaxCrossEntropyLoss.
    """

    class_weights: tuple[float, ...] = setting((), low=0.0, help="How much each class counts, in order; empty: all alike.")

    inputs: ClassVar[tuple[Port, ...]] = PORTS
    outputs: ClassVar[tuple[str, ...]] = ("loss",)

    def emit(self, g: Graph, prediction: Value, target: Value) -> Value:
        if channels(prediction) < 2:
            raise LayerError("its prediction is one number per sample, and CrossEntropy compares at least 2 classes.")
        logarithms = log_softmax(g, prediction)
        t = self._weighted(g, prediction, target)
        each = g.Neg(sum_of_classes(g, g.Mul(logarithms, t)))
        if not self.class_weights or self.reduction == "sum":
            return self.over_batch(g, each)
        total = g.Max(g.ReduceSum(t, keepdims=0), LEAST)
        result: Value = g.Div(g.ReduceSum(each, keepdims=0), total, name="loss")
        return result

    def mass(self, g: Graph, prediction: Value, target: Value) -> Value | None:
        if not self.class_weights:
            return None
        total: Value = g.ReduceSum(self._weighted(g, prediction, target), keepdims=0)
        return total

    def _weighted(self, g: Graph, prediction: Value, target: Value) -> Value:
        """The targets as rows of numbers, each class times its weight."""
        t = one_hot(g, target, prediction)
        return g.Mul(t, self._weights(g, prediction)) if self.class_weights else t

    def _weights(self, g: Graph, prediction: Value) -> Value:
        """The class weights in a shape that broadcasts against the prediction."""
        count = channels(prediction)
        if len(self.class_weights) != count:
            raise LayerError(
                f"it has {len(self.class_weights)} class weights and its prediction {count} classes: give one for each class."
            )
        if not any(self.class_weights):
            raise LayerError("its class weights are all 0, so no class counts: give at least one a weight above 0.")
        places = prediction.rank - 1 - channel_axis(prediction)
        return g.constant(np.reshape(self.class_weights, (count, *[1] * places)), g.dtype, "class_weights")

    def decision(self, g: Graph, prediction: Value, target: Value) -> str:
        return "argmax"

    def summary(self) -> str:
        return f"softmax · {super().summary()}"

    def unfit(self, targets: Array) -> str:
        return outside(targets, 0, 1)
