"""Flatten."""

from __future__ import annotations

from collections.abc import Mapping

from nodes.layer import ANY, Layer, Seen, layer
from runtime.graph import Graph, Value


@layer(
    "Flatten", category="Shape & combine", formula="y = x, row after row", accepts=ANY,
    short="flatten", synonyms=("reshape", "vector"), bead=True,
)
class Flatten(Layer):
    """Lays maps out as one row of numbers, so that a Dense layer can take them.

    Shapes: (N, C, H, W) → (N, C·H·W). No parameters.
    Source: the ONNX operator Flatten.
    """

    def sees(self) -> Seen | None:
        return None

    def emit(self, g: Graph, x: Value) -> Value:
        result: Value = g.Flatten(x, axis=1)
        return result

    def arithmetic(self, inputs: Mapping[str, Value], output: Value) -> list[tuple[str, str, str]]:
        return [("length", "·".join(str(d) for d in inputs["x"].shape[1:]), str(output.shape[1]))]
