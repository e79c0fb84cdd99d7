"""RandomZoom."""

from __future__ import annotations

from typing import ClassVar

from nodes.augmentation import amount, fill_setting, read_linearly
from nodes.layer import MAPS, Layer, Trial, layer, setting
from runtime.graph import Graph, Value


@layer(
    "RandomZoom", category="Normalise & regularise", formula="y(p) = x(p / factor), in training only", accepts=(MAPS,),
    short="zoom", synonyms=("augment", "data augmentation", "scale", "scaling", "resize"), training_only=True,
)
class RandomZoom(Layer):
    """Makes each picture a little larger or smaller about its middle, anew at each step.

    Shapes: unchanged. The factor is uniform in 1 ± amount, the same for height and width (above 1: larger); between pixels
    it reads bilinearly. Nothing of it is left in the finished model.
    Source: Simard, Steinkraus, Platt, Best practices for convolutional neural networks, 2003.
    """

    amount: float = setting(0.1, low=0.0, high=0.9, help="How much larger or smaller: 0.1 gives factors from 0.9 to 1.1.")
    fill: str = fill_setting()

    trials: ClassVar[tuple[Trial, ...]] = (Trial(), Trial({"amount": 0.5, "fill": "edge"}), Trial({"amount": 0}))

    def emit(self, g: Graph, x: Value) -> Value:
        if not g.training or self.amount == 0:
            result: Value = g.Identity(x)
            return result
        inverse = g.Reciprocal(amount(g, x, "factor", 1 - self.amount, 1 + self.amount))
        return read_linearly(g, x, ((inverse, 0), (0, inverse)), self.fill)

    def summary(self) -> str:
        return f"{1 - self.amount:g} to {1 + self.amount:g} · training only"
