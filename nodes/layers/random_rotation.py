"""RandomRotation."""

from __future__ import annotations

from math import radians
from typing import ClassVar

from nodes.augmentation import amount, fill_setting, read_linearly
from nodes.layer import MAPS, Layer, Trial, layer, setting
from runtime.graph import Graph, Value


@layer(
    "RandomRotation", category="Normalise & regularise", formula="y(p) = x(R p), R a small rotation, in training only",
    accepts=(MAPS,), short="rotate", synonyms=("augment", "data augmentation", "turn", "angle"), training_only=True,
)
class RandomRotation(Layer):
    """Turns each picture about its middle by a small angle, anew at each step.

    Shapes: unchanged. The angle is uniform in ±degrees; between pixels it reads bilinearly. Nothing of it is left in the
    finished model. Source: Simard, Steinkraus, Platt, Best practices for convolutional neural networks, 2003.
    """

    degrees: float = setting(10.0, low=0.0, high=180.0, help="The largest angle, to either side.")
    fill: str = fill_setting()

    trials: ClassVar[tuple[Trial, ...]] = (Trial(), Trial({"degrees": 120, "fill": "edge"}), Trial({"degrees": 0}))

    def emit(self, g: Graph, x: Value) -> Value:
        if not g.training or self.degrees == 0:
            result: Value = g.Identity(x)
            return result
        angle = amount(g, x, "angle", -radians(self.degrees), radians(self.degrees))
        sine, cosine = g.Sin(angle), g.Cos(angle)
        return read_linearly(g, x, ((cosine, sine), (g.Neg(sine), cosine)), self.fill)

    def summary(self) -> str:
        return f"±{self.degrees:g}° · training only"
