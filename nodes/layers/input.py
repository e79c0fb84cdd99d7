"""Input."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from nodes.layer import Layer, Port, layer, setting
from runtime.graph import BATCH, Graph, Value, describe_shape


@layer("Input", category="Data", short="input", synonyms=("placeholder",))
class Input(Layer):
    """Data given from outside, of a shape typed by hand.

    Shape: (N, *shape), float32, or int64 for class numbers.
    Source: a graph input in the ONNX specification.
    """

    shape: tuple[int, ...] = setting((1, 28, 28), low=1, high=100_000, help="The shape of one sample, without the batch.")

    values: str = setting("numbers", choices=("numbers", "class numbers"), help="Class numbers: letters, words, labels.")

    inputs: ClassVar[tuple[Port, ...]] = ()

    def emit(self, g: Graph, *inputs: Any) -> Value:
        return g.input("input", g.dtype if self.values == "numbers" else np.int64, (BATCH, *self.shape), role="sample")

    def summary(self) -> str:
        return describe_shape(self.shape)
