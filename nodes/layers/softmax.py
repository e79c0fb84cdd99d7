"""Softmax."""

from __future__ import annotations

from nodes.channels import softmax_axis
from nodes.layer import ANY, Layer, layer
from runtime.graph import Graph, Value


@layer(
    "Softmax", category="Activation", formula="yᵢ = e^xᵢ / Σⱼ e^xⱼ", accepts=ANY,
    synonyms=("probabilities", "activation"), bead=True,
)
class Softmax(Layer):
    """Turns scores into probabilities: all positive, summing to 1.

    Shapes: unchanged; the sum is over the features of a vector or a step, over the channels of maps. No parameters.
    Source: Bridle, 1990.
    """

    def emit(self, g: Graph, x: Value) -> Value:
        result: Value = g.Softmax(x, axis=softmax_axis(x))
        return result
