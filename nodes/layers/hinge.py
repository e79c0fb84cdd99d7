"""Hinge."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from nodes.channels import channel_axis, channels
from nodes.layer import INDICES, LossLayer, Port, kind_of, layer, setting
from nodes.losses import PORTS, sum_of_classes
from nodes.targets import PLUS_MINUS, as_numbers, one_hot, other_than_signs
from runtime.graph import Array, Graph, Value


@layer(
    "Hinge", category="Loss", formula="L = max(0, 1 − t · x)", short="loss", training_only=True,
    synonyms=("svm", "support vector", "margin loss", "classification loss"),
)
class Hinge(LossLayer):
    """Asks that the right answer wins by a margin, and no more: samples beyond the margin do not pull at all.

    Shapes: prediction (N, …) and target class numbers without the axis of the classes, or numbers −1 and 1 of the
    prediction's shape → a scalar. One output: max(0, margin − t·x) with t −1 or 1. Several outputs and a class c:
    Σ over j ≠ c of max(0, margin + xⱼ − x_c).
    Source: Cortes and Vapnik, Support-vector networks, 1995; Weston and Watkins, 1999 (several classes).
    """

    margin: float = setting(1.0, low=0.0, high=1000.0, help="By how much the right answer must win.")

    inputs: ClassVar[tuple[Port, ...]] = PORTS
    outputs: ClassVar[tuple[str, ...]] = ("loss",)

    def emit(self, g: Graph, prediction: Value, target: Value) -> Value:
        if kind_of(target) == INDICES and channels(prediction) > 1:
            return self.over_batch(g, self._of_several(g, prediction, one_hot(g, target, prediction)))
        t = as_numbers(g, target, prediction, PLUS_MINUS)
        return self.over_batch(g, sum_of_classes(g, g.Relu(g.Sub(self.margin, g.Mul(t, prediction)))))

    def _of_several(self, g: Graph, x: Value, t: Value) -> Value:
        axes = g.constant([channel_axis(x)], np.int64, "axes")
        right = g.ReduceSum(g.Mul(x, t), axes, keepdims=1)
        return sum_of_classes(g, g.Mul(g.Relu(g.Add(g.Sub(x, right), self.margin)), g.Sub(1.0, t)))

    def decision(self, g: Graph, prediction: Value, target: Value) -> str:
        if kind_of(target) != INDICES:
            return "none"
        return "argmax" if channels(prediction) > 1 else "sign"

    def unfit(self, targets: Array) -> str:
        return other_than_signs(targets)
