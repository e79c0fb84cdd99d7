"""Learning rules through a document: the recipe names the rule, the layers give the roles."""

from __future__ import annotations

from pathlib import Path

import pytest

from nodes import edits
from nodes.document import Document, Wire, same_arrays
from nodes.document_json import from_json, to_json
from nodes.files import load, save
from nodes.problems import Refusal
from nodes.training import Run
from runtime.errors import TrainingError
from runtime.events import EpochDone, Finished


def perceptron(data: str, unit: str = "Step") -> Document:
    """One threshold unit on points in the plane, by the perceptron rule."""
    targets = {} if unit == "Step" else {"targets": "−1 and 1"}
    document, source = edits.add(Document(), "Dataset", settings={"name": data})
    ids = [source]
    for type, settings in (("Dense", {"units": 1, "initial_weights": "zeros"}), (unit, {}), ("SquaredError", targets)):
        document, id = edits.add(document, type, settings=settings)
        ports = ("sample" if type == "Dense" else "y", "prediction" if type == "SquaredError" else "x")
        document = edits.connect(document, Wire(ids[-1], ports[0], id, ports[1]))
        ids.append(id)
    document = edits.connect(document, Wire(source, "label", ids[-1], "target"))
    return edits.set_recipe(document, rule="perceptron", optimizer="SGD", batch_size=1, learning_rate=1.0, epochs=30)


def ended(document: Document) -> Finished:
    last = list(Run(document, threads=1).events())[-1]
    assert isinstance(last, Finished)
    return last


@pytest.mark.parametrize("unit", ["Step", "Sign"])
def test_separable_points_are_learnt(unit: str) -> None:
    document = perceptron("gauss:noise=0", unit)
    assert from_json(to_json(document)) == document
    last = ended(document)
    assert last.reason == "learnt" and last.epoch < 10


def test_a_circle_is_proved_to_be_beyond_a_line() -> None:
    last = ended(edits.set_recipe(perceptron("circle:noise=0"), epochs=3))
    assert last.sentence.endswith("No line separates the classes (a linear program proves it): add a hidden layer and use "
                                  "backpropagation.")  # fmt: skip


def boltzmann(chains: int) -> Document:
    """A Boltzmann machine on digits, with the reconstruction error as its loss."""
    document, source = edits.add(Document(), "Dataset")
    document, flat = edits.add(document, "Flatten")
    document = edits.connect(document, Wire(source, "sample", flat, "x"))
    document, rbm = edits.add(document, "RBM", settings={"units": 32})
    document = edits.connect(document, Wire(flat, "y", rbm, "x"))
    document, loss = edits.add(document, "MeanSquaredError")
    document = edits.connect(document, Wire(rbm, "reconstruction", loss, "prediction"))
    document = edits.connect(document, Wire(flat, "y", loss, "target"))
    return edits.set_recipe(
        document, rule="contrastive divergence", rule_settings={"chains": chains}, optimizer="SGD", batch_size=100,
        learning_rate=0.05, epochs=2,
    )  # fmt: skip


@pytest.mark.parametrize("chains", [0, 20])
def test_a_boltzmann_machine_learns_digits_and_goes_on_from_a_file(chains: int, tmp_path: Path) -> None:
    whole = Run(boltzmann(chains), threads=1)
    losses = [e.validation_loss for e in whole.events() if isinstance(e, EpochDone)]
    assert losses[0] is not None and losses[1] is not None and losses[1] < losses[0] < 0.11
    half = Run(boltzmann(chains), threads=1)
    list(half.events(1))
    assert len(half.document().training.slots) == (chains > 0)
    save(half.document(), tmp_path / "a.onnx")
    rest = Run(load(tmp_path / "a.onnx"), threads=1)
    list(rest.events())
    assert same_arrays(rest.document().weights, whole.document().weights)
    assert same_arrays(rest.document().training.slots, whole.document().training.slots)


def test_rules_are_checked_in_words() -> None:
    document = perceptron("gauss:noise=0")
    with pytest.raises(Refusal) as refused:
        edits.set_recipe(document, rule="perceptrom")
    assert str(refused.value) == "There is no learning rule called ‘perceptrom’: did you mean ‘perceptron’?"
    with pytest.raises(TrainingError) as error:
        ended(edits.set_recipe(document, rule="backpropagation"))
    assert "has no slope, so nothing before it can learn by backpropagation" in str(error.value)
