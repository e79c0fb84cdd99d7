"""mlp, mlp-1000, mlp-500-300."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from runtime.recipe import Recipe, Stage, Update

NOTE = """A multilayer perceptron for digits (lectures 001, 002, 004): every pixel feeds every hidden unit.
Look for: it does not know that pixels have neighbours. Shuffle all pictures alike, and it learns as well; LeNet does not."""


def _mlp(title: str, words: str, hidden: tuple[int, ...], epochs: int, batch_size: int, decay: float = 0.0) -> Document:
    updates = (Update(weight_decay=decay),)
    stage = Stage(epochs=epochs, batch_size=batch_size, learning_rate=0.001, schedule="cosine", updates=updates)
    s = Sketch(title, Recipe((stage,)), words)
    data = s.add("Dataset", "Digits", name="digits")
    s.add("Flatten")
    for i, units in enumerate(hidden):
        s.add("Dense", f"fc{i + 1}", units=units, initial_weights="he_normal")
        s.add("ReLU")
    s.add("Dense", f"fc{len(hidden) + 1}", units=10)
    s.add("Softmax")
    s.loss("CrossEntropy", data)
    s.note(NOTE)
    return s.document


@example(
    "mlp", "MLP", "One hidden layer of 128 units reads digits.", "about 94 % on the built-in digits",
    group="seeing", lectures=("001", "002", "004"),
)  # fmt: skip
def mlp() -> Document:
    return _mlp("MLP", "784-128-10: every pixel feeds every hidden unit. 101,770 parameters.", (128,), 10, 64)


@example(
    "mlp-1000", "MLP, 1000 hidden units", "The lecture's table: one wide hidden layer.", "1.6 % error on MNIST",
    group="seeing", lectures=("002",),
)  # fmt: skip
def mlp_1000() -> Document:
    return _mlp("MLP 784-1000-10", "One wide hidden layer: 795,010 parameters.", (1000,), 20, 128, 1e-4)


@example(
    "mlp-500-300", "MLP, 500 and 300 hidden units", "The lecture's table: two hidden layers.", "1.6 % error on MNIST",
    group="seeing", lectures=("002",),
)  # fmt: skip
def mlp_500_300() -> Document:
    return _mlp("MLP 784-500-300-10", "Two hidden layers: 545,810 parameters.", (500, 300), 20, 128, 1e-4)
