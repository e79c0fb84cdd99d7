"""PositionalEmbedding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from nodes.drawing import Drawing, drawing
from nodes.layer import SEQUENCE, Layer, Trial, layer, setting
from nodes.pictures.parts import caption, signed
from nodes.pictures.worked import run
from nodes.shapes import sides
from runtime.graph import Array, Graph, Value

LEARNED, SINUSOIDAL = "learned", "sinusoidal"


@layer(
    "PositionalEmbedding", category="Recurrent", formula="y = x + P", accepts=(SEQUENCE,), short="pos",
    synonyms=("position", "positional encoding", "transformer", "sinusoidal"),
)
class PositionalEmbedding(Layer):
    """Adds to every step of a sequence a vector that says where it stands: attention alone does not see the order.

    Shapes: unchanged, (N, steps, width). P is learned (steps, width), or fixed: sin(t / 10000^(2i / width)) at the even places
    2i, the cosine at 2i + 1. Source: Vaswani et al., Attention Is All You Need, 2017.
    """

    kind: str = setting(LEARNED, choices=(LEARNED, SINUSOIDAL), help="A table that is learned, or fixed waves.")

    trials: ClassVar[tuple[Trial, ...]] = (Trial(), Trial({"kind": SINUSOIDAL}, {"x": (4, 5)}))

    def emit(self, g: Graph, x: Value) -> Value:
        steps, width = sides(x)
        if self.kind == LEARNED:
            table = g.parameter("weight", (steps, width), init="uniform", role="weight")
        else:
            table = g.constant(waves(steps, width), g.dtype, "waves")
        result: Value = g.Add(x, table)
        return result

    @classmethod
    def picture(cls) -> Drawing:
        """What is added where: the fixed waves, one row a step."""
        table = run(cls.type, np.zeros((1, 12, 32)), settings={"kind": SINUSOIDAL})[0][0]
        words = [caption(240.0, 152.0, "the width: slower and slower waves"), caption(76.0, 74.0, "steps, down")]
        waves = signed(128.0, 12.0, 10.0, table)
        return drawing("PositionalEmbedding: waves of sine and cosine, one row for each step.", waves, words)

    def summary(self) -> str:
        return self.kind

    def arithmetic(self, inputs: Mapping[str, Value], output: Value) -> list[tuple[str, str, str]]:
        steps, width = sides(inputs["x"])
        if self.kind == SINUSOIDAL:
            return [("parameters", "none to learn", "0")]
        return [("parameters", f"{steps}·{width}", f"{steps * width:,}")]


def waves(steps: int, width: int) -> Array:
    """(steps, width): sines and cosines in turn, of wavelengths from 2π to 10000·2π."""
    places = np.arange(width)
    angles = np.arange(steps)[:, None] / 10000.0 ** (2 * (places // 2) / width)
    return np.where(places % 2, np.cos(angles), np.sin(angles))
