"""Concatenate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from nodes.layer import ANY, Layer, LayerError, Port, layer, sample_shape
from runtime.graph import Graph, Value


@layer("Concatenate", category="Shape & combine", formula="y = [a, b, …]", synonyms=("concat", "join", "merge"))
class Concatenate(Layer):
    """Puts its inputs behind each other: vectors end to end, maps as more channels.

    Shapes: (N, C₁, H, W), (N, C₂, H, W) … → (N, C₁ + C₂ + …, H, W). Sequences join their features. No parameters.
    """

    inputs: ClassVar[tuple[Port, ...]] = (Port("x", ANY, many=True),)

    def emit(self, g: Graph, xs: Sequence[Value]) -> Value:
        axis = 2 if xs[0].rank == 3 else 1
        rests = {x.shape[:axis] + x.shape[axis + 1 :] for x in xs}
        if len(rests) > 1:
            shapes = " and ".join(sample_shape(x) for x in xs)
            raise LayerError(f"its inputs are {shapes}, and they may differ in the channels alone: make the rest equal.")
        result: Value = g.Concat(*xs, axis=axis)
        return result

    def summary(self) -> str:
        return "along the channels"
