"""RandomBrightness."""

from __future__ import annotations

from typing import ClassVar

from nodes import augmentation
from nodes.layer import MAPS, Layer, Trial, layer, setting
from runtime.graph import Graph, Value


@layer(
    "RandomBrightness", category="Normalise & regularise", formula="y = x + U(−amount, amount), in training only",
    accepts=(MAPS,), short="light", synonyms=("augment", "data augmentation", "colour", "color"), training_only=True,
)
class RandomBrightness(Layer):
    """Makes each picture lighter or darker as a whole, anew at each step.

    Shapes: unchanged. One number is drawn for each sample and added to all its pixels (not clipped); by channel, each map
    gets its own, which shifts the colours. Nothing of it is left in the finished model.
    Source: Howard, Some improvements on deep convolutional neural network based image classification, 2013.
    """

    amount: float = setting(0.2, low=0.0, high=100.0, help="The largest number that is added or taken away.")
    by_channel: bool = setting(False, help="A number of its own for each channel: shifts the colours.")

    trials: ClassVar[tuple[Trial, ...]] = (Trial(), Trial({"by_channel": True}), Trial({"amount": 0}))

    def emit(self, g: Graph, x: Value) -> Value:
        if not g.training or self.amount == 0:
            result: Value = g.Identity(x)
            return result
        result = g.Add(x, augmentation.amount(g, x, "light", -self.amount, self.amount, self.by_channel))
        return result

    def summary(self) -> str:
        return f"±{self.amount:g}{' by channel' if self.by_channel else ''} · training only"
