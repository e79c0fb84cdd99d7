"""Targets that mean nothing to a loss are refused before the first step, in words."""

from __future__ import annotations

import numpy as np
import pytest

from nodes import edits
from nodes.document import Document, Wire
from nodes.layer import LossLayer, make
from nodes.training import Run
from runtime.errors import TrainingError


def regression(loss: str, data: str = "plane") -> Document:
    document, source = edits.add(Document(), "Dataset", settings={"name": data})
    document, dense = edits.add(document, "Dense", settings={"units": 1})
    document, id = edits.add(document, loss)
    for wire in (Wire(source, "sample", dense, "x"), Wire(dense, "y", id, "prediction"), Wire(source, "label", id, "target")):
        document = edits.connect(document, wire)
    return edits.set_recipe(document, epochs=1)


@pytest.mark.parametrize(
    ("loss", "wanted"),
    [("BinaryCrossEntropy", "takes numbers from 0 to 1"), ("Hinge", "takes −1 and 1"),
     ("KullbackLeibler", "takes probabilities that sum to 1")],
)  # fmt: skip
def test_numbers_outside_a_losss_range_are_refused(loss: str, wanted: str) -> None:
    with pytest.raises(TrainingError) as error:
        Run(regression(loss), threads=1)
    sentence = str(error.value)
    assert sentence.startswith("Training targets are numbers such as ") and f", and {loss} ‘loss1’ {wanted}: " in sentence
    assert sentence.endswith(": choose a loss for any numbers, such as MeanSquaredError.")


def test_numbers_pass_where_they_mean_something() -> None:
    Run(regression("MeanSquaredError"), threads=1)
    for loss, settings, numbers in (
        ("BinaryCrossEntropy", {}, [0, 0.5, 1]),
        ("BinaryCrossEntropy", {"targets": "−1 and 1"}, [-1, 1]),
        ("Hinge", {}, [-1, 1]), ("KullbackLeibler", {}, [0.25, 0.75]),
        ("SquaredError", {"kind": "margin"}, [1, -1]), ("SquaredError", {}, [7]),
        ("CrossEntropy", {}, [0, 1, 0]),
    ):  # fmt: skip
        layer = make(loss, settings)
        assert isinstance(layer, LossLayer) and not layer.unfit(np.array([numbers], np.float32))
