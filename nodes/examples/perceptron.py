"""perceptron, perceptron-xor."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from runtime.recipe import Recipe, Stage, Update

LINE = """Rosenblatt's perceptron (lectures 001, 002, 003, 004): one step unit, and the perceptron rule. A right answer changes
nothing; a wrong one adds the sample to the weights, or takes it away. The offset is a threshold with its sign turned.
Look for: it stops by itself after an epoch without a mistake. Choose ‘or’ at the dataset, restart, and it does so again."""

NO_LINE = """The same perceptron on exclusive or (lecture 001): no line has 00 and 11 on one side, and 01 and 10 on the other.
Look for: it never comes to an epoch without a mistake. Its weights come back to where they were: a cycle. Then a linear
program proves that no line exists, and says so. One hidden layer mends it: ‘playground’."""


def _perceptron(title: str, data_name: str, note: str) -> Document:
    update = Update(rule="perceptron", optimizer="SGD")
    stage = Stage(epochs=100, batch_size=1, learning_rate=1.0, schedule="constant", updates=(update,))
    s = Sketch(title, Recipe((stage,)), "F. Rosenblatt, The perceptron, 1958. Three parameters.")
    data = s.add("Dataset", "Corners", name=data_name)
    s.add("Dense", "unit", units=1, initial_weights="zeros")
    s.add("Step", at_zero="0")
    s.loss("MeanSquaredError", data)
    s.note(note)
    return s.document


@example(
    "perceptron", "Perceptron", "Learns AND, stops by proof.", "no mistake after a few epochs",
    group="neurons", lectures=("001", "002", "003", "004"), picture="line",
)  # fmt: skip
def perceptron() -> Document:
    return _perceptron("Perceptron", "and", LINE)


@example(
    "perceptron-xor", "XOR fails", "Why one line is not enough.", "a cycle, and a proof that no line exists",
    group="neurons", lectures=("001",), picture="xor",
)  # fmt: skip
def perceptron_xor() -> Document:
    return _perceptron("XOR fails", "xor-corners", NO_LINE)
