"""MaxPool1D."""

from __future__ import annotations

from typing import Any, ClassVar

from nodes.layer import SEQUENCE, Trial, layer, setting
from nodes.pool import Pool
from runtime.graph import Graph, Value


@layer(
    "MaxPool1D", category="Pooling", formula="y = max of each window", accepts=(SEQUENCE,), short="pool",
    synonyms=("max pooling", "subsampling", "downsample", "temporal"),
)
class MaxPool1D(Pool):
    """Keeps the largest number of each stretch of steps: a shorter sequence that says whether a pattern occurred.

    Shapes: (N, steps, C) → (N, steps′, C), steps′ = (steps + pads − kernel) / stride + 1, rounded down. No parameters.
    Source: Zhou and Chellappa, 1988.
    """

    operator = "MaxPool"
    kernel_size: tuple[int] = setting((2,), low=1, high=4096, length=1, help="How many steps a window holds.")
    stride: tuple[int] = setting((2,), low=1, high=4096, length=1, help="How far the window moves at a time.")
    pads: tuple[int] = setting((0,), low=0, high=4095, length=1, help="The border's width, if padding is numbers.")

    trials: ClassVar[tuple[Trial, ...]] = (Trial(), Trial({"kernel_size": (3,), "stride": (1,), "padding": "same"}))

    def emit(self, g: Graph, x: Value) -> Any:
        return g.Transpose(self.pooled(g, g.Transpose(x, perm=[0, 2, 1])), perm=[0, 2, 1])
