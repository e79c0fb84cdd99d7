"""CrossEntropy."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from nodes.layer import INDICES, VECTOR, LayerError, LossLayer, Port, layer
from nodes.targets import one_hot
from runtime.graph import Graph, Value


@layer(
    "CrossEntropy", category="Loss", formula="L = −Σ t · log softmax(x)", short="loss", training_only=True,
    synonyms=("log loss", "xent", "negative log likelihood", "classification loss"),
)
class CrossEntropy(LossLayer):
    """How surprised the network is by the right class: minus the logarithm of the probability it gave it.

    Shapes: prediction (N, classes) and target (N,) class numbers or (N, classes) → a scalar, the mean over the batch.
    Behind a Softmax it reads the logits under it (the same number, computed without overflow); without one it takes its
    input as logits. Source: Good, 1952; Bridle, 1990.
    """

    inputs: ClassVar[tuple[Port, ...]] = (Port("prediction", (VECTOR,)), Port("target", (INDICES, VECTOR)))
    outputs: ClassVar[tuple[str, ...]] = ("loss",)

    def emit(self, g: Graph, prediction: Value, target: Value) -> Value:
        logits = logits_under(g, prediction)
        classes = logits.shape[1]
        assert isinstance(classes, int)
        if classes < 2:
            raise LayerError("its prediction is one number per sample, and CrossEntropy compares at least 2 classes.")
        t = one_hot(g, target, classes)
        picked = g.ReduceSum(g.Mul(g.LogSoftmax(logits, axis=-1), t), g.constant([1], np.int64), keepdims=0)
        result: Value = g.Neg(g.ReduceMean(picked, axes=[0], keepdims=0), name="loss")
        return result

    def decision(self, prediction: Value, target: Value) -> str:
        return "argmax"

    def summary(self) -> str:
        return "softmax · in training only"


def logits_under(g: Graph, prediction: Value) -> Value:
    """What stands under a drawn Softmax, else `prediction` itself."""
    op = g.producer().get(prediction.name)
    while op is not None and op.type == "Identity":
        prediction = g.values[op.inputs[0]]
        op = g.producer().get(prediction.name)
    return g.values[op.inputs[0]] if op is not None and op.type == "Softmax" else prediction
