"""charrnn."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from nodes.examples.charrnn_small import writer
from runtime.recipe import Recipe, Stage, Update

NOTE = """The lecture's network that writes (002): three LSTMs of 512 units, after Karpathy, The unreasonable effectiveness of
recurrent neural networks, 2015. Any text in UTF-8 can be its data: give the Dataset the path of a .txt file.
It wants a GPU: a step of 50 sequences of 100 characters is 28 billion multiply-adds.
Look for: the costs of its three layers. charrnn-small has one, of 384 units, and learns on a laptop."""


@example(
    "charrnn", "Character RNN, 3×512", "Three LSTMs of 512 units read Shakespeare.", "not run here: it wants a GPU",
    group="memory", lectures=("002",), picture="text", large=True,
)  # fmt: skip
def charrnn() -> Document:
    stage = Stage(epochs=50, batch_size=50, learning_rate=0.002, schedule="cosine", updates=(Update(clip_norm=5.0),))
    s = Sketch("Character RNN, 3×512", Recipe((stage,)), "3×512 units; the last tenth of the text is held out.")
    writer(s, layers=3, units=512, width=64, length=100, dropout=0.5)
    s.note(NOTE)
    return s.document
