"""Softmax."""

from __future__ import annotations

from nodes.layer import SEQUENCE, VECTOR, Layer, layer
from runtime.graph import Graph, Value


@layer(
    "Softmax", category="Activation", formula="yᵢ = e^xᵢ / Σⱼ e^xⱼ", accepts=(VECTOR, SEQUENCE),
    synonyms=("probabilities", "activation"), bead=True,
)
class Softmax(Layer):
    """Turns scores into probabilities: all positive, summing to 1.

    Shapes: unchanged; the sum is over the last axis. No parameters.
    Source: Bridle, 1990.
    """

    def emit(self, g: Graph, x: Value) -> Value:
        result: Value = g.Softmax(x, axis=-1)
        return result
