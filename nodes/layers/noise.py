"""Noise."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from onnx import helper

from nodes.drawing import Drawing, drawing
from nodes.layer import ANY, Layer, Port, Trial, layer, setting
from nodes.pictures.parts import caption, signed
from nodes.pictures.worked import run
from runtime.graph import BATCH, Graph, Value
from runtime.ops.random import normal
from runtime.ops.registry import ints


def rows_of(g: Graph, x: Value, width: int, value: float = 0.0) -> Value:
    """`value` in (N, width), as many rows as x has samples, whatever stands in x."""
    column = g.Slice(g.Flatten(x, axis=1), ints(g, [0]), ints(g, [1]), ints(g, [1]))
    never = g.Less(column, column)  # (false even for NaN)
    rows = g.Cast(never, to=int(helper.np_dtype_to_tensor_dtype(g.dtype)))
    result: Value = g.Add(rows, g.constant(np.full((1, width), value), g.dtype, "row"))
    return result


@layer(
    "Noise", category="Data", formula="z from N(0, 1)", short="noise",
    synonyms=("latent", "random", "gan", "generator", "seed"),
)
class Noise(Layer):
    """Random numbers for a generator to make something of, anew at each step.

    Shapes: `like`, whatever has the batch's samples, only tells how many rows are wanted → (N, size). In the finished model it
    is an input, so that whoever runs the model chooses the numbers; evaluations draw the same ones each time. No parameters.
    Source: Goodfellow et al., Generative adversarial nets, 2014.
    """

    size: int = setting(32, low=1, high=100_000, help="How many random numbers each sample gets.")

    inputs: ClassVar[tuple[Port, ...]] = (Port("like", ANY),)
    trials: ClassVar[tuple[Trial, ...]] = (Trial(), Trial({"size": 3}))

    def emit(self, g: Graph, like: Value) -> Value:
        if g.finished:
            return g.input("noise", g.dtype, (BATCH, self.size), role="noise")
        step = g.step() if g.training else g.constant(0, np.int64, "step")
        drawn: Value = normal(g, rows_of(g, like, self.size), g.random_key(f"{g.where.layer}/noise"), step)
        return drawn

    @classmethod
    def picture(cls) -> Drawing:
        """Eight numbers for each of three samples, in two steps."""
        marks = []
        for i, step in enumerate((1, 2)):
            numbers = run(cls.type, np.zeros((3, 2)), settings={"size": 8}, training=True, step=step)[0]
            marks += [*signed(36.0 + i * 224.0, 36.0, 23.0, numbers), caption(128.0 + i * 224.0, 132.0, f"step {step}")]
        return drawing("Noise: three rows of eight random numbers, others at the next step.", marks)

    def summary(self) -> str:
        return f"{self.size:,} numbers"
