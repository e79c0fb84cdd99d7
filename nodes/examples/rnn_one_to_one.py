"""rnn-one-to-one."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from runtime.recipe import Recipe, Stage, Update

NOTE = """One to one (lecture 002, the first of the five arrangements): one input, one step, one output.
Look for: nothing recurrent is left. With a single step the state begins as zeros, so R h = 0 and the layer is a Dense with a
tanh. It is here to be compared with the other four. Chance: 10 %."""


@example(
    "rnn-one-to-one", "RNN: one to one", "A recurrent layer of one step is a dense one.",
    "92 % on the built-in digits (chance: 10 %)", group="memory", lectures=("002",), picture="one-to-one",
)  # fmt: skip
def rnn_one_to_one() -> Document:
    stage = Stage(epochs=5, batch_size=64, learning_rate=0.002, schedule="cosine", updates=(Update(),))
    s = Sketch("RNN: one to one", Recipe((stage,)), "A picture as the only step of a sequence.")
    data = s.add("Dataset", "Digits", name="digits")
    s.add("Reshape", "one step", shape=(1, 784))
    s.add("SimpleRNN", "rnn", units=64)
    s.add("Dense", "out", units=10)
    s.add("Softmax")
    s.loss("CrossEntropy", data)
    s.note(NOTE)
    return s.document
