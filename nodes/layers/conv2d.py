"""Conv2D."""

from __future__ import annotations

from typing import ClassVar

from nodes.convolution import Convolution
from nodes.layer import MAPS, Trial, layer


@layer(
    "Conv2D", category="Convolution", formula="y = x * W + b", accepts=(MAPS,), short="conv",
    synonyms=("conv", "convolution", "convolutional", "filter"),
)
class Conv2D(Convolution):
    """Slides small filters over the image; each one answers “where is my pattern?”

    Shapes: (N, C, H, W) → (N, filters, H′, W′), H′ = (H + pads − dilation·(kernel − 1) − 1) / stride + 1, rounded down.
    Weight (filters, C / groups, kernel, kernel), bias (filters).
    Source: Fukushima, Neocognitron, 1980; LeCun et al., 1989.
    """

    trials: ClassVar[tuple[Trial, ...]] = (
        Trial(),
        Trial({"padding": "same", "stride": (2, 2)}),
        Trial({"padding": "numbers", "pads": (2, 1), "stride": (2, 1)}),
        Trial({"dilation": (2, 2), "bias": False}),
        Trial({"groups": 2, "filters": 4, "padding": "same"}),
    )
