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


def test_nesterov_is_sutskever_at_the_point_ahead() -> None:
    """Sutskever et al., 2013, equations 3 and 4: v ← μv − η∇f(θ + μv), θ ← θ + v; ours is θ + μv."""
    theta, v = START, np.zeros((2, 2))
    for gradient, found in zip(GRADIENTS, steps(Update(optimizer="Nesterov", settings={"momentum": 0.8}))[0], strict=True):
        v = 0.8 * v - RATE * gradient
        theta = theta + v
        np.testing.assert_allclose(found, theta + 0.8 * v, rtol=1e-12)


def test_adagrad() -> None:
    theta, s = START, np.zeros((2, 2))
    for gradient, found in zip(GRADIENTS, steps(Update(optimizer="AdaGrad", settings={"epsilon": 1e-3}))[0], strict=True):
        s = s + gradient**2
        theta = theta - RATE * gradient / (np.sqrt(s) + 1e-3)
        np.testing.assert_allclose(found, theta, rtol=1e-12)


def test_rmsprop() -> None:
    theta, s = START, np.zeros((2, 2))
    update = Update(optimizer="RMSProp", settings={"rho": 0.8, "epsilon": 1e-3})
    for gradient, found in zip(GRADIENTS, steps(update)[0], strict=True):
        s = 0.8 * s + 0.2 * gradient**2
        theta = theta - RATE * gradient / (np.sqrt(s) + 1e-3)
        np.testing.assert_allclose(found, theta, rtol=1e-12)


def test_adadelta_is_zeilers_algorithm_1() -> None:
    theta, s, d = START, np.zeros((2, 2)), np.zeros((2, 2))
    update = Update(optimizer="AdaDelta", settings={"rho": 0.8, "epsilon": 1e-3})
    for gradient, found in zip(GRADIENTS, steps(update)[0], strict=True):
        s = 0.8 * s + 0.2 * gradient**2
        change = np.sqrt(d + 1e-3) / np.sqrt(s + 1e-3) * gradient
        d = 0.8 * d + 0.2 * change**2
        theta = theta - RATE * change
        np.testing.assert_allclose(found, theta, rtol=1e-12)


def test_adamw_shrinks_the_weight_beside_adams_step() -> None:
    settings = {"beta1": 0.7, "beta2": 0.95, "epsilon": 1e-3}
    found, biases = steps(Update(optimizer="AdamW", settings=settings, weight_decay=0.1))
    theta, m, v = START, np.zeros((2, 2)), np.zeros((2, 2))
    for t, gradient in enumerate(GRADIENTS, start=1):
        m, v = 0.7 * m + 0.3 * gradient, 0.95 * v + 0.05 * gradient**2
        theta = (1 - RATE * 0.1) * theta - RATE * (m / (1 - 0.7**t)) / (np.sqrt(v / (1 - 0.95**t)) + 1e-3)
        np.testing.assert_allclose(found[t - 1], theta, rtol=1e-12)
    np.testing.assert_array_equal(biases, steps(Update(optimizer="Adam", settings=settings))[1])


def test_they_are_listed_by_year() -> None:
    assert list(OPTIMIZERS) == ["SGD", "Momentum", "Nesterov", "AdaGrad", "AdaDelta", "RMSProp", "Adam", "AdamW"]


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


def tensors(name: str, slots: int) -> tuple[dict[str, Any], float, list[list[Array]], list[list[Array]]]:
    """Attributes, rate, and per tensor [x, gradient with ONNX's L2 term, slots] and [new x, new slots]. T is 0 in all."""
    a, (rate, step, *rest), results = official(name)
    assert step == 0
    count = len(rest) // (2 + slots)
    given = [rest[i::count] for i in range(count)]
    return (
        a, float(rate), [[x, a["norm_coefficient"] * x + g, *s] for x, g, *s in given],
        [results[i::count] for i in range(count)],
    )  # fmt: skip


@pytest.mark.parametrize("case", ["test_momentum", "test_nesterov_momentum", "test_momentum_multiple"])
def test_official_momentum(case: str) -> None:
    """At T = 0 ONNX takes β = 1 in the standard form; ours has no damping at all."""
    a, rate, given, expected = tensors(case, 1)
    assert a["beta"] == 1 or a["mode"] == b"standard"
    name = "Nesterov" if a["mode"] == b"nesterov" else "Momentum"
    for (x, gradient, v), (x_new, v_new) in zip(given, expected, strict=True):
        found = emitted(name, {"x": x, "g": gradient, "velocity": v}, {"momentum": a["alpha"]}, rate, 1)
        np.testing.assert_allclose(found["velocity"], v_new, rtol=1e-6)
        np.testing.assert_allclose(found["x"], x_new, rtol=1e-6)


@pytest.mark.parametrize("case", ["test_adagrad", "test_adagrad_multiple"])
def test_official_adagrad(case: str) -> None:
    """ONNX's rate decays with T, which is 0 here; ours is the schedule's business."""
    a, rate, given, expected = tensors(case, 1)
    for (x, gradient, h), (x_new, h_new) in zip(given, expected, strict=True):
        found = emitted("AdaGrad", {"x": x, "g": gradient, "square": h}, {"epsilon": a["epsilon"]}, rate, 1)
        np.testing.assert_allclose(found["square"], h_new, rtol=1e-6)
        np.testing.assert_allclose(found["x"], x_new, rtol=1e-6)


@pytest.mark.parametrize("name", ["Adam", "AdamW"])
@pytest.mark.parametrize("case", ["test_adam", "test_adam_multiple"])
def test_official_adam(case: str, name: str) -> None:
    """ONNX's moments are ours times (1 − β). At T = 0 it leaves the bias correction out: in ours, t → ∞."""
    a, rate, given, expected = tensors(case, 2)
    first, second = a["alpha"], a["beta"]
    settings = {"beta1": first, "beta2": second, "epsilon": a.get("epsilon", 0.0)}
    for (x, gradient, v, h), (x_new, v_new, h_new) in zip(given, expected, strict=True):
        slots = {"mean": (v / (1 - first)).astype(np.float32), "square": (h / (1 - second)).astype(np.float32)}
        found = emitted(name, {"x": x, "g": gradient, **slots}, settings, rate, 10**6)
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
