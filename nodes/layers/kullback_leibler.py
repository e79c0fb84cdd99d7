"""KullbackLeibler."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from nodes.layer import INDICES, LossLayer, Port, kind_of, layer
from nodes.losses import PORTS, log_softmax, sum_of_classes
from nodes.targets import no_probabilities, one_hot
from runtime.graph import Array, Graph, Value


@layer(
    "KullbackLeibler", category="Loss", formula="L = Σ t · (ln t − ln p), p = softmax(x)", short="loss", training_only=True,
    synonyms=("kl divergence", "relative entropy", "distillation"),
)
class KullbackLeibler(LossLayer):
    """How far the predicted probabilities are from the target's: zero where they are the same.

    Shapes: prediction and target (N, C), (N, steps, C) or maps (N, C, H, W), the target's numbers probabilities that sum to 1
    over C; or class numbers without that axis → a scalar. Behind a Softmax it reads the logits under it, without one it takes
    its input as logits. It is CrossEntropy less the target's own entropy, so its gradient is the same.
    Source: Kullback and Leibler, On information and sufficiency, 1951.
    """

    inputs: ClassVar[tuple[Port, ...]] = PORTS
    outputs: ClassVar[tuple[str, ...]] = ("loss",)

    def emit(self, g: Graph, prediction: Value, target: Value) -> Value:
        t = one_hot(g, target, prediction)
        least = float(np.finfo(g.dtype).tiny)  # 0 · ln 0 counts as 0
        difference = g.Sub(g.Log(g.Max(t, least)), log_softmax(g, prediction))
        return self.over_batch(g, sum_of_classes(g, g.Mul(t, difference)))

    def decision(self, g: Graph, prediction: Value, target: Value) -> str:
        return "argmax" if kind_of(target) == INDICES else "none"

    def summary(self) -> str:
        return f"softmax · {super().summary()}"

    def unfit(self, targets: Array) -> str:
        return no_probabilities(targets)
