"""Pad."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from nodes.layer import MAPS, Layer, LayerError, Trial, layer, sample_shape, setting
from nodes.windows import image_size
from runtime.graph import Graph, Value

#: What each choice is called in ONNX.
MODES = {"zeros": "constant", "reflect": "reflect", "edge": "edge"}


@layer(
    "Pad", category="Shape & combine", formula="y[i + top, j + left] = x[i, j]", accepts=(MAPS,),
    short="pad", synonyms=("padding", "margin", "border", "zeros"),
)
class Pad(Layer):
    """Adds rows and columns around maps: zeros, the picture mirrored at its edge, or its edge repeated.

    Shapes: (N, C, H, W) → (N, C, H + top + bottom, W + left + right). reflect: … c b | a b c …, so that no margin may reach
    the picture's own side; edge: … a a | a b c …. No parameters. Source: the ONNX operator Pad.
    """

    margins: tuple[int, int, int, int] = setting(
        (1, 1, 1, 1), low=0, high=4096, length=4, help="What is added: top, left, bottom, right."
    )
    fill: str = setting("zeros", choices=tuple(MODES), help="What stands there: 0, the mirrored picture, or its edge.")

    trials: ClassVar[tuple[Trial, ...]] = (
        Trial(),
        Trial({"margins": (0, 2, 3, 1), "fill": "reflect"}),
        Trial({"margins": (1, 0, 2, 9), "fill": "edge"}),
    )

    def emit(self, g: Graph, x: Value) -> Value:
        (height, width), (top, left, bottom, right) = image_size(x), self.margins
        if self.fill == "reflect" and (max(top, bottom) >= height or max(left, right) >= width):
            raise LayerError(
                f"its input is {sample_shape(x)} per sample, and a mirrored margin must be smaller than the picture: keep "
                f"top and bottom below {height}, left and right below {width}."
            )
        pads = g.constant([0, 0, top, left, 0, 0, bottom, right], "int64", "pads")
        result: Value = g.Pad(x, pads, mode=MODES[self.fill])
        return result

    def summary(self) -> str:
        margins = str(self.margins[0]) if len(set(self.margins)) == 1 else ", ".join(str(m) for m in self.margins)
        return f"{margins} · {self.fill}"

    def arithmetic(self, inputs: Mapping[str, Value], output: Value) -> list[tuple[str, str, str]]:
        (height, width), (top, left, bottom, right) = image_size(inputs["x"]), self.margins
        return [
            ("height", f"{height} + {top} + {bottom}", str(output.shape[2])),
            ("width", f"{width} + {left} + {right}", str(output.shape[3])),
        ]
