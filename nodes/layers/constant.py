"""Constant."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from nodes.drawing import Drawing, arrow, drawing
from nodes.layer import ANY, Layer, Port, Trial, layer, setting
from nodes.layers.noise import rows_of
from nodes.pictures.parts import caption, grid, signed
from nodes.pictures.worked import run
from runtime.graph import Graph, Value


@layer(
    "Constant", category="Data", formula="y = value", short="const", synonyms=("ones", "zeros", "target", "number", "fill"),
)
class Constant(Layer):
    """The same number for every sample: a target that does not hang on the data, as a judge of forgeries has it.

    Shapes: `like`, whatever has the batch's samples, only tells how many rows are wanted → (N, size). No parameters.
    Source: the ONNX operator ConstantOfShape.
    """

    value: float = setting(1.0, low=-1e6, high=1e6, help="The number.")
    size: int = setting(1, low=1, high=100_000, help="How often it stands in each sample.")

    inputs: ClassVar[tuple[Port, ...]] = (Port("like", ANY),)
    trials: ClassVar[tuple[Trial, ...]] = (Trial(), Trial({"value": -0.5, "size": 3}))

    def emit(self, g: Graph, like: Value) -> Value:
        return rows_of(g, like, self.size, self.value)

    @classmethod
    def picture(cls) -> Drawing:
        """Three samples, and the number that each gets."""
        x = np.array([[0.4, -0.9, 0.2, 0.7], [-0.3, 0.6, 1.0, -0.5], [0.1, 0.8, -0.7, 0.3]])
        marks = [*signed(96.0, 44.0, 28.0, x), caption(152.0, 146.0, "three samples"), *arrow((228.0, 86.0), (288.0, 86.0))]
        return drawing("Constant: three samples, and a 1 for each.", marks, grid(312.0, 44.0, 28.0, run(cls.type, x)[0]))

    def summary(self) -> str:
        return f"{self.value:g}" + (f" × {self.size:,}" if self.size > 1 else "")
