"""Multiply."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import ClassVar

from nodes.layer import ANY, Layer, Port, layer
from nodes.shapes import check_combine
from runtime.graph import Graph, Value


@layer("Multiply", category="Shape & combine", formula="y = a · b · …", synonyms=("product", "gate", "scale", "mask", "mul"))
class Multiply(Layer):
    """Multiplies its inputs number by number, as a gate does.

    Shapes: every input (N, …) → (N, …). Equal ones; where one has a side of 1, it is repeated: C×1×1 scales the maps of
    C×H×W one by one. No parameters.
    Source: Hochreiter and Schmidhuber, 1997 (gates); Hu et al., Squeeze-and-excitation networks, 2018; ONNX Mul.
    """

    inputs: ClassVar[tuple[Port, ...]] = (Port("x", ANY, many=True),)

    def emit(self, g: Graph, xs: Sequence[Value]) -> Value:
        check_combine("Multiply", xs)
        return reduce(lambda a, b: g.Mul(a, b), xs) if len(xs) > 1 else g.Identity(xs[0])
