"""GaussianNoise."""

from __future__ import annotations

from typing import ClassVar

from nodes.layer import ANY, Layer, Trial, layer, setting
from runtime.graph import Graph, Value
from runtime.ops.random import normal


@layer(
    "GaussianNoise", category="Normalise & regularise", formula="y = x + N(0, deviation²), in training only", accepts=ANY,
    short="noise", synonyms=("noise", "regularise", "regularize", "augment", "denoising"), training_only=True,
)
class GaussianNoise(Layer):
    """Adds a little random noise at each training step, so that the network learns not to mind it.

    Shapes: unchanged. No parameters. Nothing of it is left in the finished model.
    Source: Bishop, Training with noise is equivalent to Tikhonov regularization, 1995.
    """

    deviation: float = setting(0.1, low=0.0, high=100.0, help="Standard deviation of the noise that is added.")

    trials: ClassVar[tuple[Trial, ...]] = (Trial(), Trial({"deviation": 0.0}))

    def emit(self, g: Graph, x: Value) -> Value:
        if not g.training or self.deviation == 0:
            result: Value = g.Identity(x)
            return result
        noise = normal(g, x, g.random_key(f"{g.where.layer}/noise"), g.step())
        result = g.Add(x, g.Mul(noise, self.deviation))
        return result

    def summary(self) -> str:
        return f"deviation {self.deviation:g} · training only"
