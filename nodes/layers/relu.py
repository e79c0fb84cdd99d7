"""ReLU."""

from __future__ import annotations

from nodes.layer import ANY, Layer, layer
from runtime.graph import Graph, Value


@layer("ReLU", category="Activation", formula="y = max(0, x)", accepts=ANY, synonyms=("rectifier", "activation"), bead=True)
class ReLU(Layer):
    """Lets positive numbers pass and makes negative ones zero.

    Shapes: unchanged. No parameters.
    Source: Fukushima, 1969; Nair and Hinton, 2010.
    """

    def emit(self, g: Graph, x: Value) -> Value:
        result: Value = g.Relu(x)
        return result
