"""MaxPool2D."""

from __future__ import annotations

from typing import Any, ClassVar

from nodes.layer import MAPS, Trial, layer
from nodes.pool import Pool
from runtime.graph import Graph, Value


@layer(
    "MaxPool2D", category="Pooling", formula="y = max of each window", accepts=(MAPS,), short="pool",
    synonyms=("max pooling", "subsampling", "downsample"),
)
class MaxPool2D(Pool):
    """Keeps the largest number of each window: smaller maps that say whether a pattern is near.

    Shapes: (N, C, H, W) → (N, C, H′, W′), H′ = (H + pads − kernel) / stride + 1, rounded down. No parameters.
    `switches` says where each largest number stood, for a MaxUnpool2D; it costs nothing where nobody reads it.
    Source: Zhou and Chellappa, 1988; Riesenhuber and Poggio, 1999.
    """

    operator = "MaxPool"
    outputs: ClassVar[tuple[str, ...]] = ("y", "switches")

    trials: ClassVar[tuple[Trial, ...]] = (
        Trial(), Trial({"kernel_size": (3, 3), "stride": (2, 2)}), Trial({"padding": "same"}),
        Trial({"padding": "numbers", "pads": (1, 0), "kernel_size": (3, 2)}),
    )  # fmt: skip

    def emit(self, g: Graph, x: Value) -> Any:
        return self.pooled(g, x, outputs=2)
