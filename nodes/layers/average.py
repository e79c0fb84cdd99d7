"""Average."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import ClassVar

from nodes.layer import ANY, Layer, Port, layer
from nodes.shapes import check_combine
from runtime.graph import Graph, Value


@layer("Average", category="Shape & combine", formula="y = (a + b + …) / n", synonyms=("mean", "ensemble", "merge"))
class Average(Layer):
    """The mean of its inputs, number by number: several networks that vote.

    Shapes: every input (N, …) → (N, …). Equal ones; where one has a side of 1, it is repeated. No parameters.
    Source: Hansen and Salamon, Neural network ensembles, 1990.
    """

    inputs: ClassVar[tuple[Port, ...]] = (Port("x", ANY, many=True),)

    def emit(self, g: Graph, xs: Sequence[Value]) -> Value:
        check_combine("Average", xs)
        total = reduce(lambda a, b: g.Add(a, b), xs)
        result: Value = g.Mul(total, 1 / len(xs)) if len(xs) > 1 else g.Identity(total)
        return result
