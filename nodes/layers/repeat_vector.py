"""RepeatVector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from nodes.layer import VECTOR, Layer, Seen, Trial, layer, sample_shape, setting
from runtime.graph import Graph, Value
from runtime.ops.registry import ints

EVERY, FIRST = "every step", "first step"


@layer(
    "RepeatVector", category="Recurrent", formula="y[t] = x", accepts=(VECTOR,), short="repeat",
    synonyms=("unroll", "sequence", "decoder", "one to many", "copy"),
)
class RepeatVector(Layer):
    """Makes a sequence of a vector: the same at every step, or at the first step alone and zeros after it.

    Shapes: (N, features) → (N, steps, features). No parameters. What a recurrent layer walks when there is one thing to tell it
    and much to say: one to many, or the decoder behind an encoder. Source: the ONNX operators Expand and Pad.
    """

    steps: int = setting(10, low=1, high=100_000, help="How long the sequence is.")
    given: str = setting(EVERY, choices=(EVERY, FIRST), help="Where the vector stands; the other steps are zeros.")

    trials: ClassVar[tuple[Trial, ...]] = (Trial({"steps": 3}), Trial({"steps": 4, "given": FIRST}), Trial({"steps": 1}))

    def emit(self, g: Graph, x: Value) -> Value:
        one = g.Unsqueeze(x, ints(g, [1]))
        result: Value
        if self.given == FIRST:
            result = g.Pad(one, ints(g, [0, 0, 0, 0, self.steps - 1, 0], "pads"))
        else:
            result = g.Expand(one, ints(g, [1, self.steps, 1], "shape"))
        return result

    def sees(self) -> Seen | None:
        return None

    def summary(self) -> str:
        return f"{self.steps:,} steps" + (" · given first" if self.given == FIRST else "")

    def arithmetic(self, inputs: Mapping[str, Value], output: Value) -> list[tuple[str, str, str]]:
        return [("output", f"{self.steps} × {sample_shape(inputs['x'])}", sample_shape(output))]
