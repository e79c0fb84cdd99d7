"""playground."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from runtime.recipe import Recipe, Stage, Update

NOTES = (
    "The classic playground: two coordinates in, two hidden layers of eight tanh units, one tanh output whose sign is the "
    "class. Full-batch Adam with a cosine schedule solves even the spiral."
)

NOTE = """The playground (lectures 001, 003): two coordinates in, one number out, whose sign is the class.
Look for: lines become bends, bends become a spiral. Take the Tanhs out, and however deep it is, only a line is left."""


@example(
    "playground", "Playground", "Two coordinates, 8 + 8 tanh units, class by sign.", "over 97 % on the spiral",
    group="neurons", lectures=("001", "003"), picture="spiral",
)  # fmt: skip
def playground() -> Document:
    update = Update(optimizer="Adam", weight_decay=1e-4)
    stage = Stage(epochs=1000, batch_size=0, learning_rate=0.03, schedule="cosine", updates=(update,))
    s = Sketch("Playground", Recipe((stage,)), NOTES)
    data = s.add("Dataset", "Points", name="spiral:noise=0")
    for name, units in (("hidden1", 8), ("hidden2", 8), ("out", 1)):
        s.add("Dense", name, units=units)
        s.add("Tanh")
    s.loss("MeanSquaredError", data, {"targets": "−1 and 1"})
    s.note(NOTE)
    return s.document
