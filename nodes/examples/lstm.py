"""lstm."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from runtime.recipe import Recipe, Stage, Update

NOTE = """Long-term dependency (lecture 002): the adding problem. 150 steps of a number and a mark; one step in each half is
marked, and the two marked numbers are to be added. Always answering 1 has a squared error of 1/6 = 0.167.
Look for: the loss stays at 0.17 for a while, then falls at once. Put a SimpleRNN of 64 units in the layer's place: over 150
steps its gradients nearly vanish, and it stays there, or comes to 0.11 at best. Another length: adding:length=50 as data."""


@example(
    "lstm", "LSTM", "Adds two marked numbers, 75 steps apart on average.", "squared error below 0.005 (chance: 0.167)",
    group="memory", lectures=("002",), picture="many-to-one",
)  # fmt: skip
def lstm() -> Document:
    return adding("LSTM", NOTE)


def adding(layer: str, note: str) -> Document:
    """The adding problem with a recurrent layer of 64 units: 9,375 steps of 32, the rate falling over the last quarter."""
    stage = Stage(
        epochs=6, batch_size=32, learning_rate=0.001, schedule="linear", schedule_settings={"hold": 0.75},
        updates=(Update(clip_norm=1.0),),
    )  # fmt: skip
    s = Sketch(f"{layer}: the adding problem", Recipe((stage,)), "Hochreiter and Schmidhuber, Long short-term memory, 1997.")
    data = s.add("Dataset", "Adding", name="adding:length=150,count=50000")
    s.add(layer, layer.lower(), units=64)
    s.add("Dense", "sum", units=1)
    s.loss("MeanSquaredError", data)
    s.note(note)
    return s.document
