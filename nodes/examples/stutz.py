"""stutz."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from runtime.recipe import Recipe, Stage, Update

NOTE = """The lecture's experiment with a two-layer perceptron (lecture 002, after Stutz): logistic units, the summed squared
error, stochastic mini-batches, a variable number of hidden units.
Look for: error against hidden units. Change ‘hidden’, restart, train, and compare: from 10 to 100 units it falls steeply,
beyond 100 hardly any more in ten epochs, since wider ones want more of them. `dev.py course stutz` draws the curve."""


@example(
    "stutz", "Two-layer perceptron", "Logistic units, squared error, any number of hidden units.",
    "a curve: error against hidden units", group="memory", lectures=("002",),
)  # fmt: skip
def stutz() -> Document:
    update = Update(optimizer="SGD")
    stage = Stage(epochs=20, batch_size=10, learning_rate=0.3, schedule="constant", updates=(update,))
    s = Sketch("Two-layer perceptron", Recipe((stage,)), "D. Stutz, Introduction to neural networks, seminar, 2014.")
    data = s.add("Dataset", "Digits", name="digits")
    s.add("Flatten")
    s.add("Dense", "hidden", units=100)
    s.add("Sigmoid")
    s.add("Dense", "output", units=10)
    s.add("Sigmoid")
    s.loss("SquaredError", data)
    s.note(NOTE)
    return s.document
