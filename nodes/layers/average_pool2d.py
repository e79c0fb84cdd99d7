"""AveragePool2D."""

from __future__ import annotations

from typing import ClassVar

from nodes.layer import MAPS, Trial, layer
from nodes.pool import Pool


@layer(
    "AveragePool2D", category="Pooling", formula="y = mean of each window", accepts=(MAPS,), short="pool",
    synonyms=("average pooling", "mean pooling", "subsampling", "downsample"),
)
class AveragePool2D(Pool):
    """Averages each window: smaller, smoother maps. Padding does not count in the mean.

    Shapes: (N, C, H, W) → (N, C, H′, W′), H′ = (H + pads − kernel) / stride + 1, rounded down. No parameters.
    Source: LeCun et al., Gradient-based learning applied to document recognition, 1998.
    """

    operator = "AveragePool"

    trials: ClassVar[tuple[Trial, ...]] = (
        Trial(), Trial({"kernel_size": (3, 2), "stride": (2, 1)}), Trial({"padding": "same"}),
        Trial({"padding": "numbers", "pads": (1, 0), "kernel_size": (3, 2)}),
    )  # fmt: skip
