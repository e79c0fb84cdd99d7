"""Permute."""

from __future__ import annotations

from typing import ClassVar

from nodes.layer import MAPS, SEQUENCE, VOLUME, Layer, LayerError, Seen, Trial, layer, sample_shape, setting
from runtime.graph import Graph, Value, describe_shape


@layer(
    "Permute", category="Shape & combine", formula="y = x, its axes in another order", accepts=(SEQUENCE, MAPS, VOLUME),
    short="permute", synonyms=("transpose", "swap axes", "channels last"),
)
class Permute(Layer):
    """Puts the axes of each sample in another order: y's axis i is x's axis order[i]. 1 is the first; the batch stays.

    Shapes: with order 2×1, (N, S, F) → (N, F, S); with order 2×3×1, (N, C, H, W) → (N, H, W, C). No parameters.
    Source: the ONNX operator Transpose.
    """

    order: tuple[int, ...] = setting((2, 1), low=1, high=4, help="The input's axes, from 1, in the order wanted.")

    trials: ClassVar[tuple[Trial, ...]] = (
        Trial({}, {"x": (3, 4)}),
        Trial({"order": (2, 3, 1)}, {"x": (4, 5, 6)}),
        Trial({"order": (4, 1, 3, 2)}, {"x": (2, 3, 4, 5)}),
    )

    def sees(self) -> Seen | None:
        return None

    def emit(self, g: Graph, x: Value) -> Value:
        axes = range(1, x.rank)
        if sorted(self.order) != list(axes):
            raise LayerError(
                f"its input is {sample_shape(x)} per sample and its order {describe_shape(self.order)}: give each of the "
                f"axes {', '.join(str(a) for a in axes)} once."
            )
        result: Value = g.Transpose(x, perm=[0, *self.order])
        return result

    def summary(self) -> str:
        return f"order {', '.join(str(a) for a in self.order)}"
