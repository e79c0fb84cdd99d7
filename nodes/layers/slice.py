"""Slice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from nodes.layer import ANY, Layer, LayerError, Trial, layer, sample_shape, setting
from nodes.shapes import axis_of, sides
from runtime.graph import Graph, Value


@layer(
    "Slice", category="Shape & combine", formula="y = x[start : stop : step]", accepts=ANY,
    short="slice", synonyms=("cut", "select", "part", "split"),
)
class Slice(Layer):
    """Keeps the places start, start + step … before stop along one axis of each sample: some channels, some steps.

    Shapes: that side becomes ⌈(stop − start) / step⌉, the others stay. Places are counted from 0; negative ones from the
    end. No parameters. Source: the ONNX operator Slice.
    """

    axis: int = setting(1, low=-4, high=4, help="Which axis of a sample: 1 is the first (channels, steps), −1 the last.")
    start: int = setting(0, help="The first place that is kept. −1 is the last one.")
    stop: int = setting(0, help="The place before which it ends. 0: everything to the end.")
    step: int = setting(1, low=1, high=100_000, help="1 keeps every place, 2 every other one.")

    trials: ClassVar[tuple[Trial, ...]] = (
        Trial({"start": 1}),
        Trial({"axis": -1, "start": -3, "stop": -1}),
        Trial({"axis": -1, "start": 1, "step": 2}),
    )

    def emit(self, g: Graph, x: Value) -> Value:
        axis = axis_of(x, self.axis)
        bounds = self._places(x, axis)
        if not bounds:
            raise LayerError(
                f"its input is {sample_shape(x)} per sample, and nothing is left of its {sides(x)[axis - 1]} places from "
                f"{self.start} to {self.stop}: choose a stop behind the start."
            )
        lists = [g.constant([n], "int64", "bound") for n in (bounds.start, bounds.stop, axis, self.step)]
        result: Value = g.Slice(x, *lists)
        return result

    def _places(self, x: Value, axis: int) -> range:
        size = sides(x)[axis - 1]
        start, stop, step = slice(self.start, self.stop or None, self.step).indices(size)
        return range(start, stop, step)

    def summary(self) -> str:
        text = f"{self.start or ''}:{self.stop or ''}" + (f":{self.step}" if self.step > 1 else "")
        return f"axis {self.axis} · {text}".replace("-", "−")

    def arithmetic(self, inputs: Mapping[str, Value], output: Value) -> list[tuple[str, str, str]]:
        places = self._places(inputs["x"], axis_of(inputs["x"], self.axis))
        return [("places", f"⌈({places.stop} − {places.start}) / {self.step}⌉", str(len(places)))]
