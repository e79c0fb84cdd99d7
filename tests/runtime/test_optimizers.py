from __future__ import annotations

import warnings
from functools import cache
from typing import Any

import numpy as np
import onnx
import pytest
from onnx.backend.test.loader import load_model_tests

from runtime.engines.numpy_engine import NumpyEngine
from runtime.errors import TrainingError
from runtime.graph import Array, Graph
from runtime.optimizers import OPTIMIZERS, complete, optimizer
from runtime.recipe import Update
from runtime.training_step import training_step

RATE = 0.05
START = np.array([[1.0, -2.0], [0.5, 3.0]])
GRADIENTS = np.random.default_rng(4).standard_normal((6, 2, 2))


def steps(update: Update) -> tuple[list[Array], list[Array]]:
    """θ (and a bias) after each of six steps of loss = Σ g·θ, whose gradient is g."""
    g = Graph("linear", np.float64, training=True)
    pull = g.input("g", np.float64, (2, 2))
    w, b = g.parameter("w", (2, 2)), g.parameter("b", (2,))
    total = g.ReduceSum(pull, keepdims=0)
    loss = g.Add(g.ReduceSum(g.Mul(pull, w), keepdims=0), g.ReduceSum(g.Mul(b, total), keepdims=0))
    step = training_step(g, loss, update)
    state = {n: np.zeros(s.shape) for n, s in step.slots.items()}
    stepper = NumpyEngine().stepper(step, {"w": START, "b": np.ones(2), **state})
    found: tuple[list[Array], list[Array]] = ([], [])
    for t, gradient in enumerate(GRADIENTS, start=1):
        stepper.step({"g": gradient, "learning_rate": RATE, "step": t})
        found[0].append(stepper.state()["w"])
        found[1].append(stepper.state()["b"])
    return found


def test_sgd() -> None:
    expected = START - RATE * np.cumsum(GRADIENTS, axis=0)
    np.testing.assert_allclose(steps(Update(optimizer="SGD"))[0], expected, rtol=1e-12)


def test_momentum() -> None:
    theta, velocity = START, np.zeros((2, 2))
    update = Update(optimizer="Momentum", settings={"momentum": 0.8})
    for gradient, found in zip(GRADIENTS, steps(update)[0], strict=True):
        velocity = 0.8 * velocity + gradient
        theta = theta - RATE * velocity
        np.testing.assert_allclose(found, theta, rtol=1e-12)


def test_adam_is_kingma_and_ba_algorithm_1() -> None:
    theta, m, v = START, np.zeros((2, 2)), np.zeros((2, 2))
    settings = {"beta1": 0.7, "beta2": 0.95, "epsilon": 1e-3}
    for t, found in enumerate(steps(Update(optimizer="Adam", settings=settings))[0], start=1):
        gradient = GRADIENTS[t - 1]
        m = 0.7 * m + 0.3 * gradient
        v = 0.95 * v + 0.05 * gradient**2
        theta = theta - RATE * (m / (1 - 0.7**t)) / (np.sqrt(v / (1 - 0.95**t)) + 1e-3)
        np.testing.assert_allclose(found, theta, rtol=1e-12)


def test_weight_decay_spares_biases() -> None:
    plain, decayed = steps(Update(optimizer="SGD")), steps(Update(optimizer="SGD", weight_decay=0.1))
    theta = START
    for gradient, found in zip(GRADIENTS, decayed[0], strict=True):
        theta = (1 - RATE * 0.1) * theta - RATE * gradient
        np.testing.assert_allclose(found, theta, rtol=1e-12)
    np.testing.assert_array_equal(plain[1], decayed[1])


def test_clipping_is_by_the_norm_of_all_gradients_together() -> None:
    weights, biases = steps(Update(optimizer="SGD", clip_norm=2.0))
    gradient, pull = GRADIENTS[0], GRADIENTS[0].sum()
    norm = np.sqrt((gradient**2).sum() + 2 * pull**2)
    factor = min(1.0, 2.0 / norm)
    np.testing.assert_allclose(weights[0], START - RATE * factor * gradient, rtol=1e-12)
    np.testing.assert_allclose(biases[0], 1 - RATE * factor * pull, rtol=1e-12)


@cache
def official(name: str) -> tuple[dict[str, Any], list[Array], list[Array]]:
    """Attributes, inputs and outputs of one of ONNX's own cases."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # other cases divide by zero on purpose
        case: Any = next(c for c in load_model_tests(kind="node") if c.name == name)
    attributes = {a.name: onnx.helper.get_attribute_value(a) for a in case.model.graph.node[0].attribute}
    inputs, outputs = case.data_sets[0]
    return attributes, [np.asarray(a) for a in inputs], [np.asarray(a) for a in outputs]


def emitted(name: str, arrays: dict[str, Array], settings: dict[str, float], rate: float, step: int) -> dict[str, Array]:
    """One update by our emitter, parameter and slots by name, in float32."""
    chosen, g = optimizer(name), Graph("update")
    values = {n: g.input(n, np.float32, a.shape) for n, a in arrays.items()}
    t, eta = g.input("t", np.int64, ()), g.input("eta", np.float32, ())
    settings = complete(chosen, settings)
    slots = {n: values[n] for n in chosen.slots}
    new, moved = chosen.emit(g, values["x"], values["g"], slots, chosen.share(g, eta, t, settings), settings)
    g.outputs = [new, *moved.values()]
    results = NumpyEngine().load(g).run({**arrays, "t": np.array(step), "eta": np.array(rate, np.float32)})
    return {n: results[v.name] for n, v in {"x": new, **moved}.items()}


def test_official_momentum() -> None:
    """ONNX's L2 term is folded into the gradient; at T = 0 it takes β = 1, and ours has no damping at all."""
    a, (rate, step, x, g, v), (x_new, v_new) = official("test_momentum")
    assert step == 0
    gradient = a["norm_coefficient"] * x + g
    found = emitted("Momentum", {"x": x, "g": gradient, "velocity": v}, {"momentum": a["alpha"]}, float(rate), 1)
    np.testing.assert_allclose(found["velocity"], v_new, rtol=1e-6)
    np.testing.assert_allclose(found["x"], x_new, rtol=1e-6)


def test_official_adam() -> None:
    """ONNX's moments are ours times (1 − β). At T = 0 it leaves the bias correction out: in ours, t → ∞."""
    a, (rate, step, x, g, v, h), (x_new, v_new, h_new) = official("test_adam")
    assert step == 0
    first, second = a["alpha"], a["beta"]
    gradient = a["norm_coefficient"] * x + g
    slots = {"mean": (v / (1 - first)).astype(np.float32), "square": (h / (1 - second)).astype(np.float32)}
    settings = {"beta1": first, "beta2": second, "epsilon": a["epsilon"]}
    found = emitted("Adam", {"x": x, "g": gradient, **slots}, settings, float(rate), 10**6)
    np.testing.assert_allclose(found["mean"] * (1 - first), v_new, rtol=1e-5)
    np.testing.assert_allclose(found["square"] * (1 - second), h_new, rtol=1e-5)
    np.testing.assert_allclose(found["x"], x_new, rtol=1e-5)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_declared_settings_have_defaults_in_range_and_help(name: str) -> None:
    chosen = OPTIMIZERS[name]
    assert chosen.formula and chosen.help
    assert complete(chosen, {}) == {s.name: s.default for s in chosen.settings}
    assert all(s.low <= s.default <= s.high and s.help for s in chosen.settings)


@pytest.mark.parametrize(("settings", "words"), [
    ({"momentun": 0.5}, "Momentum: There is no setting called ‘momentun’: did you mean ‘momentum’?"),
    ({"momentum": 1.5}, "Momentum: momentum is 1.5: set it between 0 and 0.9999."),
])
def test_bad_settings_in_words(settings: dict[str, float], words: str) -> None:
    with pytest.raises(TrainingError) as error:
        complete(OPTIMIZERS["Momentum"], settings)
    assert str(error.value) == words


def test_unknown_optimizer_in_words() -> None:
    with pytest.raises(TrainingError, match=r"There is no optimizer called ‘Adm’: did you mean ‘Adam’\?"):
        optimizer("Adm")
