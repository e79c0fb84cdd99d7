"""Concatenate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from nodes.channels import channel_axis
from nodes.layer import ANY, Layer, LayerError, Port, Trial, layer, sample_shape, setting
from nodes.shapes import axis_of
from runtime.graph import Graph, Value


@layer("Concatenate", category="Shape & combine", formula="y = [a, b, …]", synonyms=("concat", "join", "merge"))
class Concatenate(Layer):
    """Puts its inputs behind each other: vectors end to end, maps as more channels.

    Shapes: (N, C₁, H, W), (N, C₂, H, W) … → (N, C₁ + C₂ + …, H, W). Sequences join their features, or with axis 1 their
    steps. All other sides must be equal. No parameters.
    Source: Huang et al., Densely connected convolutional networks, 2017; ONNX Concat.
    """

    axis: int = setting(
        0, low=-4, high=4, help="0: channels of maps, features of the rest. 1 is a sample's first axis, −1 its last."
    )

    inputs: ClassVar[tuple[Port, ...]] = (Port("x", ANY, many=True),)
    trials: ClassVar[tuple[Trial, ...]] = (Trial(), Trial({"axis": 1}), Trial({"axis": -1}))

    def emit(self, g: Graph, xs: Sequence[Value]) -> Value:
        axis = self._axis(xs[0])
        rests = {x.shape[:axis] + x.shape[axis + 1 :] for x in xs}
        if len(rests) > 1:
            shapes = " and ".join(sample_shape(x) for x in xs)
            where = "the channels" if self.axis == 0 else f"axis {axis}"
            raise LayerError(f"its inputs are {shapes}, and they may differ in {where} alone: make the rest equal.")
        result: Value = g.Concat(*xs, axis=axis)
        return result

    def _axis(self, x: Value) -> int:
        return axis_of(x, self.axis) if self.axis else channel_axis(x)

    def summary(self) -> str:
        return "along the channels" if self.axis == 0 else f"along axis {self.axis}".replace("-", "−")

    def arithmetic(self, inputs: Mapping[str, Any], output: Value) -> list[tuple[str, str, str]]:
        axis = self._axis(output)
        return [("side", " + ".join(str(x.shape[axis]) for x in inputs["x"]), str(output.shape[axis]))]
