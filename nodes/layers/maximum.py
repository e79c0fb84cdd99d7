"""Maximum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from nodes.layer import ANY, Layer, Port, layer
from nodes.shapes import check_combine
from runtime.graph import Graph, Value


@layer("Maximum", category="Shape & combine", formula="y = max(a, b, …)", synonyms=("max", "largest", "merge"))
class Maximum(Layer):
    """The largest of its inputs, number by number. The gradient goes to the one that is largest; equal ones share it.

    Shapes: every input (N, …) → (N, …). Equal ones; where one has a side of 1, it is repeated. No parameters.
    Source: the ONNX operator Max.
    """

    inputs: ClassVar[tuple[Port, ...]] = (Port("x", ANY, many=True),)

    def emit(self, g: Graph, xs: Sequence[Value]) -> Value:
        check_combine("Maximum", xs)
        result: Value = g.Max(*xs)
        return result
