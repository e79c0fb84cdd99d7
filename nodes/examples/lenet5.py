"""lenet5."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from runtime.recipe import Recipe, Stage, Update

NOTE = """LeNet-5 as published in 1998 (lectures 000, 002, 003): 32×32 pixels of mean 0 and deviation 1, scaled tanh, averages
with a trained factor and offset, and ten output units that each hold a drawn digit of 7×12 and tell how far the code before
them lies from it. The nearest one is the answer.
Look for: the codes in fc6, which become drawings. Two things are ours: C3 sees all six maps (the paper's table leaves some
out, for 900 weights less), and the drawings are made anew."""


@example(
    "lenet5", "LeNet-5, 1998", "As published: scaled tanh, averages, drawn codes at the end.", "1.2 % error on MNIST",
    group="seeing", lectures=("000", "002", "003"),
)  # fmt: skip
def lenet5() -> Document:
    stage = Stage(epochs=30, batch_size=64, learning_rate=0.004, schedule="one-cycle", updates=(Update(),))
    s = Sketch("LeNet-5, 1998", Recipe((stage,)), "Gradient-based learning applied to document recognition, 1998.")
    data = s.add("Dataset", "Digits", name="digits")
    s.add("Pad", "to 32×32", margins=(2, 2, 2, 2))
    s.add("Normalize")
    _maps(s, 1, 6)
    s.row(260.0)
    _maps(s, 3, 16)
    s.add("Conv2D", "C5", filters=120, kernel_size=(5, 5), initial_weights="lecun_normal")
    s.add("Tanh", scaled=True)
    s.row(520.0)
    s.add("Flatten")
    s.add("Dense", "F6", units=84, initial_weights="lecun_normal")
    s.add("Tanh", scaled=True)
    s.add("RBF", "codes", units=10, codes="digits")
    s.add("Softmax")
    s.loss("CrossEntropy", data)
    s.note(NOTE)
    return s.document


def _maps(s: Sketch, number: int, filters: int) -> None:
    """A convolution C, and a subsampling S of averages, each map's with a factor and an offset of its own."""
    s.add("Conv2D", f"C{number}", filters=filters, kernel_size=(5, 5), initial_weights="lecun_normal")
    s.add("Tanh", scaled=True)
    s.add("AveragePool2D", f"S{number + 1}")
    s.add("Conv2D", f"S{number + 1}_factor", filters=filters, kernel_size=(1, 1), groups=filters)
    s.add("Tanh", scaled=True)
