"""mlp."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from runtime.recipe import Recipe, Stage, Update


@example(
    "mlp", "MLP", "One hidden layer of 128 units reads digits.", "about 94 % on the built-in digits",
    group="seeing", lectures=("001", "002", "004"),
)  # fmt: skip
def mlp() -> Document:
    recipe = Recipe((Stage(epochs=10, batch_size=64, learning_rate=0.001, schedule="cosine", updates=(Update(),)),))
    s = Sketch("MLP", recipe, "784-128-10: every pixel feeds every hidden unit. 101,770 parameters.")
    data = s.add("Dataset", "Digits", name="digits")
    s.add("Flatten")
    s.add("Dense", "fc1", units=128, initial_weights="he_normal")
    s.add("ReLU")
    s.add("Dense", "fc2", units=10)
    s.add("Softmax")
    s.loss("CrossEntropy", data)
    return s.document
