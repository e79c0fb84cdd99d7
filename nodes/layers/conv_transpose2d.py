"""ConvTranspose2D."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import ClassVar

from nodes.channels import channels
from nodes.convolution import Convolution
from nodes.layer import MAPS, LayerError, Seen, Trial, layer, setting
from nodes.windows import PADDINGS, Sizes, halves, places
from runtime.graph import Graph, Value


@layer(
    "ConvTranspose2D", category="Convolution", formula="y = x *ᵀ W + b", accepts=(MAPS,), short="upconv",
    synonyms=("upconvolution", "deconvolution", "transposed convolution", "upsample", "decoder"),
)
class ConvTranspose2D(Convolution):
    """Paints its filters onto a larger image, each as strongly as the number at its place says: a convolution turned around.

    Shapes: (N, C, H, W) → (N, filters, H′, W′), H′ = stride·(H − 1) + dilation·(kernel − 1) + 1 + output_padding − pads;
    with padding ``same``, H′ = stride·H. Weight (C, filters / groups, kernel, kernel), bias (filters).
    It is the gradient of a convolution by its input, and a convolution of the input spread out with zeros.
    Source: Zeiler et al., Deconvolutional networks, 2010; Long, Shelhamer, Darrell, 2015.
    """

    kernel_size: tuple[int, int] = setting((2, 2), low=1, high=511, length=2, help="Height and width of a filter.")
    stride: tuple[int, int] = setting((2, 2), low=1, high=511, length=2, help="How far apart the filters are painted.")
    padding: str = setting(
        "valid", choices=PADDINGS,
        help="valid: all that is painted. same: stride times the size. numbers: as much cut off each side as pads says.",
    )  # fmt: skip
    pads: tuple[int, int] = setting(
        (0, 0), low=0, high=511, length=2, help="Cut off each side, if padding is numbers.", only_if=("padding", ("numbers",)),
    )  # fmt: skip
    output_padding: tuple[int, int] = setting(
        (0, 0), low=0, high=510, length=2, help="Rows and columns added at the end; nothing if padding is same."
    )

    trials: ClassVar[tuple[Trial, ...]] = (
        Trial({"filters": 3}),
        Trial({"filters": 2, "kernel_size": (3, 3), "padding": "same"}),
        Trial({"filters": 2, "kernel_size": (1, 2), "stride": (2, 3), "padding": "same", "bias": False}),
        Trial({"kernel_size": (3, 3), "padding": "numbers", "pads": (1, 1), "output_padding": (1, 1), "groups": 2}),
        Trial({"filters": 2, "kernel_size": (3, 2), "stride": (1, 1), "dilation": (2, 1)}),
    )

    def emit(self, g: Graph, x: Value) -> Value:
        size = places(x)
        totals, extra = self._cut(), self._added()
        self._check(size)
        self.grouped(x)
        shape = (channels(x), self.filters // self.groups, *self.kernel_size)
        added = list(extra) if any(extra) else None
        return self.convolved(g, "ConvTranspose", x, shape, pads=halves(totals), output_padding=added)

    def _cut(self) -> Sizes:
        """How much each axis loses, both sides together."""
        if self.padding == "numbers":
            return tuple(2 * n for n in self.pads)
        if self.padding == "valid":
            return (0, 0)
        return tuple(max(0, r - s) for r, s in zip(self.sliding.span, self.stride, strict=True))

    def _added(self) -> Sizes:
        """Rows and columns that no filter reaches, at the end of each axis."""
        if self.padding != "same":
            return self.output_padding
        return tuple(max(0, s - r) for r, s in zip(self.sliding.span, self.stride, strict=True))

    def _check(self, size: Sizes) -> None:
        limit = [max(s, d) for s, d in zip(self.stride, self.dilation, strict=True)]
        if any(e >= m for e, m in zip(self._added(), limit, strict=True)):
            raise LayerError(
                f"its output_padding {_times(self.output_padding)} must be less than its stride {_times(self.stride)} (or "
                "dilation): make it smaller."
            )
        if min(self._size(size)) < 1:
            raise LayerError(f"its pads {_times(self.pads)} cut off all of its output: make them smaller.")

    def _size(self, size: Sizes) -> Sizes:
        axes = zip(size, self.stride, self.sliding.span, self._added(), self._cut(), strict=True)
        return tuple(s * (n - 1) + r + e - c for n, s, r, e, c in axes)

    def sees(self) -> Seen | None:
        """Of the filters, ⌈span / stride⌉ at most are painted onto one place."""
        axes = zip(self.sliding.span, self.stride, strict=True)
        return tuple((-(-span // step), Fraction(1, step)) for span, step in axes)

    def arithmetic(self, inputs: Mapping[str, Value], output: Value) -> list[tuple[str, str, str]]:
        x, parts = inputs["x"], [self.sliding.span[0], self._added()[0], -self._cut()[0]]
        tail = "".join(f" {'-' if p < 0 else '+'} {abs(p)}" for p in parts if p)
        tap = "·".join(map(str, (channels(x), self.filters // self.groups, *self.kernel_size)))
        plus = f" + {self.filters}" if self.bias else ""
        count = channels(x) * self.filters // self.groups * math.prod(self.kernel_size) + self.filters * self.bias
        return [
            ("side", f"{self.stride[0]}·({places(x)[0]} - 1){tail}", str(self._size(places(x))[0])),
            ("parameters", f"{tap}{plus}", f"{count:,}"),
            ("mult-adds", f"{'·'.join(map(str, places(x)))}·{tap}", f"{self.multiply_adds(inputs, output):,}"),
        ]

    def multiply_adds(self, inputs: Mapping[str, Value], output: Value) -> int:
        x = inputs["x"]
        return math.prod(places(x)) * channels(x) * self.filters // self.groups * math.prod(self.kernel_size)


def _times(sizes: Sizes) -> str:
    return "×".join(map(str, sizes))
