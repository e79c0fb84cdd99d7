"""Activations: their formulas, and what they give at zero."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from nodes.check import check
from nodes.document import Document
from nodes.example import Sketch
from nodes.problems import Refusal
from runtime.recipe import Recipe
from tests.nodes.drawing import drawn, run

erf = np.vectorize(math.erf)
X = np.array([[-3.0, -0.5, 0.0, 0.25, 2.0]])


@pytest.mark.parametrize(
    ("type", "settings", "expected"),
    [
        ("Linear", {}, X),
        ("Step", {}, [[0, 0, 0.5, 1, 1]]),
        ("Step", {"at_zero": 0}, [[0, 0, 0, 1, 1]]),
        ("Step", {"at_zero": 1}, [[0, 0, 1, 1, 1]]),
        ("Sign", {}, [[-1, -1, 0, 1, 1]]),
        ("Sign", {"at_zero": 1}, [[-1, -1, 1, 1, 1]]),
        ("Sign", {"at_zero": -1}, [[-1, -1, -1, 1, 1]]),
        ("Softplus", {}, np.log1p(np.exp(X))),
        ("ELU", {"alpha": 2.0}, np.where(X < 0, 2 * np.expm1(X), X)),
        ("GELU", {}, X / 2 * (1 + erf(X / np.sqrt(2)))),
        ("GELU", {"form": "tanh"}, X / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (X + 0.044715 * X**3)))),
        ("SiLU", {}, X / (1 + np.exp(-X))),
    ],
)
def test_an_activation_is_its_formula(type: str, settings: dict[str, Any], expected: Any) -> None:
    np.testing.assert_allclose(run(type, settings, {"x": X})[0], expected, rtol=1e-9, atol=1e-12)


def test_maxout_keeps_the_largest_of_each_group() -> None:
    x = np.arange(12.0).reshape(1, 6, 2) * np.array([1, -1])
    np.testing.assert_array_equal(run("Maxout", {"pieces": 2}, {"x": x})[0], x.max(2, keepdims=True))
    maps = np.arange(24.0).reshape(1, 6, 2, 2)
    np.testing.assert_array_equal(run("Maxout", {"pieces": 3}, {"x": maps})[0], maps[:, [2, 5]])


def test_pieces_that_do_not_divide_are_refused() -> None:
    with pytest.raises(Refusal, match="3 pieces do not divide its 5 features: choose a number that does"):
        drawn("Maxout", {"pieces": 3}, {"x": X})


# -- what a step does to learning ------------------------------------------------------------------------------------------
def perceptron(activation: str) -> Document:
    s = Sketch("Steps", Recipe())
    data = s.add("Dataset", "Spiral", name="spiral")
    s.add("Dense", "fc1", units=4)
    s.add(activation, "step1")
    s.add("Dense", "fc2", units=2)
    s.loss("CrossEntropy", data)
    return s.document


@pytest.mark.parametrize("activation", ["Step", "Sign"])
def test_check_says_what_a_step_keeps_from_learning(activation: str) -> None:
    (problem,) = check(perceptron(activation)).problems
    assert (problem.level, problem.sentence) == (
        "advice",
        f"Dense ‘fc1’: its weights do not learn by backpropagation, because {activation} ‘step1’ behind it has slope 0 "
        "everywhere: put a Sigmoid in its place, or use the perceptron rule.",
    )


def test_check_says_nothing_of_other_activations() -> None:
    assert not check(perceptron("Sigmoid")).problems
