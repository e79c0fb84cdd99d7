"""Conv2D."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from nodes.layer import MAPS, Layer, LayerError, Trial, layer, setting
from nodes.windows import PADDINGS, check_fits, image_size, pads, side
from runtime.graph import Graph, Value
from runtime.initializers import INITIALIZERS


@layer(
    "Conv2D", category="Convolution", formula="y = x * W + b", accepts=(MAPS,), short="conv",
    synonyms=("convolution", "convolutional", "filter"),
)
class Conv2D(Layer):
    """Slides small filters over the image; each one answers “where is my pattern?”

    Shapes: (N, C, H, W) → (N, filters, H′, W′), H′ = (H + pads − dilation·(kernel − 1) − 1) / stride + 1, rounded down.
    Weight (filters, C / groups, kernel, kernel), bias (filters).
    Source: Fukushima, Neocognitron, 1980; LeCun et al., 1989.
    """

    filters: int = setting(16, low=1, high=4096, help="How many patterns it looks for. One output channel each.")
    kernel_size: tuple[int, int] = setting((3, 3), low=1, high=511, length=2, help="Height and width of a filter.")
    stride: tuple[int, int] = setting((1, 1), low=1, high=511, length=2, help="How far a filter moves at a time.")
    padding: str = setting("valid", choices=PADDINGS, help="valid: no padding. same: zeros around, so that the size stays.")
    dilation: tuple[int, int] = setting((1, 1), low=1, high=511, length=2, help="Distance between a filter's taps.")
    groups: int = setting(1, low=1, high=4096, help="Split the channels in groups that do not see each other.")
    bias: bool = setting(True, help="Add a learned offset to every filter.")
    initial_weights: str = setting("glorot_uniform", choices=tuple(INITIALIZERS), help="How the first weights are drawn.")

    trials: ClassVar[tuple[Trial, ...]] = (
        Trial(),
        Trial({"padding": "same", "stride": (2, 2)}),
        Trial({"dilation": (2, 2), "bias": False}),
        Trial({"groups": 2, "filters": 4, "padding": "same"}),
    )

    def emit(self, g: Graph, x: Value) -> Value:
        channels, size = self._channels(x), image_size(x)
        check_fits(size, self.kernel_size, self.dilation, self.padding)
        shape = (self.filters, channels // self.groups, *self.kernel_size)
        w = g.parameter("weight", shape, init=self.initial_weights, role="weight")
        b = g.parameter("bias", (self.filters,), role="bias") if self.bias else None
        result: Value = g.emit(
            "Conv", (x, w, b) if b else (x, w), kernel_shape=list(self.kernel_size), strides=list(self.stride),
            pads=list(pads(size, self.kernel_size, self.stride, self.dilation, self.padding)),
            dilations=list(self.dilation), group=self.groups,
        )  # fmt: skip
        return result

    def _channels(self, x: Value) -> int:
        channels = x.shape[1]
        assert isinstance(channels, int)
        if channels % self.groups or self.filters % self.groups:
            raise LayerError(
                f"{self.groups} groups divide neither or only one of {channels} input channels and {self.filters} filters: "
                "choose a number that divides both."
            )
        return channels

    def summary(self) -> str:
        text = f"{self.kernel_size[0]}×{self.kernel_size[1]} · {self.filters} filters"
        return text if self.stride == (1, 1) else f"{text} · stride {self.stride[0]}"

    def arithmetic(self, inputs: Mapping[str, Value], output: Value) -> list[tuple[str, str, str]]:
        x, (kh, kw) = inputs["x"], self.kernel_size
        channels = self._channels(x) // self.groups
        expression, result = side(image_size(x)[0], kh, self.stride[0], self.dilation[0], self.padding)
        count = self.filters * (channels * kh * kw + self.bias)
        plus = " + 1" if self.bias else ""
        return [
            ("side", expression, result),
            ("parameters", f"{self.filters}·({channels}·{kh}·{kw}{plus})", f"{count:,}"),
            (
                "mult-adds",
                f"{'·'.join(str(d) for d in output.shape[1:])}·{channels}·{kh}·{kw}",
                f"{self.multiply_adds(inputs, output):,}",
            ),
        ]

    def multiply_adds(self, inputs: Mapping[str, Value], output: Value) -> int:
        height, width = image_size(output)
        per_output = self._channels(inputs["x"]) // self.groups * self.kernel_size[0] * self.kernel_size[1]
        return self.filters * height * width * per_output
