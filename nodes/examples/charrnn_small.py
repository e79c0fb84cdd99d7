"""charrnn-small."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from runtime.recipe import Recipe, Stage, Update

NOTE = """A network that writes (lecture 002), small enough for a laptop. It reads Shakespeare a character at a time and learns
which one comes next; its state is carried from batch to batch, so that it remembers more than the 64 steps that its gradient
goes back; now and then a stream forgets, so that beginning is learnt too. Untrained it needs log2 65 = 6.02 bits a character.
Look for: the tab Text, where it writes while it learns: first letters, then words, then speakers with their names.
netwright sample FILE --prompt "ROMEO:" --temperature 0.8 lets it write later."""


@example(
    "charrnn-small", "Character RNN, small", "Reads Shakespeare letter by letter, and writes on.",
    "below 2.3 bits per character", group="memory", lectures=("002",), picture="text",
)  # fmt: skip
def charrnn_small() -> Document:
    stage = Stage(epochs=24, batch_size=32, learning_rate=0.002, schedule="cosine", updates=(Update(clip_norm=5.0),))
    s = Sketch("Character RNN, small", Recipe((stage,)), "384 units; the last tenth of the text is held out.")
    writer(s, layers=1, units=384, width=64, length=64, dropout=0.3)
    s.note(NOTE)
    return s.document


def writer(s: Sketch, layers: int, units: int, width: int, length: int, dropout: float) -> None:
    """Characters through stacked LSTMs that carry their state; behind each a dropout."""
    data = s.add("Dataset", "Shakespeare", name=f"shakespeare:length={length}")
    s.add("Embedding", "letter", classes=65, width=width)
    for k in range(1, layers + 1):
        s.add("LSTM", f"lstm{k}" if layers > 1 else "lstm", units=units, returns="sequence", carries=True, forgets=32)
        s.add("Dropout", f"drop{k}" if layers > 1 else "drop", rate=dropout)
    s.add("Dense", "next", units=65)
    s.add("Softmax")
    s.loss("CrossEntropy", data)
