"""lenet."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from runtime.recipe import Recipe, Stage, Update

NOTES = (
    "LeNet-5 in its modern form: two convolutions find strokes, then parts of digits; three dense layers weigh them into "
    "ten scores. 44,426 parameters. After LeCun, Bottou, Bengio, Haffner, Gradient-based learning applied to document "
    "recognition, 1998."
)


#: What to look for, on the frames: a note above them would make the first thing that a student sees smaller.
STROKES = "finds strokes, then parts of digits. Look for: strokes of one direction in each map of conv1"
PARTS = "weighs the parts into ten scores (lectures 000, 002, 003)"


@example(
    "lenet", "LeNet", "Two convolutions and three dense layers read digits.", "97 % on the built-in digits",
    group="seeing", lectures=("000", "002", "003"),
)  # fmt: skip
def lenet() -> Document:
    recipe = Recipe((Stage(epochs=10, batch_size=64, learning_rate=0.001, schedule="cosine", updates=(Update(),)),))
    s = Sketch("LeNet", recipe, NOTES)
    data = s.add("Dataset", "Digits", name="digits")
    s.add("Conv2D", "conv1", filters=6, kernel_size=(5, 5))
    s.add("ReLU")
    s.add("MaxPool2D", "pool1")
    s.add("Conv2D", "conv2", filters=16, kernel_size=(5, 5))
    s.add("ReLU")
    s.add("MaxPool2D", "pool2")
    s.row(324.0)
    s.add("Flatten")
    s.add("Dense", "fc1", units=120)
    s.add("ReLU")
    s.add("Dense", "fc2", units=84)
    s.add("ReLU")
    s.add("Dense", "fc3", units=10)
    s.add("Softmax")
    s.loss("CrossEntropy", data)
    s.frame("Feature extractor", STROKES, (-24, -36, 1352, 288))
    s.frame("Classifier", PARTS, (-24, 288, 1352, 236))
    return s.document
