"""With the reduction sum, what is shown is per sample: the same in training, validation and evaluation."""

from __future__ import annotations

import pytest

from app.headless.evaluate import measured
from nodes import edits
from nodes.document import Document
from nodes.example import new
from nodes.training import Run
from runtime import task
from runtime.events import EpochDone, StepDone
from tests.nodes.test_losses import two_losses


def losses_of(document: Document) -> list[str]:
    return [n.id for n in document.nodes.values() if n.type in ("CrossEntropy", "MeanSquaredError")]


def summed(document: Document, *ids: str) -> Document:
    for id in ids or losses_of(document):
        document = edits.set_setting(document, id, "reduction", "sum")
    return document


def test_evaluation_does_not_depend_on_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    document = new("mlp")
    mean, once = measured(document, "test"), measured(summed(document), "test")
    assert once["loss"] == pytest.approx(mean["loss"], rel=1e-6)
    monkeypatch.setattr("runtime.task.EVALUATION_BATCH", 300)
    assert measured(summed(document), "test")["loss"] == pytest.approx(once["loss"], rel=1e-6)


def test_training_and_validation_are_per_sample_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task, "EVALUATION_BATCH", 300)
    document = edits.set_recipe(new("mlp"), optimizer="SGD", learning_rate=1e-9, batch_size=100)
    pairs = zip(Run(document, threads=1).events(1), Run(summed(document), threads=1).events(1), strict=True)
    for mean, total in pairs:
        if isinstance(mean, StepDone | EpochDone):
            assert isinstance(total, StepDone | EpochDone) and total.loss == pytest.approx(mean.loss, rel=1e-4)
        if isinstance(mean, EpochDone) and isinstance(total, EpochDone):
            assert total.validation_loss == pytest.approx(mean.validation_loss, rel=1e-4)


def test_one_of_two_losses_may_sum() -> None:
    document, second = two_losses()
    found, other = measured(document, "test"), measured(summed(document, second), "test")
    assert other["loss"] == pytest.approx(found["loss"], rel=1e-4)
    assert other["losses"] == pytest.approx(found["losses"], rel=1e-4)
    step = next(e for e in Run(summed(document, second), threads=1).events() if isinstance(e, StepDone))
    assert step.loss < 10 and step.accuracy is not None
