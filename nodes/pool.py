"""What the two-dimensional pools share: window settings and how they are emitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from nodes.layer import Layer, setting
from nodes.windows import PADDINGS, check_fits, image_size, pads, side
from runtime.graph import Graph, Value


@dataclass(frozen=True)
class Pool2D(Layer):
    """A window that slides over each channel by itself. `operator` is ONNX's name of what is done in it."""

    operator: ClassVar[str] = ""
    kernel_size: tuple[int, int] = setting((2, 2), low=1, high=511, length=2, help="Height and width of the window.")
    stride: tuple[int, int] = setting((2, 2), low=1, high=511, length=2, help="How far the window moves at a time.")
    padding: str = setting("valid", choices=PADDINGS, help="valid: no padding. same: the border counts too.")

    def emit(self, g: Graph, x: Value) -> Value:
        size = image_size(x)
        check_fits(size, self.kernel_size, (1, 1), self.padding)
        result: Value = g.emit(
            self.operator, (x,), kernel_shape=list(self.kernel_size), strides=list(self.stride),
            pads=list(pads(size, self.kernel_size, self.stride, (1, 1), self.padding)),
        )  # fmt: skip
        return result

    def summary(self) -> str:
        return f"{self.kernel_size[0]}×{self.kernel_size[1]} · stride {self.stride[0]}"

    def arithmetic(self, inputs: Mapping[str, Value], output: Value) -> list[tuple[str, str, str]]:
        expression, result = side(image_size(inputs["x"])[0], self.kernel_size[0], self.stride[0], 1, self.padding)
        return [("side", expression, result), ("parameters", "none to learn", "0")]
