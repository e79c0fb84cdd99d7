from __future__ import annotations

import json
import math

import numpy as np
import pytest

from runtime.events import EpochDone, Finished, StepDone, to_json
from runtime.metrics import confusion, correct, decision


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


def test_events_as_json() -> None:
    step = to_json(StepDone(7, 2, math.nan, 0.5, 0.1))
    assert step == {"event": "step", "step": 7, "epoch": 2, "loss": None, "accuracy": 0.5, "learning_rate": 0.1}
    epoch = to_json(EpochDone(7, 2, 0.5, None, 0.25, None, 1.5))
    assert json.loads(json.dumps(epoch))["validation_loss"] == 0.25 and epoch["event"] == "epoch"
    assert to_json(Finished(7, 2, "done", "net.onnx"))["output"] == "net.onnx"
