from __future__ import annotations

import json
import math

import numpy as np
import pytest

from runtime.events import EpochDone, Finished, StepDone, to_json
from runtime.metrics import Answers, Distances, confusion, correct, correct_within, decision, precision, recall


@pytest.mark.parametrize(("labels", "outputs", "expected"), [
    (np.array([0, 2, 1]), 3, "argmax"),
    (np.array([0, 1, 1]), 1, "threshold"),
    (np.array([-1.0, 1.0]), 1, "sign"),
    (np.array([0.3, 1.0]), 1, "none"),
    (np.zeros((4, 2), "f"), 2, "none"),
])
def test_decision_from_the_labels(labels: np.ndarray, outputs: int, expected: str) -> None:
    assert decision(labels, outputs) == expected


def test_correct() -> None:
    assert correct(np.array([[1, 5, 2], [9, 1, 1], [0, 0, 1]]), np.array([1, 0, 1]), "argmax") == 2
    assert correct(np.array([[0.4], [0.6], [0.9]]), np.array([0, 1, 0]), "threshold") == 2
    assert correct(np.array([-0.4, 0.6, 0.9]), np.array([-1, 1, -1]), "sign") == 2
    assert correct(np.array([[-0.4], [0.6]]), np.array([0, 1]), "sign") == 2
    assert correct(np.array([[0.4]]), np.array([[0.4]]), "none") == 0
    assert correct(np.zeros((2, 5, 3)), np.zeros((2, 5), np.int64), "argmax") == 10


def test_confusion_counts_true_class_by_answer() -> None:
    output = np.eye(3)[[0, 1, 1, 2]]
    np.testing.assert_array_equal(confusion(output, np.array([0, 1, 2, 2]), "argmax", 3), [[1, 0, 0], [0, 1, 0], [0, 1, 1]])
    np.testing.assert_array_equal(confusion(np.array([[-1.0], [2.0]]), np.array([1, 1]), "sign", 2), [[0, 0], [1, 1]])


def test_top_k_counts_the_truth_among_the_largest() -> None:
    output, labels = np.array([[0.1, 0.5, 0.4], [0.3, 0.3, 0.4], [0.2, 0.5, 0.3]]), np.array([2, 1, 0])
    assert [correct_within(output, labels, k) for k in (1, 2, 3)] == [0, 1, 3], "of equal outputs the first is larger"
    assert correct_within(output, labels, 1) == correct(output, labels, "argmax")


def test_precision_and_recall_by_class() -> None:
    counts = np.array([[3, 1, 0], [2, 4, 0], [0, 0, 0]])
    assert precision(counts) == [3 / 5, 4 / 5, None]
    assert recall(counts) == [3 / 4, 4 / 6, None]


def test_answers_over_parts_are_answers_over_all() -> None:
    rng = np.random.default_rng(2)
    output, labels = rng.standard_normal((50, 7)), rng.integers(0, 7, 50)
    judge = Answers("argmax", 7)
    for part in (slice(0, 20), slice(20, 50)):
        judge.add(output[part], labels[part])
    found = judge.result()
    right = np.mean(output.argmax(1) == labels)
    assert found["accuracy"] == right and found["error"] == pytest.approx(1 - right)
    assert found["top_5"] == correct_within(output, labels, 5) / 50
    assert Answers("argmax", 3).result()["top_5"] is None


def test_distances_of_a_regression() -> None:
    rng = np.random.default_rng(3)
    target = rng.standard_normal((40, 2)) + np.array([1e6, -3])
    output = target + rng.standard_normal((40, 2)) / 4
    judge = Distances()
    for part in (slice(0, 15), slice(15, 40)):
        judge.add(output[part], target[part])
    found = judge.result()
    r2 = 1 - np.sum((output - target) ** 2) / np.sum((target - target.mean(axis=0)) ** 2)
    assert found["mae"] == pytest.approx(np.abs(output - target).mean()) and found["r2"] == pytest.approx(r2, rel=1e-9)
    still = Distances()
    still.add(np.ones((4, 1)), np.ones((4, 1)))
    assert still.result() == {"mae": 0.0, "r2": None}


def test_events_as_json() -> None:
    step = to_json(StepDone(7, 2, math.nan, 0.5, 0.1))
    numbers = {"event": "step", "step": 7, "epoch": 2, "loss": None, "accuracy": 0.5, "learning_rate": 0.1}
    assert step == {**numbers, "others": (), "stage": {"number": 1, "count": 1, "name": ""}}
    epoch = to_json(EpochDone(7, 2, 0.5, None, 0.25, None, 1.5))
    assert json.loads(json.dumps(epoch))["validation_loss"] == 0.25 and epoch["event"] == "epoch"
    assert to_json(Finished(7, 2, "done", "net.onnx"))["output"] == "net.onnx"
