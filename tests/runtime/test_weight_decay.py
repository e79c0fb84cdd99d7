"""L1, L2 and the elastic net: by formula, and the lecture's one-dimensional example by training."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from runtime.engines.numpy_engine import NumpyEngine
from runtime.graph import Array, Graph
from runtime.recipe import Update
from runtime.training_step import training_step

START = np.array([[1.0, -2.0], [0.5, 0.0]])


def after(update: Update, steps: int = 1, rate: float = 0.1, decay: float = 1.0, slope: float = 0.0) -> Array:
    """θ after `steps` updates on a loss of constant gradient `slope`."""
    g = Graph("slope", np.float64, training=True)
    w = g.parameter("w", (2, 2))
    g.parameters["w"] = replace(g.parameters["w"], decay=decay)
    step = training_step(g, g.ReduceSum(g.Mul(w, slope), keepdims=0), update)
    stepper = NumpyEngine().stepper(step, {"w": START, **{n: np.zeros((2, 2)) for n in step.slots}})
    for t in range(1, steps + 1):
        stepper.step({"learning_rate": rate, "step": t})
    return stepper.state()["w"]


def test_l2_shrinks_by_one_minus_rate_times_lambda() -> None:
    np.testing.assert_allclose(after(Update(optimizer="SGD", weight_decay=0.3), steps=4), (1 - 0.1 * 0.3) ** 4 * START)


def test_l1_moves_by_its_sign_and_leaves_zero_alone() -> None:
    found = after(Update(optimizer="SGD", weight_decay_l1=0.3), slope=2.0)
    np.testing.assert_allclose(found, START - 0.1 * (2.0 + 0.3 * np.sign(START)))


def test_the_elastic_net_is_both() -> None:
    found = after(Update(optimizer="SGD", weight_decay=0.2, weight_decay_l1=0.3))
    np.testing.assert_allclose(found, START - 0.1 * (0.2 * START + 0.3 * np.sign(START)))


def test_a_layers_own_factor() -> None:
    update = Update(optimizer="SGD", weight_decay=0.2, weight_decay_l1=0.3)
    doubled = Update(optimizer="SGD", weight_decay=0.4, weight_decay_l1=0.6)
    np.testing.assert_allclose(after(update, decay=2.0), after(doubled))
    np.testing.assert_array_equal(after(update, decay=0.0), START)


def test_clipping_by_value_comes_before_clipping_by_norm() -> None:
    np.testing.assert_allclose(after(Update(optimizer="SGD", clip_value=0.5), slope=-3.0), START + 0.1 * 0.5)
    both = after(Update(optimizer="SGD", clip_value=0.5, clip_norm=0.1), slope=-3.0)
    np.testing.assert_allclose(both, START + 0.1 * 0.05)  # four equal numbers of norm 0.1


@pytest.mark.parametrize("strength", [0.0, 0.5, 1.0, 3.0, 4.0, 6.0])
def test_the_lectures_l1_minimum(strength: float) -> None:
    """J(w) = (w − 2)² + λ|w| has its minimum at max(0, 2 − λ/2): on a fine grid, and by training."""
    expected = max(0.0, 2 - strength / 2)
    grid = np.linspace(-1, 3, 400_001)
    assert grid[np.argmin((grid - 2) ** 2 + strength * np.abs(grid))] == pytest.approx(expected, abs=1e-5)
    g = Graph("lecture", np.float64, training=True)
    w = g.parameter("w", (1, 1))
    error = g.Sub(w, 2.0)
    update = Update(optimizer="SGD", weight_decay_l1=strength)
    step = training_step(g, g.ReduceSum(g.Mul(error, error), keepdims=0), update)
    stepper = NumpyEngine().stepper(step, {"w": START[:1, :1]})
    for t in range(1, 1001):
        stepper.step({"learning_rate": 0.1 / (1 + 0.1 * t), "step": t})
    assert stepper.state()["w"].item() == pytest.approx(expected, abs=0.01)
