"""RandomFlip."""

from __future__ import annotations

from typing import ClassVar

from nodes.augmentation import amount
from nodes.layer import MAPS, Layer, Trial, layer, setting
from runtime.graph import Graph, Value


@layer(
    "RandomFlip", category="Normalise & regularise", formula="y = x or its mirror image, in training only",
    accepts=(MAPS,), short="flip", synonyms=("augment", "mirror", "data augmentation"), training_only=True,
)
class RandomFlip(Layer):
    """Mirrors each picture with probability one half, anew at each step: a cat that looks left is a cat too.

    Shapes: unchanged. Not for digits and letters. Nothing of it is left in the finished model.
    Source: Krizhevsky, Sutskever, Hinton, ImageNet classification, 2012, section 4.1.
    """

    horizontal: bool = setting(True, help="Swap left and right.")
    vertical: bool = setting(False, help="Swap top and bottom.")

    trials: ClassVar[tuple[Trial, ...]] = (Trial(), Trial({"vertical": True}), Trial({"horizontal": False}))

    def emit(self, g: Graph, x: Value) -> Value:
        y: Value = x
        if g.training and self.vertical:
            y = _flipped(g, y, 2, "vertical")
        if g.training and self.horizontal:
            y = _flipped(g, y, 3, "horizontal")
        return g.Identity(x) if y is x else y

    def summary(self) -> str:
        ways = [name for name in ("horizontal", "vertical") if getattr(self, name)]
        return f"{' and '.join(ways) or 'off'} · training only"


def _flipped(g: Graph, x: Value, axis: int, what: str) -> Value:
    bounds = [g.constant([n], "int64", "bound") for n in (-1, -(2**31), axis, -1)]
    result: Value = g.Where(g.Less(amount(g, x, what, 0, 1), 0.5), g.Slice(x, *bounds), x)
    return result
