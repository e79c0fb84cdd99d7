"""ELU."""

from __future__ import annotations

from typing import ClassVar

from nodes.layer import ANY, Layer, Trial, layer, setting
from runtime.graph import Graph, Value


@layer(
    "ELU", category="Activation", formula="y = x above 0, alpha · (eˣ − 1) below", accepts=ANY,
    synonyms=("exponential linear unit", "activation"), bead=True,
)  # fmt: skip
class ELU(Layer):
    """Like ReLU above zero; below it bends smoothly towards −alpha, so that outputs average near zero.

    Shapes: unchanged. No parameters.
    Source: Clevert, Unterthiner, Hochreiter, Fast and accurate deep network learning by exponential linear units, 2015.
    """

    alpha: float = setting(1.0, low=0.0, high=10.0, help="How far below zero it goes.")

    trials: ClassVar[tuple[Trial, ...]] = (Trial(), Trial({"alpha": 0.5}))

    def emit(self, g: Graph, x: Value) -> Value:
        result: Value = g.Elu(x, alpha=self.alpha)
        return result
