"""Maxout."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from nodes.channels import channel_axis, channels
from nodes.layer import ANY, Layer, LayerError, Trial, layer, setting
from runtime.graph import Graph, Value


@layer(
    "Maxout", category="Activation", formula="yᵢ = max of the i-th group of x", accepts=ANY,
    synonyms=("max", "piecewise linear", "activation"),
)  # fmt: skip
class Maxout(Layer):
    """Keeps the largest number of each group of neighbouring features: behind a Dense, the largest of several linear maps.

    Shapes: (N, C) → (N, C / pieces); the features of a sequence and the channels of maps likewise. No parameters of its own:
    Dense with units · pieces outputs, then Maxout, is the maxout unit of the paper.
    Source: Goodfellow et al., Maxout networks, 2013.
    """

    pieces: int = setting(2, low=1, high=512, help="How many neighbours compete for one output.")

    trials: ClassVar[tuple[Trial, ...]] = (
        Trial(shapes={"x": (6,)}), Trial(shapes={"x": (3, 4)}), Trial({"pieces": 3}, {"x": (6, 5, 3)}),
    )  # fmt: skip

    def emit(self, g: Graph, x: Value) -> Value:
        count, axis = channels(x), channel_axis(x)
        if count % self.pieces:
            raise LayerError(f"{self.pieces} pieces do not divide its {count} features: choose a number that does.")
        tail = [d if isinstance(d, int) else -1 for d in x.shape[axis + 1 :]]
        shape = [*[0] * axis, count // self.pieces, self.pieces, *tail]
        result: Value = g.ReduceMax(g.Reshape(x, g.constant(shape, np.int64, "shape")), axes=[axis + 1], keepdims=0)
        return result

    def summary(self) -> str:
        return f"{self.pieces} pieces"

    def arithmetic(self, inputs: Mapping[str, Value], output: Value) -> list[tuple[str, str, str]]:
        count = channels(inputs["x"])
        return [("features", f"{count} / {self.pieces}", f"{count // self.pieces}"), ("parameters", "none to learn", "0")]
