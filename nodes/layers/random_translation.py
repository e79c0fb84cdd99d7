"""RandomTranslation."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from nodes.augmentation import FILLS, fill_setting, whole_amount
from nodes.layer import MAPS, Layer, Trial, layer, setting
from nodes.windows import image_size
from runtime.graph import Graph, Value
from runtime.ops.sampling import margin, pick


@layer(
    "RandomTranslation", category="Normalise & regularise", formula="y = x, some pixels aside, in training only",
    accepts=(MAPS,), short="shift", synonyms=("augment", "data augmentation", "move", "jitter"), training_only=True,
)
class RandomTranslation(Layer):
    """Moves each picture up, down, left or right by a few whole pixels, anew at each step.

    Shapes: unchanged. Every shift from −pixels to +pixels is equally likely. Nothing of it is left in the finished model.
    Source: Simard, Steinkraus, Platt, Best practices for convolutional neural networks, 2003.
    """

    pixels: tuple[int, int] = setting((2, 2), low=0, high=512, length=2, help="The furthest shift, vertical and horizontal.")
    fill: str = fill_setting()

    trials: ClassVar[tuple[Trial, ...]] = (Trial(), Trial({"pixels": (0, 3), "fill": "edge"}), Trial({"pixels": (0, 0)}))

    def emit(self, g: Graph, x: Value) -> Value:
        furthest = max(self.pixels)
        if not g.training or not furthest:
            result: Value = g.Identity(x)
            return result
        framed = margin(g, x, furthest, FILLS[self.fill])
        rows, columns = (self._places(g, x, axis, furthest) for axis in (0, 1))
        return pick(g, framed, rows, columns)

    def _places(self, g: Graph, x: Value, axis: int, furthest: int) -> Value:
        """Which rows (axis 0) or columns (1) of the framed picture are read."""
        reach, shape = self.pixels[axis], [1, 1, 1, 1]
        shape[2 + axis] = -1
        start = np.arange(image_size(x)[axis]).reshape(shape) + furthest - reach
        shift = whole_amount(g, x, ("rows", "columns")[axis], 2 * reach + 1)
        result: Value = g.Add(shift, g.constant(start, "int64", "start"))
        return result

    def summary(self) -> str:
        return f"±{self.pixels[0]}, ±{self.pixels[1]} pixels · training only"
