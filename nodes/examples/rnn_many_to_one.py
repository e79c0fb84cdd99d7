"""rnn-many-to-one."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from runtime.recipe import Recipe, Stage, Update

NOTE = """Many to one (lecture 002): many inputs, one output at the end, as a sentence and its mood. Here 40 noisy samples of a
wave, and its form: sine, square, triangle or sawtooth.
Look for: only the last state is read, so all that was heard must be in its 32 numbers. Chance: 25 %."""


@example(
    "rnn-many-to-one", "RNN: many to one", "Hears a noisy wave and names its form.", "97 % of the waves (chance: 25 %)",
    group="memory", lectures=("002",), picture="many-to-one",
)  # fmt: skip
def rnn_many_to_one() -> Document:
    stage = Stage(epochs=15, batch_size=50, learning_rate=0.003, schedule="cosine", updates=(Update(clip_norm=1.0),))
    s = Sketch("RNN: many to one", Recipe((stage,)), "40 steps, one answer.")
    data = s.add("Dataset", "Waves", name="waves")
    s.add("SimpleRNN", "rnn", units=32)
    s.add("Dense", "form", units=4)
    s.add("Softmax")
    s.loss("CrossEntropy", data)
    s.note(NOTE)
    return s.document
