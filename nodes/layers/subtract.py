"""Subtract."""

from __future__ import annotations

from typing import ClassVar

from nodes.layer import ANY, Layer, Port, Trial, layer
from nodes.shapes import check_combine
from runtime.graph import Graph, Value


@layer("Subtract", category="Shape & combine", formula="y = a − b", synonyms=("difference", "minus", "sub"))
class Subtract(Layer):
    """The first input minus the second, number by number.

    Shapes: (N, …) and (N, …) → (N, …). Equal ones; where one has a side of 1, it is repeated. No parameters.
    Source: the ONNX operator Sub.
    """

    inputs: ClassVar[tuple[Port, ...]] = (Port("a", ANY), Port("b", ANY))
    trials: ClassVar[tuple[Trial, ...]] = (Trial(), Trial({}, {"a": (4, 1, 6), "b": (4, 7, 1)}))

    def emit(self, g: Graph, a: Value, b: Value) -> Value:
        check_combine("Subtract", (a, b))
        result: Value = g.Sub(a, b)
        return result
