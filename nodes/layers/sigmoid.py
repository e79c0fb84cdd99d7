"""Sigmoid."""

from __future__ import annotations

from nodes.layer import ANY, Layer, layer
from runtime.graph import Graph, Value


@layer(
    "Sigmoid", category="Activation", formula="y = 1 / (1 + e^−x)", accepts=ANY,
    synonyms=("logistic", "activation"), bead=True,
)  # fmt: skip
class Sigmoid(Layer):
    """Squeezes any number into 0 … 1, steepest at 0.

    Shapes: unchanged. No parameters.
    Source: Verhulst, 1838; as a neuron's activation, Rumelhart, Hinton, Williams, 1986.
    """

    def emit(self, g: Graph, x: Value) -> Value:
        result: Value = g.Sigmoid(x)
        return result
