"""Linear."""

from __future__ import annotations

from nodes.layer import ANY, Layer, layer
from runtime.graph import Graph, Value


@layer("Linear", category="Activation", formula="y = x", accepts=ANY, synonyms=("identity", "none", "activation"), bead=True)
class Linear(Layer):
    """Passes every number on as it is: the activation of a unit that has none.

    Shapes: unchanged. No parameters. (For weights, take a Dense.) However many of them are stacked, a network of linear units
    is one linear map. Source: Widrow and Hoff, Adaptive switching circuits (ADALINE), 1960.
    """

    def emit(self, g: Graph, x: Value) -> Value:
        result: Value = g.Identity(x)
        return result
