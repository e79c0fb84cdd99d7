"""SiLU."""

from __future__ import annotations

from nodes.layer import ANY, Layer, layer
from runtime.graph import Graph, Value


@layer("SiLU", category="Activation", formula="y = x / (1 + e^−x)", accepts=ANY, synonyms=("swish", "activation"), bead=True)
class SiLU(Layer):
    """Each number times its own sigmoid: like ReLU, smooth, with a dip just below zero.

    Shapes: unchanged. No parameters.
    Source: Elfwing, Uchibe, Doya, Sigmoid-weighted linear units, 2017; Ramachandran, Zoph, Le (Swish), 2017.
    """

    def emit(self, g: Graph, x: Value) -> Value:
        result: Value = g.Mul(x, g.Sigmoid(x))
        return result
