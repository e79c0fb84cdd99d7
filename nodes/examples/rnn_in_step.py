"""rnn-in-step."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from runtime.recipe import Recipe, Stage, Update

NOTE = """Many to many in step (lecture 002): an output at every input, as a label for every frame of a film. Here bits come in,
and at every step the answer is whether the number of ones so far is odd.
Look for: no answer can be read off its own bit. One bit of state is enough, and a network without any stays at chance: 50 %."""


@example(
    "rnn-in-step", "RNN: in step", "Says at every bit whether the ones so far are odd.", "98 % of the answers (chance: 50 %)",
    group="memory", lectures=("002",), picture="in-step",
)  # fmt: skip
def rnn_in_step() -> Document:
    stage = Stage(epochs=15, batch_size=50, learning_rate=0.005, schedule="cosine", updates=(Update(clip_norm=1.0),))
    s = Sketch("RNN: in step", Recipe((stage,)), "20 bits, 20 answers.")
    data = s.add("Dataset", "Parity", name="parity")
    s.add("SimpleRNN", "rnn", units=16, returns="sequence")
    s.add("Dense", "odd", units=2)
    s.add("Softmax")
    s.loss("CrossEntropy", data)
    s.note(NOTE)
    return s.document
