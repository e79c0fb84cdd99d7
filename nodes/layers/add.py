"""Add."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import ClassVar

from nodes.layer import ANY, Layer, LayerError, Port, layer, sample_shape
from runtime.graph import Graph, Value


@layer("Add", category="Shape & combine", formula="y = a + b + …", synonyms=("sum", "residual", "skip"))
class Add(Layer):
    """Adds its inputs number by number, as a residual connection does. All must have the same shape.

    Shapes: every input (N, …) → (N, …). No parameters.
    """

    inputs: ClassVar[tuple[Port, ...]] = (Port("x", ANY, many=True),)

    def emit(self, g: Graph, xs: Sequence[Value]) -> Value:
        shapes = list(dict.fromkeys(sample_shape(x) for x in xs))
        if len(shapes) > 1:
            raise LayerError(f"its inputs are {' and '.join(shapes)}, and Add takes equal shapes: make them the same.")
        return reduce(lambda a, b: g.Add(a, b), xs) if len(xs) > 1 else g.Identity(xs[0])
