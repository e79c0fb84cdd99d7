"""What the losses share: comparing numbers, and reading what stands under a drawn Softmax or Sigmoid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nodes.channels import channel_axis, channels, softmax_axis
from nodes.layer import ANY, INDICES, LayerError, LossLayer, Port, kind_of, setting
from nodes.targets import FORMS, ZERO_ONE, as_numbers
from runtime.graph import Graph, Value

PORTS = (Port("prediction", ANY), Port("target", (INDICES, *ANY)))


@dataclass(frozen=True)
class NumbersLoss(LossLayer):
    """A loss between numbers: prediction and target have one shape; class numbers become 0 and 1, or −1 and 1."""

    targets: str = setting(ZERO_ONE, choices=FORMS, help="What a class becomes as a number.")

    inputs: ClassVar[tuple[Port, ...]] = PORTS
    outputs: ClassVar[tuple[str, ...]] = ("loss",)

    def emit(self, g: Graph, prediction: Value, target: Value) -> Value:
        return self.over_batch(g, self.each(g, prediction, as_numbers(g, target, prediction, self.form)))

    @property
    def form(self) -> str:
        """What a class becomes as a number."""
        return self.targets

    def each(self, g: Graph, x: Value, t: Value) -> Value:
        """The loss of each answer, (N, …)."""
        raise LayerError("this loss compares nothing.")

    def decision(self, g: Graph, prediction: Value, target: Value) -> str:
        if kind_of(target) != INDICES:
            return "none"
        if channels(prediction) > 1:
            return "argmax"
        return "threshold" if self.form == ZERO_ONE else "sign"

    def mean_of_outputs(self, g: Graph, errors: Value) -> Value:
        """Errors (N, …) so that their mean over all, or the sum of each sample's mean, comes out of `over_batch`."""
        if self.reduction == "mean" or errors.rank < 2:
            return errors
        result: Value = g.ReduceMean(errors, axes=list(range(1, errors.rank)), keepdims=0)
        return result


def sum_of_outputs(g: Graph, errors: Value) -> Value:
    """Errors (N, …) summed over each sample's outputs: (N,)."""
    if errors.rank < 2:
        return errors
    result: Value = g.ReduceSum(errors, g.constant(np.arange(1, errors.rank), np.int64, "axes"), keepdims=0)
    return result


def sum_of_classes(g: Graph, errors: Value) -> Value:
    """Errors summed over the classes of each answer: (N, C) to (N,), (N, steps, C) to (N, steps), maps to (N, H, W)."""
    result: Value = g.ReduceSum(errors, g.constant([channel_axis(errors)], np.int64, "axes"), keepdims=0)
    return result


def log_softmax(g: Graph, prediction: Value) -> Value:
    """The logarithms of the probabilities that `prediction` stands for: see `logits`."""
    x = logits(g, prediction, "Softmax")
    result: Value = g.LogSoftmax(x, axis=softmax_axis(x))
    return result


def logits(g: Graph, prediction: Value, operator: str) -> Value:
    """What stands under a drawn Softmax or Sigmoid, else `prediction` itself."""
    under = prediction
    op = g.producer().get(under.name)
    while op is not None and op.type == "Identity":
        under = g.values[op.inputs[0]]
        op = g.producer().get(under.name)
    return g.values[op.inputs[0]] if op is not None and op.type == operator else prediction
