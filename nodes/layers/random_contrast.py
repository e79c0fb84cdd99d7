"""RandomContrast."""

from __future__ import annotations

from typing import ClassVar

from nodes import augmentation
from nodes.layer import MAPS, Layer, Trial, layer, setting
from nodes.windows import image_size
from runtime.graph import Graph, Value


@layer(
    "RandomContrast", category="Normalise & regularise", formula="y = μ + factor · (x − μ), in training only",
    accepts=(MAPS,), short="contrast", synonyms=("augment", "data augmentation", "colour", "color"), training_only=True,
)
class RandomContrast(Layer):
    """Draws light and dark of each picture apart or together, anew at each step.

    Shapes: unchanged. μ is the mean of each map of each sample; the factor is uniform in 1 ± amount, one for each sample or,
    by channel, for each map. Nothing of it is left in the finished model.
    Source: Howard, Some improvements on deep convolutional neural network based image classification, 2013.
    """

    amount: float = setting(0.2, low=0.0, high=1.0, help="How far from 1: 0.2 gives factors from 0.8 to 1.2.")
    by_channel: bool = setting(False, help="A factor of its own for each channel: shifts the colours.")

    trials: ClassVar[tuple[Trial, ...]] = (Trial(), Trial({"by_channel": True}), Trial({"amount": 0}))

    def emit(self, g: Graph, x: Value) -> Value:
        if not g.training or self.amount == 0:
            result: Value = g.Identity(x)
            return result
        factor = augmentation.amount(g, x, "factor", 1 - self.amount, 1 + self.amount, self.by_channel)
        height, width = image_size(x)
        mean = g.Div(g.ReduceSum(x, g.constant([2, 3], "int64", "axes"), keepdims=1), float(height * width))
        result = g.Add(mean, g.Mul(g.Sub(x, mean), factor))
        return result

    def summary(self) -> str:
        return f"{1 - self.amount:g} to {1 + self.amount:g} · training only"
