"""Softplus."""

from __future__ import annotations

from nodes.layer import ANY, Layer, layer
from runtime.graph import Graph, Value


@layer(
    "Softplus", category="Activation", formula="y = ln(1 + eˣ)", accepts=ANY, synonyms=("smooth relu", "activation"),
    bead=True,
)  # fmt: skip
class Softplus(Layer):
    """A ReLU with its corner rounded off: always above zero, always a slope.

    Shapes: unchanged. No parameters.
    Source: Dugas et al., Incorporating second-order functional knowledge for better option pricing, 2000.
    """

    def emit(self, g: Graph, x: Value) -> Value:
        result: Value = g.Softplus(x)
        return result
