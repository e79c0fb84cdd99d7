"""Tanh."""

from __future__ import annotations

from nodes.layer import ANY, Layer, layer
from runtime.graph import Graph, Value


@layer(
    "Tanh", category="Activation", formula="y = tanh x", accepts=ANY,
    synonyms=("hyperbolic tangent", "activation"), bead=True,
)  # fmt: skip
class Tanh(Layer):
    """Squeezes any number into −1 … 1, and 0 stays 0.

    Shapes: unchanged. No parameters.
    Source: LeCun et al., Efficient BackProp, 1998.
    """

    def emit(self, g: Graph, x: Value) -> Value:
        result: Value = g.Tanh(x)
        return result
