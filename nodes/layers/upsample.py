"""Upsample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import ClassVar

import numpy as np

from nodes.channels import channels
from nodes.layer import MAPS, Layer, Seen, Trial, layer, setting
from nodes.windows import places
from runtime.graph import Graph, Value


@layer(
    "Upsample", category="Pooling", formula="y = x, enlarged by a factor", accepts=(MAPS,), short="up",
    synonyms=("resize", "interpolate", "enlarge", "decoder", "bilinear", "nearest"),
)
class Upsample(Layer):
    """Makes maps larger without learning anything: nearest repeats each number, bilinear passes smoothly between them.

    Shapes: (N, C, H, W) → (N, C, factor·H, factor·W). No parameters. Bilinear takes pixels as squares with their number in
    the middle (half-pixel centres) and repeats the border. Source: ONNX Resize.
    """

    factor: tuple[int, int] = setting((2, 2), low=1, high=64, length=2, help="How many times as high and as wide.")
    method: str = setting("nearest", choices=("nearest", "bilinear"), help="How the new numbers are found.")

    trials: ClassVar[tuple[Trial, ...]] = (
        Trial(), Trial({"factor": (3, 1)}), Trial({"method": "bilinear"}), Trial({"method": "bilinear", "factor": (1, 3)}),
    )  # fmt: skip

    def emit(self, g: Graph, x: Value) -> Value:
        return self._repeated(g, x) if self.method == "nearest" else self._resized(g, x)

    def _repeated(self, g: Graph, x: Value) -> Value:
        """Each number as a block: its gradient is one sum over the block."""
        (height, width), (down, right) = places(x), self.factor
        small = g.Reshape(x, _ints(g, 0, 0, height, 1, width, 1))
        large = g.Expand(small, _ints(g, 1, 1, 1, down, 1, right))
        result: Value = g.Reshape(large, _ints(g, 0, channels(x), down * height, right * width))
        return result

    def _resized(self, g: Graph, x: Value) -> Value:
        """ONNX infers no batch behind a Resize, so the shape is stated."""
        scales = g.constant([1, 1, *self.factor], np.float32, "scales")
        larger = tuple(f * n for f, n in zip(self.factor, places(x), strict=True))
        result: Value = g.emit(
            "Resize", (x, None, scales), like=replace(x, shape=(*x.shape[:2], *larger)), mode="linear",
            coordinate_transformation_mode="half_pixel",
        )  # fmt: skip
        return result

    def sees(self) -> Seen | None:
        covered = 1 if self.method == "nearest" else 2
        return tuple((covered if factor > 1 else 1, Fraction(1, factor)) for factor in self.factor)

    def summary(self) -> str:
        return f"{self.factor[0]}×{self.factor[1]} · {self.method}"

    def arithmetic(self, inputs: Mapping[str, Value], output: Value) -> list[tuple[str, str, str]]:
        height = places(inputs["x"])[0]
        return [("side", f"{self.factor[0]}·{height}", f"{self.factor[0] * height}"), ("parameters", "none to learn", "0")]


def _ints(g: Graph, *numbers: int) -> Value:
    return g.constant(numbers, np.int64, "shape")
