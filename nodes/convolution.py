"""What the convolutions share, over one, two or three axes: settings, weights, how they are emitted and counted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nodes.channels import channels
from nodes.initial import initial_scale, initial_weights, initializer
from nodes.layer import Layer, LayerError, Seen, setting
from nodes.windows import PADDINGS, Sizes, Sliding, places
from runtime.graph import Graph, Value

PADDING_HELP = "valid: no padding. same: zeros around, so that the size stays. numbers: as many zeros as pads says."


@dataclass(frozen=True)
class Convolution(Layer):
    """Filters that slide over a map. A subclass says over how many axes, by the length of its settings."""

    filters: int = setting(16, low=1, high=4096, help="How many patterns it looks for. One output channel each.")
    kernel_size: tuple[int, ...] = setting((3, 3), low=1, high=511, length=2, help="Height and width of a filter.")
    stride: tuple[int, ...] = setting((1, 1), low=1, high=511, length=2, help="How far a filter moves at a time.")
    padding: str = setting("valid", choices=PADDINGS, help=PADDING_HELP)
    pads: tuple[int, ...] = setting(
        (0, 0), low=0, high=511, length=2, help="Zeros on each side, if padding is numbers.", only_if=("padding", ("numbers",)),
    )  # fmt: skip
    dilation: tuple[int, ...] = setting((1, 1), low=1, high=511, length=2, help="Distance between a filter's taps.")
    groups: int = setting(1, low=1, high=4096, help="Split the channels in groups that do not see each other.")
    bias: bool = setting(True, help="Add a learned offset to every filter.")
    initial_weights: str = initial_weights()
    initial_scale: float = initial_scale()

    @property
    def sliding(self) -> Sliding:
        return Sliding(self.kernel_size, self.stride, self.dilation, self.padding, self.pads)

    def emit(self, g: Graph, x: Value) -> Value:
        size = places(x)
        self.sliding.check_fits(size)
        shape = (self.filters, self.grouped(x), *self.kernel_size)
        return self.convolved(g, "Conv", x, shape, pads=self.sliding.pads(size))

    def convolved(self, g: Graph, operator: str, x: Value, shape: Sizes, **attributes: Any) -> Value:
        """The operator with this layer's weight of `shape`, its bias and attributes; a sequence is turned for it and back."""
        w = g.parameter("weight", shape, init=initializer(self), role="weight")
        b = g.parameter("bias", (self.filters,), role="bias") if self.bias else None
        turned = g.Transpose(x, perm=[0, 2, 1]) if x.rank == 3 else x
        y: Value = g.emit(
            operator, (turned, w, b) if b else (turned, w), kernel_shape=list(self.kernel_size),
            strides=list(self.stride), dilations=list(self.dilation), group=self.groups, **attributes,
        )  # fmt: skip
        return g.Transpose(y, perm=[0, 2, 1]) if x.rank == 3 else y

    def grouped(self, x: Value) -> int:
        """The input channels that one filter sees. Raises `LayerError` where the groups do not divide both sides."""
        count = channels(x)
        if count % self.groups or self.filters % self.groups:
            raise LayerError(
                f"{self.groups} groups divide neither or only one of {count} input channels and {self.filters} filters: "
                "choose a number that divides both."
            )
        return count // self.groups

    def sees(self) -> Seen | None:
        return self.sliding.seen

    def summary(self) -> str:
        text = f"{'×'.join(map(str, self.kernel_size))} · {self.filters} filters"
        return text if set(self.stride) == {1} else f"{text} · stride {self.stride[0]}"

    def arithmetic(self, inputs: Mapping[str, Value], output: Value) -> list[tuple[str, str, str]]:
        x = inputs["x"]
        expression, result = self.sliding.side(places(x))
        tap = "·".join(map(str, (self.grouped(x), *self.kernel_size)))
        count = self.filters * (math.prod(self.kernel_size) * self.grouped(x) + self.bias)
        plus = " + 1" if self.bias else ""
        return [
            ("steps" if x.rank == 3 else "side", expression, result),
            ("parameters", f"{self.filters}·({tap}{plus})", f"{count:,}"),
            (
                "mult-adds", f"{'·'.join(map(str, output.shape[1:]))}·{tap}",
                f"{self.multiply_adds(inputs, output):,}",
            ),
        ]  # fmt: skip

    def multiply_adds(self, inputs: Mapping[str, Value], output: Value) -> int:
        per_output = self.grouped(inputs["x"]) * math.prod(self.kernel_size)
        return self.filters * math.prod(places(output)) * per_output
