"""Losses: each is its formula, on both engines, for every kind of prediction and target, and so is its gradient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
import pytest

from nodes import edits
from nodes.build import build
from nodes.document import Document, Wire
from nodes.layer import INDICES, LossLayer, layer_type, layer_types
from nodes.problems import Refusal
from runtime.autodiff import gradients
from runtime.engines import engine
from runtime.graph import Array
from runtime.onnx_model import to_model
from runtime.training_step import copied
from tests.nodes.drawing import drawn, run

RNG = np.random.default_rng(4)


def log_softmax(x: Array, axis: int = 1) -> Array:
    return x - np.log(np.exp(x).sum(axis, keepdims=True))


def eye(t: Array, count: int, axis: int = 1) -> Array:
    return np.moveaxis(np.eye(count)[t], -1, axis)


def softplus(x: Array) -> Array:
    return np.log1p(np.exp(x))


@dataclass(frozen=True)
class Case:
    """A loss with a prediction and a target, and its formula in NumPy."""

    type: str
    x: Array
    t: Array
    formula: Callable[[Array, Array], Any]
    settings: dict[str, Any] = field(default_factory=dict)


V, ONE, S, M = (RNG.standard_normal(shape) for shape in [(5, 3), (5, 1), (4, 6, 3), (2, 3, 4, 5)])
CV, CONE, CS, CM = (RNG.integers(0, n, shape) for n, shape in [(3, 5), (2, 5), (3, (4, 6)), (3, (2, 4, 5))])
PROBABILITIES = np.array([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4], [0.0, 0.5, 0.5]])
SIGNS = np.where(RNG.random((5, 1)) < 0.5, -1.0, 1.0)
W = [1.0, 2.5, 0.5]


def hinge_of_several(x: Array, t: Array) -> Any:
    losses = [sum(max(0.0, 1 + r[j] - r[c]) for j in range(3) if j != c) for r, c in zip(x, t, strict=True)]
    return np.mean(losses)


CASES = {
    "cross-entropy of vectors": Case("CrossEntropy", V, CV, lambda x, t: -(log_softmax(x) * eye(t, 3)).sum(1).mean()),
    "… of one-hot targets": Case("CrossEntropy", V, eye(CV, 3), lambda x, t: -(log_softmax(x) * t).sum(1).mean()),
    "… of sequences": Case("CrossEntropy", S, CS, lambda x, t: -(log_softmax(x, 2) * eye(t, 3, 2)).sum(2).mean()),
    "… of maps": Case("CrossEntropy", M, CM, lambda x, t: -(log_softmax(x) * eye(t, 3)).sum(1).mean()),
    "… summed": Case("CrossEntropy", M, CM, lambda x, t: -(log_softmax(x) * eye(t, 3)).sum(), {"reduction": "sum"}),
    "… weighted": Case(
        "CrossEntropy", V, CV, lambda x, t: np.average(-(log_softmax(x) * eye(t, 3)).sum(1), weights=np.array(W)[t]),
        {"class_weights": W},
    ),
    "… of maps weighted, summed": Case(
        "CrossEntropy", M, CM, lambda x, t: -(log_softmax(x) * eye(t, 3)).sum(1).ravel() @ np.array(W)[t].ravel(),
        {"class_weights": W, "reduction": "sum"},
    ),
    "… of which no class counts": Case(
        "CrossEntropy", V, np.array([1, 1, 2, 1, 2]), lambda x, t: 0.0 * x.sum(), {"class_weights": [1.0, 0.0, 0.0]},
    ),
    "logistic": Case("BinaryCrossEntropy", ONE, CONE, lambda x, t: softplus(-(2 * t - 1) * x[:, 0]).mean()),
    "logistic, probabilities": Case(
        "BinaryCrossEntropy", V, PROBABILITIES,
        lambda x, t: -(t * np.log(1 / (1 + np.exp(-x))) + (1 - t) * np.log(1 - 1 / (1 + np.exp(-x)))).mean(),
    ),
    "logistic, ±1, summed": Case(
        "BinaryCrossEntropy", ONE, SIGNS, lambda x, t: softplus(-t * x).sum(), {"targets": "−1 and 1", "reduction": "sum"},
    ),
    "mean square": Case("MeanSquaredError", S, S[::-1].copy(), lambda x, t: ((x - t) ** 2).mean()),
    "mean square, summed": Case(
        "MeanSquaredError", V, CV, lambda x, t: ((x - eye(t, 3)) ** 2).mean(1).sum(), {"reduction": "sum"},
    ),
    "mean square, ±1": Case(
        "MeanSquaredError", ONE, CONE, lambda x, t: ((x[:, 0] - 2 * t + 1) ** 2).mean(), {"targets": "−1 and 1"},
    ),
    "half square": Case("SquaredError", V, V[::-1].copy(), lambda x, t: (0.5 * (x - t) ** 2).sum(1).mean()),
    "half square, summed": Case(
        "SquaredError", M, M[::-1].copy(), lambda x, t: (0.5 * (x - t) ** 2).sum(), {"reduction": "sum"},
    ),
    "square": Case("SquaredError", V, CV, lambda x, t: ((x - eye(t, 3)) ** 2).sum(1).mean(), {"kind": "sum"}),
    "square of the margin": Case("SquaredError", ONE, SIGNS, lambda x, t: ((1 - t * x) ** 2).mean(), {"kind": "margin"}),
    "square of the margin, classes": Case(
        "SquaredError", ONE, CONE, lambda x, t: ((x[:, 0] - (2 * t - 1)) ** 2).mean(), {"kind": "margin"},
    ),
    "absolute": Case("MeanAbsoluteError", V, V[::-1].copy(), lambda x, t: abs(x - t).mean()),
    "hinge": Case("Hinge", ONE, CONE, lambda x, t: np.maximum(0, 1 - (2 * t - 1) * x[:, 0]).mean()),
    "hinge, ±1": Case("Hinge", ONE, SIGNS, lambda x, t: np.maximum(0, 0.5 - t * x).mean(), {"margin": 0.5}),
    "hinge of several": Case("Hinge", V, CV, hinge_of_several),
    "Kullback-Leibler": Case(
        "KullbackLeibler", V, PROBABILITIES,
        lambda x, t: (t * (np.log(np.where(t > 0, t, 1)) - log_softmax(x))).sum(1).mean(),
    ),
    "Kullback-Leibler, classes": Case("KullbackLeibler", V, CV, lambda x, t: -(log_softmax(x) * eye(t, 3)).sum(1).mean()),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_loss_is_its_formula(case: Case) -> None:
    (loss,) = run(case.type, case.settings, {"prediction": case.x, "target": case.t}, mode="training")
    assert loss.shape == ()
    assert loss == pytest.approx(case.formula(case.x, case.t), rel=1e-9)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_its_gradient_is_that_of_its_formula_and_the_engines_agree(case: Case) -> None:
    document, _ = drawn(case.type, case.settings, {"prediction": case.x, "target": case.t})
    built = build(document, "training")
    graph, loss = copied(built.graph), built.losses[0].value
    x, t = built.losses[0].prediction, built.losses[0].target
    graph.inputs = [x, t]
    found = gradients(graph, loss, [x])[x.name]
    graph.outputs = [loss, found]
    onnx.checker.check_model(to_model(graph), full_check=True)
    feeds = {x.name: case.x.astype(x.dtype), t.name: case.t.astype(t.dtype)}
    fast, slow = (engine(name, "cpu").load(graph).run(feeds) for name in ("onnxruntime", "numpy"))
    np.testing.assert_allclose(fast[loss.name], slow[loss.name], rtol=1e-5)
    np.testing.assert_allclose(fast[found.name], slow[found.name], rtol=1e-4, atol=1e-6)
    for index in list(np.ndindex(case.x.shape))[:: max(1, case.x.size // 6)]:
        moved = [case.x.copy(), case.x.copy()]
        moved[0][index] += 1e-5
        moved[1][index] -= 1e-5
        slope = (case.formula(moved[0], case.t) - case.formula(moved[1], case.t)) / 2e-5
        assert slow[found.name][index] == pytest.approx(slope, rel=1e-3, abs=1e-5)


# -- what is drawn before it ---------------------------------------------------------------------------------------------
def behind(type: str, shape: tuple[int, ...], activation: str) -> tuple[Document, str]:
    """Input -> activation -> loss, with class numbers as target."""
    document, source = edits.add(Document(), "Input", settings={"shape": shape})
    document, target = edits.add(document, "Dataset")
    document, middle = edits.add(document, activation)
    document, loss = edits.add(document, type)
    for wire in (Wire(source, "y", middle, "x"), Wire(middle, "y", loss, "prediction"), Wire(target, "label", loss, "target")):
        document = edits.connect(document, wire)
    return document, loss


@pytest.mark.parametrize(("type", "width", "over"), [("CrossEntropy", 3, "Softmax"), ("BinaryCrossEntropy", 1, "Sigmoid")])
def test_it_reads_the_logits_under_a_drawn_activation(type: str, width: int, over: str) -> None:
    document, _ = behind(type, (width,), over)
    built = build(document, "training", np.float64)
    graph = copied(built.graph)
    graph.outputs = [built.losses[0].value]
    x = np.array([[1000.0] * width, [-1000.0] * width])
    found = engine("numpy").load(graph).run({"input": x, "label": np.array([0, 0])})
    assert float(found[graph.outputs[0].name]) == pytest.approx(np.log(3) if width == 3 else 500)


@pytest.mark.parametrize(
    ("type", "width", "activation", "decision"),
    [
        ("CrossEntropy", 3, "Softmax", "argmax"),
        ("BinaryCrossEntropy", 1, "Sigmoid", "threshold"),
        ("BinaryCrossEntropy", 1, "Linear", "sign"),
        ("BinaryCrossEntropy", 3, "Sigmoid", "argmax"),
        ("MeanSquaredError", 1, "Sigmoid", "threshold"),
        ("Hinge", 1, "Linear", "sign"),
        ("Hinge", 3, "Linear", "argmax"),
    ],
)
def test_how_an_answer_is_read_off(type: str, width: int, activation: str, decision: str) -> None:
    document, _ = behind(type, (width,), activation)
    assert build(document, "training").losses[0].decision == decision


# -- what does not fit ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("type", "settings", "x", "t", "sentence"),
    [
        ("CrossEntropy", {}, ONE, CONE, "its prediction is one number per sample, and CrossEntropy compares at least 2"),
        ("CrossEntropy", {"class_weights": (1, 2)}, V, CV, "it has 2 class weights and its prediction 3 classes: give one"),
        ("CrossEntropy", {}, M, CS, "its prediction is 3×4×5 and its target class numbers 6 per sample: make them fit"),
        ("MeanSquaredError", {}, V, ONE, "its prediction is 3 and its target 1 per sample: make them fit"),
    ],
)
def test_what_does_not_fit_is_refused(type: str, settings: dict[str, Any], x: Array, t: Array, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        drawn(type, settings, {"prediction": x, "target": t})


def test_every_loss_has_the_common_settings_and_takes_class_numbers() -> None:
    losses = [layer_type(t) for t in layer_types() if issubclass(layer_type(t), LossLayer)]
    for cls in losses:
        assert {"reduction", "weight"} <= {s.name for s in cls.settings()}
        assert cls.training_only and cls.outputs == ("loss",)
    for cls in (c for c in losses if c.inputs[1].name == "target"):
        assert INDICES in cls.inputs[1].accepts
        assert {c.type for c in CASES.values()} >= {cls.type}, "a loss without a case"
