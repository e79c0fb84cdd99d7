"""Output."""

from __future__ import annotations

from nodes.layer import ANY, Layer, layer
from runtime.graph import Graph, Value


@layer("Output", category="Data", formula="y = x", accepts=ANY, short="output", bead=True)
class Output(Layer):
    """Marks what the finished model gives. Without one, what feeds the loss is the model's output.

    Shape: unchanged.
    Source: a graph output in the ONNX specification.
    """

    def emit(self, g: Graph, x: Value) -> Value:
        result: Value = g.Identity(x, name="output")
        return result
