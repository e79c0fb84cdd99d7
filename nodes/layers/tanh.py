"""Tanh."""

from __future__ import annotations

from typing import ClassVar

from nodes.layer import ANY, Layer, Trial, layer, setting
from runtime.graph import Graph, Value


@layer(
    "Tanh", category="Activation", formula="y = tanh x", accepts=ANY,
    synonyms=("hyperbolic tangent", "activation"), bead=True,
)  # fmt: skip
class Tanh(Layer):
    """Squeezes any number into −1 … 1, and 0 stays 0.

    Shapes: unchanged. No parameters. Scaled it is 1.7159 · tanh(2x/3), which is ±1 at ±1 and steepest before it saturates:
    LeNet-5's.
    Source: LeCun et al., Efficient BackProp, 1998, section 4.4.
    """

    scaled: bool = setting(False, help="1.7159 · tanh(2x/3), as LeNet-5 has it.")

    trials: ClassVar[tuple[Trial, ...]] = (Trial(), Trial({"scaled": True}))

    def emit(self, g: Graph, x: Value) -> Value:
        result: Value = g.Mul(g.Tanh(g.Mul(x, 2 / 3)), 1.7159) if self.scaled else g.Tanh(x)
        return result

    def summary(self) -> str:
        return "1.7159 · tanh(2x/3)" if self.scaled else ""
