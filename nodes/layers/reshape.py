"""Reshape."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import ClassVar

from nodes.layer import ANY, Layer, LayerError, Seen, Trial, layer, sample_shape, setting
from nodes.shapes import sides
from runtime.graph import Graph, Value, describe_shape


@layer(
    "Reshape", category="Shape & combine", formula="y = x, in another shape", accepts=ANY,
    short="reshape", synonyms=("view", "resize", "unflatten"),
)
class Reshape(Layer):
    """Lays the same numbers out in another shape, read row by row, the last side fastest.

    Shapes: (N, …) → (N, *shape), with as many numbers per sample. No parameters.
    Source: the ONNX operator Reshape.
    """

    shape: tuple[int, ...] = setting((-1,), low=-1, help="The shape of one sample. One side may be −1: what is left.")

    trials: ClassVar[tuple[Trial, ...]] = (Trial(), Trial({"shape": (2, -1)}), Trial({"shape": (1, -1, 2)}))

    def sees(self) -> Seen | None:
        return None

    def emit(self, g: Graph, x: Value) -> Value:
        shape = self._sides(x)
        result: Value = g.Reshape(x, g.constant([0, *shape], "int64", "shape"))
        return result

    def _sides(self, x: Value) -> tuple[int, ...]:
        """The wanted shape with its −1 worked out."""
        have, given = prod(sides(x)), [d for d in self.shape if d != -1]
        if 0 in given or len(given) < len(self.shape) - 1 or len(self.shape) > 4:
            raise LayerError(
                f"its shape is {self.summary()}, and it takes one to four sides of at least 1, one of them "
                "perhaps −1: mend it."
            )
        size = prod(given)
        if have % size if len(given) < len(self.shape) else have != size:
            raise LayerError(
                f"its input is {sample_shape(x)} per sample, {have} numbers, and {self.summary()} does not "
                f"hold as many: choose sides whose product is {have}."
            )
        return tuple(have // size if d == -1 else d for d in self.shape)

    def summary(self) -> str:
        return describe_shape(self.shape).replace("-", "−")

    def arithmetic(self, inputs: Mapping[str, Value], output: Value) -> list[tuple[str, str, str]]:
        product = " = ".join("·".join(str(d) for d in sides(v)) for v in (inputs["x"], output))
        return [("numbers", product, f"{prod(sides(output)):,}")]
