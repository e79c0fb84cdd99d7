"""Conv1D."""

from __future__ import annotations

from typing import ClassVar

from nodes.convolution import Convolution
from nodes.layer import SEQUENCE, Trial, layer, setting


@layer(
    "Conv1D", category="Convolution", formula="y = x * W + b", accepts=(SEQUENCE,), short="conv",
    synonyms=("convolution", "temporal", "time delay", "filter"),
)
class Conv1D(Convolution):
    """Slides small filters along a sequence; each one answers “when does my pattern occur?”

    Shapes: (N, steps, C) → (N, steps′, filters), steps′ = (steps + pads − dilation·(kernel − 1) − 1) / stride + 1, rounded
    down. Weight (filters, C / groups, kernel), bias (filters).
    Source: Waibel et al., Phoneme recognition using time-delay neural networks, 1989.
    """

    kernel_size: tuple[int] = setting((3,), low=1, high=4096, length=1, help="How many steps a filter sees.")
    stride: tuple[int] = setting((1,), low=1, high=4096, length=1, help="How far a filter moves at a time.")
    pads: tuple[int] = setting(
        (0,), low=0, high=4096, length=1, help="Zeros at each end, if padding is numbers.", only_if=("padding", ("numbers",)),
    )  # fmt: skip
    dilation: tuple[int] = setting((1,), low=1, high=4096, length=1, help="Distance between a filter's taps.")

    trials: ClassVar[tuple[Trial, ...]] = (
        Trial(),
        Trial({"padding": "same", "kernel_size": (2,), "stride": (2,), "bias": False}),
        Trial({"padding": "numbers", "pads": (2,), "dilation": (2,), "groups": 2}),
    )
