"""Conv3D."""

from __future__ import annotations

from typing import ClassVar

from nodes.convolution import Convolution
from nodes.layer import VOLUME, Trial, layer, setting

_ONES, _ZEROS = (1, 1, 1), (0, 0, 0)


@layer(
    "Conv3D", category="Convolution", formula="y = x * W + b", accepts=(VOLUME,), short="conv",
    synonyms=("convolution", "volume", "video", "filter"),
)
class Conv3D(Convolution):
    """Slides small filters through a volume, or through a film; each one answers “where is my pattern?”

    Shapes: (N, C, D, H, W) → (N, filters, D′, H′, W′), D′ = (D + pads − dilation·(kernel − 1) − 1) / stride + 1, rounded
    down. Weight (filters, C / groups, kernel, kernel, kernel), bias (filters).
    Source: Ji et al., 3D convolutional neural networks for human action recognition, 2010.
    """

    kernel_size: tuple[int, int, int] = setting((3, 3, 3), low=1, high=511, length=3, help="Depth, height, width of a filter.")
    stride: tuple[int, int, int] = setting(_ONES, low=1, high=511, length=3, help="How far a filter moves at a time.")
    pads: tuple[int, int, int] = setting(
        _ZEROS, low=0, high=511, length=3, help="Zeros on each side, if padding is numbers.", only_if=("padding", ("numbers",)),
    )  # fmt: skip
    dilation: tuple[int, int, int] = setting(_ONES, low=1, high=511, length=3, help="Distance between a filter's taps.")

    trials: ClassVar[tuple[Trial, ...]] = (
        Trial({"filters": 3}),
        Trial({"filters": 2, "padding": "same", "stride": (2, 2, 2), "bias": False}),
        Trial({"filters": 2, "padding": "numbers", "pads": (1, 0, 1), "dilation": (1, 1, 2), "groups": 2}),
    )
