"""Add."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import ClassVar

from nodes.layer import ANY, Layer, Port, layer
from nodes.shapes import check_combine
from runtime.graph import Graph, Value


@layer("Add", category="Shape & combine", formula="y = a + b + …", synonyms=("sum", "residual", "skip"))
class Add(Layer):
    """Adds its inputs number by number, as a residual connection does.

    Shapes: every input (N, …) → (N, …). Equal ones; where one has a side of 1, it is repeated. No parameters.
    Source: He et al., Deep residual learning, 2016; ONNX Add.
    """

    inputs: ClassVar[tuple[Port, ...]] = (Port("x", ANY, many=True),)

    def emit(self, g: Graph, xs: Sequence[Value]) -> Value:
        check_combine("Add", xs)
        return reduce(lambda a, b: g.Add(a, b), xs) if len(xs) > 1 else g.Identity(xs[0])
