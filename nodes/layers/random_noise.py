"""RandomNoise."""

from __future__ import annotations

from typing import ClassVar

from nodes.augmentation import amount
from nodes.layer import ANY, Layer, Trial, layer, setting
from runtime.graph import Graph, Value
from runtime.ops.random import normal


@layer(
    "RandomNoise", category="Normalise & regularise", formula="y = x + s · N(0, 1), s from U(0, deviation), in training only",
    accepts=ANY, short="noise", synonyms=("augment", "data augmentation", "grain"), training_only=True,
)
class RandomNoise(Layer):
    """Puts grain on each sample, on some more and on some hardly any, anew at each step.

    Shapes: unchanged. The strength s is drawn for each sample (GaussianNoise gives all the same). Nothing of it is left in
    the finished model. Source: Sietsma and Dow, Creating artificial neural networks that generalize, 1991.
    """

    deviation: float = setting(0.2, low=0.0, high=100.0, help="The strongest noise's standard deviation.")

    trials: ClassVar[tuple[Trial, ...]] = (Trial(), Trial({"deviation": 0}))

    def emit(self, g: Graph, x: Value) -> Value:
        if not g.training or self.deviation == 0:
            result: Value = g.Identity(x)
            return result
        strength = amount(g, x, "strength", 0, self.deviation)
        noise = normal(g, x, g.random_key(f"{g.where.layer}/noise"), g.step())
        result = g.Add(x, g.Mul(noise, strength))
        return result

    def summary(self) -> str:
        return f"deviation up to {self.deviation:g} · training only"
