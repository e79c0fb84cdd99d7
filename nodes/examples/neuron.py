"""neuron."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from runtime.recipe import Recipe, Stage, Update

NOTE = """One neuron (lecture 001): 784 weights, an offset, a sigmoid. It answers one question: is it a 1, or not?
Look for: its weights as a picture, bright where a 1 has ink and dark where only other digits have. BinaryCrossEntropy, the
logistic loss, does in place of the squared one, too: the slide writes −y log f, one of its two terms; −(1−y) log(1−f) speaks
for the digits that are no 1."""


@example(
    "neuron", "Neuron", "One sigmoid unit answers “is it a 1?”", "about 99 % on the built-in digits",
    group="neurons", lectures=("001",),
)  # fmt: skip
def neuron() -> Document:
    update = Update(optimizer="SGD")
    recipe = Recipe((Stage(epochs=10, batch_size=64, learning_rate=0.5, schedule="constant", updates=(update,)),))
    s = Sketch("Neuron", recipe, "A linear classifier: 784 weights, one offset, one sigmoid. Its weights are a picture.")
    data = s.add("Dataset", "Digits", name="digits", positive="1")
    s.add("Flatten")
    s.add("Dense", "neuron", units=1)
    s.add("Sigmoid")
    s.loss("MeanSquaredError", data)
    s.note(NOTE)
    return s.document
