"""Rosenblatt's rule: by hand, on AND, OR and XOR, and the linear program that says whether a line exists."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto

from runtime.checkpoint import progress_from_json
from runtime.data.dataset import Dataset, Split
from runtime.engines import engine
from runtime.errors import TrainingError
from runtime.events import Finished, StepDone
from runtime.graph import Array, Graph, Value
from runtime.recipe import Recipe
from runtime.rules.perceptron import separable
from runtime.task import Task
from runtime.trainer import Trainer
from tests.runtime.nets import quadrants

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
GATES = {"and": [0, 0, 0, 1], "or": [0, 1, 1, 1], "xor": [0, 1, 1, 0]}
UPDATE = {"rule": "perceptron", "optimizer": "SGD", "batch_size": 1, "learning_rate": 1.0, "epochs": 100}


def network(units: int = 1, hidden: int = 0, inputs: int = 2) -> tuple[Graph, Value, Value]:
    """Threshold units that fire above 0, with ½ Σ (t − y)²: (graph, loss, output)."""
    g = Graph("perceptron", training=True)
    x, t = g.input("sample", np.float32, ("N", inputs)), g.input("label", np.float32, ("N", units))
    if hidden:
        with g.scope("h", "hidden"):
            x = g.Tanh(g.MatMul(x, g.parameter("weight", (inputs, hidden), "glorot_uniform", role="weight")))
    with g.scope("n", "unit"):
        w = g.parameter("weight", (x.shape[1], units), role="weight")
        z = g.Add(g.MatMul(x, w), g.parameter("bias", (units,), role="bias"))
        y = g.Cast(g.Greater(z, 0.0), to=TensorProto.FLOAT)
    error = g.Sub(t, y)
    return g, g.Mul(g.ReduceSum(g.Mul(error, error), keepdims=0), 0.5), y


def task(samples: Array, labels: Any, units: int = 1, hidden: int = 0, **changes: Any) -> Task:
    g, loss, y = network(units, hidden, samples.shape[1])
    split = Split(np.asarray(samples, np.float32), np.asarray(labels, np.int64))
    data: Dataset = replace(quadrants(), train=split, validation=split)
    targets = (lambda c: c[:, None]) if units == 1 else (lambda c: np.eye(units)[c])
    recipe = Recipe().with_stage(**{**UPDATE, **changes})
    names = {"sample": "sample", "label": "label"}
    how = "threshold" if units == 1 else "argmax"
    return Task(g, loss, y, g, loss, y, names, data, recipe, how, targets)


def run(job: Task) -> tuple[Trainer, Finished]:
    trainer = Trainer(job, engine("onnxruntime", "cpu", threads=1))
    last = list(trainer.run())[-1]
    assert isinstance(last, Finished)
    return trainer, last


def by_hand(labels: list[int], rate: float, epochs: int) -> tuple[Array, float]:
    w, b = np.zeros(2), 0.0
    for _ in range(epochs):
        for x, t in zip(CORNERS, labels, strict=True):
            wrong = t - float(w @ x + b > 0)
            w, b = w + rate * wrong * x, b + rate * wrong
    return w, b


@pytest.mark.parametrize("gate", ["and", "or"])
def test_it_learns_and_stops_after_an_epoch_without_a_mistake(gate: str) -> None:
    trainer, last = run(task(CORNERS, GATES[gate]))
    assert last.reason == "learnt" and last.epoch < 20
    ordinal = {4: "4th", 6: "6th"}.get(last.epoch, str(last.epoch))
    assert last.sentence == f"A whole epoch without a mistake, the {ordinal}: the perceptron has learnt it."
    history = trainer.progress.history
    assert history[-1].loss == 0 and history[-1].accuracy == 1 and all(r.loss > 0 for r in history[:-1])
    w, b = by_hand(GATES[gate], 1.0, last.epoch)
    weights = trainer.checkpoint().weights
    np.testing.assert_array_equal(weights["unit.weight"][:, 0], w)
    assert weights["unit.bias"][0] == b
    assert list(trainer.run())[-1].reason == "already_done"


@pytest.mark.parametrize("rate", [1.0, 0.1])
def test_xor_goes_round_and_no_line_exists(rate: float) -> None:
    trainer, last = run(task(CORNERS, GATES["xor"], learning_rate=rate))
    assert last.reason == "cycle" and last.epoch < 30
    first = trainer.progress.trail.index(trainer.progress.trail[-1]) + 1
    np.testing.assert_allclose(by_hand(GATES["xor"], 1.0, first)[0], by_hand(GATES["xor"], 1.0, last.epoch)[0])
    assert last.sentence.startswith(f"After epoch {last.epoch} the weights are those after epoch {first}: ")
    proof = "No line separates the classes (a linear program proves it): add a hidden layer and use backpropagation."
    assert last.sentence.endswith(proof)


def test_a_run_cut_in_two_finds_the_same_cycle() -> None:
    job = task(CORNERS, GATES["xor"])
    whole, last = run(job)
    half = Trainer(job, engine("onnxruntime", "cpu", threads=1))
    list(half.run(epochs=1))
    point = half.checkpoint()
    point = replace(point, progress=progress_from_json(json.loads(json.dumps(point.progress.to_json()))))
    rest = Trainer(job, engine("onnxruntime", "cpu", threads=1), point)
    assert list(rest.run())[-1] == last and rest.progress == whole.progress


def test_samples_come_in_their_own_order() -> None:
    """AND from zero: the first mistake is the last corner, so the first three steps have no loss."""
    events = list(Trainer(task(CORNERS, GATES["and"], epochs=1), engine("numpy")).run())
    assert [e.loss for e in events if isinstance(e, StepDone)] == [0, 0, 0, 0.5]


def test_too_few_epochs_for_a_line_that_exists() -> None:
    _, last = run(task(CORNERS, GATES["and"], epochs=2))
    line = "A line that separates the classes exists (a linear program finds it): train longer."
    assert (last.reason, last.sentence) == ("done", line)
    begun = Trainer(task(CORNERS, GATES["and"], epochs=20), engine("numpy"))
    assert [e.sentence for e in begun.run(epochs=2) if isinstance(e, Finished)] == [line]  # before the planned end, too


def test_several_units_learn_one_class_each() -> None:
    samples = np.random.default_rng(0).standard_normal((3, 40, 3)) / 5 + 2 * np.eye(3)[:, None]
    labels = np.repeat([0, 1, 2], 40)
    trainer, last = run(task(samples.reshape(-1, 3), labels, units=3))
    assert last.reason == "learnt" and trainer.progress.history[-1].accuracy == 1


def test_a_frozen_layer_may_stand_before_it() -> None:
    job = task(CORNERS, GATES["xor"], hidden=40, epochs=300)
    frozen = replace(job.forward.parameters["hidden.weight"], kind="frozen", init="normal:3.0")
    job.forward.parameters["hidden.weight"] = frozen
    trainer, last = run(job)
    start = Trainer(job, engine("numpy")).checkpoint().weights["hidden.weight"]
    np.testing.assert_array_equal(trainer.checkpoint().weights["hidden.weight"], start)
    assert last.reason == "learnt"


def test_refusals_in_words() -> None:
    for job, words in (
        (task(CORNERS, GATES["and"], batch_size=4), "The perceptron rule learns from one sample at a time, and its batches "
         "have 4: set the batch size to 1."),
        (replace(task(CORNERS, GATES["and"]), decision="none"), "The perceptron rule needs answers that are right or wrong: "
         "give the loss a class as its target."),
        (task(CORNERS, GATES["and"], hidden=3), "The perceptron rule trains one layer of weights, and here hidden.weight, "
         "unit.weight, unit.bias would change: freeze the other layers, or choose backpropagation."),
        (task(CORNERS, GATES["and"], rule="backpropagation"), "‘unit’ (Greater) has no slope, so nothing before it can learn "
         "by backpropagation: put Sigmoid or Tanh in its place, or choose the perceptron rule."),
    ):  # fmt: skip
        with pytest.raises(TrainingError) as error:
            run(job)
        assert str(error.value) == words


def test_separability_of_drawn_points() -> None:
    rng = np.random.default_rng(5)
    rows = rng.standard_normal((60, 4))
    side = rows @ [1.0, -2.0, 0.5, 3.0] > 0.2
    assert separable(rows, side) and not separable(rows, ~side ^ (np.arange(60) == 7))
    assert separable(CORNERS, CORNERS.sum(axis=1) > 1.5) and not separable(CORNERS, CORNERS.sum(axis=1) > 1.5, bias=False)
    assert not separable(CORNERS, np.array([False, True, True, False]))
