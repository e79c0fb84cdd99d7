"""Crop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from nodes.layer import MAPS, Layer, LayerError, Trial, layer, sample_shape, setting
from nodes.windows import image_size
from runtime.graph import Graph, Value


@layer(
    "Crop", category="Shape & combine", formula="y[i, j] = x[i + top, j + left]", accepts=(MAPS,),
    short="crop", synonyms=("cut", "trim", "cropping"),
)
class Crop(Layer):
    """Cuts rows and columns off the edges of maps.

    Shapes: (N, C, H, W) → (N, C, H − top − bottom, W − left − right). No parameters.
    Source: Ronneberger, Fischer, Brox, U-Net, 2015; ONNX Slice.
    """

    margins: tuple[int, int, int, int] = setting(
        (1, 1, 1, 1), low=0, high=100_000, length=4, help="What is cut off: top, left, bottom, right."
    )

    trials: ClassVar[tuple[Trial, ...]] = (Trial(), Trial({"margins": (0, 2, 3, 0)}))

    def emit(self, g: Graph, x: Value) -> Value:
        (height, width), (top, left, bottom, right) = image_size(x), self.margins
        if top + bottom >= height or left + right >= width:
            raise LayerError(
                f"its input is {sample_shape(x)} per sample, and cutting off {top} + {bottom} rows and {left} + {right} "
                "columns leaves nothing: choose smaller margins."
            )
        bounds = [[top, left], [height - bottom, width - right], [2, 3]]
        result: Value = g.Slice(x, *(g.constant(numbers, "int64", "bounds") for numbers in bounds))
        return result

    def summary(self) -> str:
        return "top {}, left {}, bottom {}, right {}".format(*self.margins)

    def arithmetic(self, inputs: Mapping[str, Value], output: Value) -> list[tuple[str, str, str]]:
        (height, width), (top, left, bottom, right) = image_size(inputs["x"]), self.margins
        return [
            ("height", f"{height} − {top} − {bottom}", str(output.shape[2])),
            ("width", f"{width} − {left} − {right}", str(output.shape[3])),
        ]
