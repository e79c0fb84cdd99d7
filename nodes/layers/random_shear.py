"""RandomShear."""

from __future__ import annotations

from math import radians
from typing import ClassVar

from nodes.augmentation import amount, fill_setting, read_linearly
from nodes.layer import MAPS, Layer, Trial, layer, setting
from runtime.graph import Graph, Value


@layer(
    "RandomShear", category="Normalise & regularise", formula="column′ = column + tan φ · row, in training only",
    accepts=(MAPS,), short="shear", synonyms=("augment", "data augmentation", "slant", "skew", "italic"), training_only=True,
)
class RandomShear(Layer):
    """Slants each picture to the left or right, as italics are, anew at each step.

    Shapes: unchanged. The angle φ is uniform in ±degrees; the middle row stays, and between pixels it reads bilinearly.
    Nothing of it is left in the finished model.
    Source: Simard, Steinkraus, Platt, Best practices for convolutional neural networks, 2003.
    """

    degrees: float = setting(10.0, low=0.0, high=60.0, help="The largest slant, to either side.")
    fill: str = fill_setting()

    trials: ClassVar[tuple[Trial, ...]] = (Trial(), Trial({"degrees": 40, "fill": "edge"}), Trial({"degrees": 0}))

    def emit(self, g: Graph, x: Value) -> Value:
        if not g.training or self.degrees == 0:
            result: Value = g.Identity(x)
            return result
        angle = amount(g, x, "angle", -radians(self.degrees), radians(self.degrees))
        return read_linearly(g, x, ((1, 0), (g.Div(g.Sin(angle), g.Cos(angle)), 1)), self.fill)

    def summary(self) -> str:
        return f"±{self.degrees:g}° · training only"
