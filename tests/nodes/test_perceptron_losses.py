"""The perceptron rule by any loss that has right and wrong: mistakes are read off the answers, not off the loss."""

from __future__ import annotations

import pytest

from app.headless.evaluate import measured
from nodes import edits
from nodes.document import Document, Wire
from nodes.training import Run
from runtime.errors import TrainingError
from runtime.events import Finished


def unit(loss: str, *middle: str, data: str = "gauss:noise=0", units: int = 1) -> Document:
    """Dense, then the layers of `middle`, then the loss, by the perceptron rule."""
    document, source = edits.add(Document(), "Dataset", settings={"name": data})
    last, port = source, "sample"
    for type in ("Flatten", "Dense", *middle) if units > 1 else ("Dense", *middle):
        document, id = edits.add(document, type, settings={"units": units} if type == "Dense" else {})
        document = edits.connect(document, Wire(last, port, id, "x"))
        last, port = id, "y"
    document, id = edits.add(document, loss)
    document = edits.connect(document, Wire(last, port, id, "prediction"))
    document = edits.connect(document, Wire(source, "label", id, "target"))
    return edits.set_recipe(document, rule="perceptron", optimizer="SGD", batch_size=1, learning_rate=1.0, epochs=30)


def trained(document: Document) -> tuple[Document, Finished]:
    run = Run(document, threads=1)
    last = list(run.events())[-1]
    assert isinstance(last, Finished)
    return run.document(), last


@pytest.mark.parametrize(
    "drawing",
    [("BinaryCrossEntropy", "Sigmoid"), ("BinaryCrossEntropy",), ("BinaryCrossEntropy", "Step"), ("MeanSquaredError",),
     ("Hinge",), ("SquaredError", "Step")],
)  # fmt: skip
def test_one_unit_learns_by_every_loss(drawing: tuple[str, ...]) -> None:
    document, last = trained(unit(*drawing))
    assert last.reason == "learnt" and "without a mistake" in last.sentence and "train longer" not in last.sentence
    assert measured(document, "train")["accuracy"] == 1


def test_several_classes_learn_from_the_answer_that_won() -> None:
    document, last = trained(edits.set_recipe(unit("CrossEntropy", data="digits", units=10), epochs=2))
    assert measured(document, "test")["accuracy"] > 0.75 and "line" not in last.sentence and "plane" not in last.sentence


def test_threshold_units_under_a_loss_that_is_never_0_are_refused() -> None:
    with pytest.raises(TrainingError) as error:
        trained(unit("CrossEntropy", "Step", data="digits", units=10))
    assert str(error.value) == (
        "The perceptron rule needs a loss that is 0 where threshold units are right, and this one never is: use SquaredError "
        "behind Step or Sign units, or leave the units out."
    )
