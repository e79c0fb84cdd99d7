"""rnn-encoder-decoder."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from runtime.recipe import Recipe, Stage, Update

NOTE = """Many to many with encoder and decoder (lecture 002): first all is heard, then all is said, as in translation. Here the
three digits of a number, and the number in words, 28 letters at most.
Look for: the two wires h and c. The decoder knows nothing of the digits but what the encoder's last state holds. It is tested
on 100 numbers that it never saw. Always saying the same best words is right in 38 % of the letters."""


@example(
    "rnn-encoder-decoder", "RNN: encoder and decoder", "Translates digits into words.",
    "99 % of the letters of unseen numbers (chance: 38 %)", group="memory", lectures=("002",), picture="encoder-decoder",
)  # fmt: skip
def rnn_encoder_decoder() -> Document:
    stage = Stage(epochs=60, batch_size=50, learning_rate=0.005, schedule="cosine", updates=(Update(clip_norm=1.0),))
    s = Sketch("RNN: encoder and decoder", Recipe((stage,)), "After Sutskever, Vinyals, Le, 2014; Cho et al., 2014.")
    data = s.add("Dataset", "Numbers", name="numbers")
    s.add("Embedding", "digit", classes=10, width=16)
    encoder = s.add("LSTM", "encoder", units=96)
    s.row(280.0, 464.0)
    s.add("RepeatVector", "time to speak", steps=28)
    decoder = s.add("LSTM", "decoder", units=96, returns="sequence")
    for state in ("h", "c"):
        s.wire(encoder, state, decoder, state)
    s.add("Dense", "letter", units=20)
    s.add("Softmax")
    s.loss("CrossEntropy", data)
    s.note(NOTE)
    return s.document
