"""MaxPool2D."""

from __future__ import annotations

from typing import ClassVar

from nodes.layer import MAPS, Trial, layer
from nodes.pool import Pool


@layer(
    "MaxPool2D", category="Pooling", formula="y = max of each window", accepts=(MAPS,), short="pool",
    synonyms=("max pooling", "subsampling", "downsample"),
)
class MaxPool2D(Pool):
    """Keeps the largest number of each window: smaller maps that say whether a pattern is near.

    Shapes: (N, C, H, W) → (N, C, H′, W′), H′ = (H + pads − kernel) / stride + 1, rounded down. No parameters.
    Source: Zhou and Chellappa, 1988; Riesenhuber and Poggio, 1999.
    """

    operator = "MaxPool"

    trials: ClassVar[tuple[Trial, ...]] = (
        Trial(), Trial({"kernel_size": (3, 3), "stride": (2, 2)}), Trial({"padding": "same"}),
        Trial({"padding": "numbers", "pads": (1, 0), "kernel_size": (3, 2)}),
    )  # fmt: skip
