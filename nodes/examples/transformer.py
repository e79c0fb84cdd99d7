"""transformer."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from runtime.recipe import Recipe, Stage, Update

NOTE = """A Transformer block, twice (beyond the lectures): a digit is read as a sequence of its 28 rows. Every row asks all
rows how much they matter to it, takes their weighted mean, and adds it to itself; then each is worked on alone, and added.
Look for: the wires that go past. Take the positions out, and it no longer knows which row is above which."""

WIDTH = 48


@example(
    "transformer", "Transformer block", "Attention, added and normed.", "96 % on the built-in digits", group="further",
)  # fmt: skip
def transformer() -> Document:
    stage = Stage(epochs=15, batch_size=64, learning_rate=0.002, schedule="one-cycle", updates=(Update(),))
    s = Sketch("Transformer block", Recipe((stage,)), "Vaswani et al., Attention Is All You Need, 2017, normed before.")
    data = s.add("Dataset", "Digits", name="digits")
    s.add("Reshape", "rows", shape=(28, 28))
    s.add("Dense", "embedding", units=WIDTH)
    s.add("PositionalEmbedding", "positions")
    with s.block("transformer block", 2):
        _attention(s)
        _feed_forward(s)
    s.add("LayerNormalization")
    s.add("GlobalAveragePool", "mean of rows")
    s.add("Dense", "scores", units=10)
    s.add("Softmax")
    s.loss("CrossEntropy", data)
    s.note(NOTE)
    return s.document


def _attention(s: Sketch) -> None:
    came_in = s.last
    s.add("LayerNormalization", "norm1")
    s.add("MultiHeadAttention", "attention", heads=4)
    s.join("Add", s.last, came_in, label="add1")


def _feed_forward(s: Sketch) -> None:
    came_in = s.last
    s.add("LayerNormalization", "norm2")
    s.add("Dense", "wider", units=2 * WIDTH)
    s.add("GELU")
    s.add("Dense", "back", units=WIDTH)
    s.join("Add", s.last, came_in, label="add2")
