"""RandomCrop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from nodes.augmentation import FILLS, fill_setting, whole_amount
from nodes.layer import MAPS, Layer, LayerError, Trial, layer, sample_shape, setting
from nodes.windows import image_size
from runtime.graph import Graph, Value
from runtime.ops.sampling import margin, pick


@layer(
    "RandomCrop", category="Normalise & regularise", formula="y = a window of x, at a random place in training",
    accepts=(MAPS,), short="crop", synonyms=("augment", "data augmentation", "cut", "window"),
)
class RandomCrop(Layer):
    """Cuts a window out of each picture: in training at a random place, anew at each step, else in the middle.

    Shapes: (N, C, H, W) → (N, C, height, width). With padding, the picture is first surrounded by so many rows and columns;
    a window of the picture's own size then moves it about, and leaves it alone outside of training.
    Source: Krizhevsky, Sutskever, Hinton, ImageNet classification, 2012, section 4.1.
    """

    size: tuple[int, int] = setting((24, 24), low=1, high=4096, length=2, help="Height and width of the window.")
    padding: int = setting(0, low=0, high=512, help="Rows and columns added on each side before it cuts.")
    fill: str = fill_setting()

    trials: ClassVar[tuple[Trial, ...]] = (
        Trial({"size": (5, 4)}),
        Trial({"size": (7, 6), "padding": 2}),
        Trial({"size": (3, 8), "padding": 1, "fill": "edge"}),
    )

    def emit(self, g: Graph, x: Value) -> Value:
        room = self._room(x)
        if not g.training and self.size == image_size(x):
            result: Value = g.Identity(x)
            return result
        framed = margin(g, x, self.padding, FILLS[self.fill]) if self.padding else x
        return self._random(g, framed, room) if g.training else self._middle(g, framed, room)

    def _room(self, x: Value) -> tuple[int, int]:
        """How many rows and columns the window can move. Raises `LayerError` if it does not fit."""
        height, width = (side + 2 * self.padding - own for side, own in zip(image_size(x), self.size, strict=True))
        if height < 0 or width < 0:
            raise LayerError(
                f"its input is {sample_shape(x)} per sample, with padding {self.padding}, and its window is "
                f"{self.size[0]}×{self.size[1]}: make the window smaller or the padding larger."
            )
        return height, width

    def _random(self, g: Graph, x: Value, room: tuple[int, int]) -> Value:
        height, width = np.arange(self.size[0]).reshape(1, 1, -1, 1), np.arange(self.size[1]).reshape(1, 1, 1, -1)
        rows = g.Add(whole_amount(g, x, "rows", room[0] + 1), g.constant(height, "int64", "rows"))
        columns = g.Add(whole_amount(g, x, "columns", room[1] + 1), g.constant(width, "int64", "columns"))
        return pick(g, x, rows, columns)

    def _middle(self, g: Graph, x: Value, room: tuple[int, int]) -> Value:
        starts = [r // 2 for r in room]
        ends = [start + own for start, own in zip(starts, self.size, strict=True)]
        result: Value = g.Slice(x, *(g.constant(numbers, "int64", "bounds") for numbers in (starts, ends, [2, 3])))
        return result

    def summary(self) -> str:
        text = f"{self.size[0]}×{self.size[1]}"
        return f"{text} · padding {self.padding}" if self.padding else text

    def arithmetic(self, inputs: Mapping[str, Value], output: Value) -> list[tuple[str, str, str]]:
        height, width = image_size(inputs["x"])
        room, twice = self._room(inputs["x"]), f" + 2·{self.padding}" if self.padding else ""
        places = [f"({side}{twice} − {own} + 1)" for side, own in zip((height, width), self.size, strict=True)]
        return [("places", "·".join(places), f"{(room[0] + 1) * (room[1] + 1):,}")]
