"""MaxPool2D."""

from __future__ import annotations

from nodes.layer import MAPS, layer
from nodes.pool import Pool2D


@layer(
    "MaxPool2D", category="Pooling", formula="y = max of each window", accepts=(MAPS,), short="pool",
    synonyms=("max pooling", "subsampling", "downsample"),
)
class MaxPool2D(Pool2D):
    """Keeps the largest number of each window: smaller maps that say whether a pattern is near.

    Shapes: (N, C, H, W) → (N, C, H′, W′), H′ = (H + pads − kernel) / stride + 1, rounded down. No parameters.
    Source: Zhou and Chellappa, 1988; Riesenhuber and Poggio, 1999.
    """

    operator = "MaxPool"
