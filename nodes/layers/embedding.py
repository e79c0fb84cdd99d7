"""Embedding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from nodes.drawing import HUE, SECOND, TEXT, Drawing, Words, arrow, drawing
from nodes.initial import initial_scale, initial_weights, initializer
from nodes.layer import INDICES, Layer, Port, Trial, layer, setting
from nodes.pictures.parts import caption, framed, signed
from nodes.pictures.worked import run
from runtime.graph import Graph, Value


@layer(
    "Embedding", category="Core", formula="y = W[x]", short="emb",
    synonyms=("lookup", "word vectors", "token", "class number", "one-hot"),
)
class Embedding(Layer):
    """Turns class numbers (letters, words, labels) into learned vectors: row x of a table, for each of them.

    Shapes: (N,) → (N, width); (N, steps) → (N, steps, width). Weight (classes, width): the same as a Dense without bias
    behind a one-hot input, without the zeros. Source: Bengio et al., A Neural Probabilistic Language Model, 2003; ONNX Gather.
    """

    classes: int = setting(65, low=1, high=10_000_000, help="How many different numbers there are, from 0 on.")
    width: int = setting(64, low=1, high=100_000, help="Numbers in each vector.")
    initial_weights: str = initial_weights("uniform")
    initial_scale: float = initial_scale()

    inputs: ClassVar[tuple[Port, ...]] = (Port("x", (INDICES,)),)

    trials: ClassVar[tuple[Trial, ...]] = (
        Trial({"classes": 5, "width": 3}), Trial({"classes": 4, "width": 2}, {"x": (2, 3)}),
    )  # fmt: skip

    def emit(self, g: Graph, x: Value) -> Value:
        table = g.parameter("weight", (self.classes, self.width), init=initializer(self), role="weight")
        result: Value = g.Gather(table, x, axis=0)
        return result

    @classmethod
    def picture(cls) -> Drawing:
        """A table of vectors, and the row that a class number picks."""
        chosen, table = 3, run(cls.type, np.arange(6), settings={"classes": 6, "width": 5})[0]
        row = table[chosen : chosen + 1]
        mask = np.arange(6)[:, None] == np.full((1, 5), chosen)
        names = [Words(128.0, 26.0 + 20 * i, str(i), SECOND, 11.0, 1.0, True) for i in range(6)]
        marks = [*signed(140.0, 16.0, 20.0, table), *framed(140.0, 16.0, 20.0, mask), *signed(316.0, 76.0, 20.0, row)]
        ways = [*arrow((70.0, 86.0), (112.0, 86.0), HUE), *arrow((250.0, 86.0), (306.0, 86.0), HUE)]
        words = [Words(52.0, 86.0, str(chosen), TEXT, 15.0, mono=True), caption(190.0, 156.0, "the table W")]
        return drawing("Embedding: the class number 3 picks row 3 of a table of vectors.", names, marks, ways, words)

    def summary(self) -> str:
        return f"{self.classes:,} × {self.width:,}"

    def arithmetic(self, inputs: Mapping[str, Value], output: Value) -> list[tuple[str, str, str]]:
        return [("parameters", f"{self.classes}·{self.width}", f"{self.classes * self.width:,}")]
