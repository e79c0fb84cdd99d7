"""rnn-one-to-many."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from runtime.recipe import Recipe, Stage, Update

NOTE = """One to many (lecture 002): one input, many outputs, as a picture and its caption. Here the picture of a digit is told
to the first step alone, and six steps spell its name.
Look for: the letters behind the first come from the state, for all that those steps are given is zeros. Always spelling the
same best word is right in 48 % of the steps."""


@example(
    "rnn-one-to-many", "RNN: one to many", "Looks at a digit and spells its name.", "96 % of the letters (chance: 48 %)",
    group="memory", lectures=("002",), picture="one-to-many",
)  # fmt: skip
def rnn_one_to_many() -> Document:
    stage = Stage(epochs=10, batch_size=64, learning_rate=0.002, schedule="cosine", updates=(Update(clip_norm=1.0),))
    s = Sketch("RNN: one to many", Recipe((stage,)), "A caption of six letters.")
    data = s.add("Dataset", "Captions", name="captions")
    s.add("Flatten")
    s.add("Dense", "look", units=64)
    s.add("ReLU")
    s.add("RepeatVector", "once", steps=6, given="first step")
    s.add("SimpleRNN", "rnn", units=64, returns="sequence")
    s.add("Dense", "letter", units=16)
    s.add("Softmax")
    s.loss("CrossEntropy", data)
    s.note(NOTE)
    return s.document
