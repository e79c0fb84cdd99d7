"""lenet-wide, lenet-deformed."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from runtime.recipe import Recipe, Stage, Update

NOTE = """LeNet, wider: 20 and 50 maps, 500 hidden units, and dropout before both dense layers (lectures 002, 003).
Look for: the gap between training and validation. Dropout makes training worse and the test better.
The rate rises for a fifth of the epochs and then falls to nothing: one cycle, 12 epochs."""

DEFORMED = """The wide LeNet, and every digit moved, turned and scaled anew each time it is shown (lectures 002, 003).
Look for: training accuracy below that of validation, because only training sees crooked digits. The lecture's 0.8 % had
540,000 digits deformed once and 60,000 as they were; here no two epochs are alike. Nothing of it stays in the finished file."""


def _wide(title: str, deformed: bool) -> Document:
    schedule = {"start": 0.04, "rise": 0.2}
    stage = Stage(
        epochs=12, batch_size=128, learning_rate=0.002, schedule="one-cycle", schedule_settings=schedule, updates=(Update(),)
    )
    s = Sketch(title, Recipe((stage,)), "20-50-500 with dropout: 431,080 parameters.")
    data = s.add("Dataset", "Digits", name="digits")
    if deformed:
        s.add("RandomTranslation", "moved", pixels=(2, 2))
        s.add("RandomRotation", "turned", degrees=10.0)
        s.add("RandomZoom", "scaled", amount=0.1)
        s.row(280.0)
    for i, filters in enumerate((20, 50)):
        s.add("Conv2D", f"conv{i + 1}", filters=filters, kernel_size=(5, 5))
        s.add("ReLU")
        s.add("MaxPool2D", f"pool{i + 1}")
    s.row(560.0 if deformed else 280.0)
    s.add("Flatten")
    s.add("Dropout", "drop1")
    s.add("Dense", "fc1", units=500)
    s.add("ReLU")
    s.add("Dropout", "drop2")
    s.add("Dense", "fc2", units=10)
    s.add("Softmax")
    s.loss("CrossEntropy", data)
    s.note(DEFORMED if deformed else NOTE)
    return s.document


@example(
    "lenet-wide", "LeNet, wide", "20 and 50 maps, 500 units, dropout, one cycle.", "0.65 % error on MNIST",
    group="seeing", lectures=("002", "003"),
)  # fmt: skip
def lenet_wide() -> Document:
    return _wide("LeNet, wide", deformed=False)


@example(
    "lenet-deformed", "LeNet on deformed digits", "Each digit moved, turned and scaled anew each time.",
    "0.55 % error on MNIST", group="seeing", lectures=("002", "003"),
)  # fmt: skip
def lenet_deformed() -> Document:
    return _wide("LeNet on deformed digits", deformed=True)
