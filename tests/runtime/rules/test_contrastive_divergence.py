"""A machine of 4 × 3 units, small enough to count all its states, is the judge of sampling, energy and learning."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from runtime.boltzmann import Machine
from runtime.engines import engine
from runtime.engines.numpy_engine import interpret
from runtime.errors import TrainingError
from runtime.graph import Array, Graph, Value
from runtime.randomness import key
from runtime.recipe import Update
from runtime.training_step import StepGraph, training_step

VISIBLE, HIDDEN = 4, 3
RNG = np.random.default_rng(0)
W, A, B = RNG.standard_normal((VISIBLE, HIDDEN)), RNG.standard_normal(VISIBLE) / 2, RNG.standard_normal(HIDDEN) / 2
STATES = np.array(list(product([0.0, 1.0], repeat=VISIBLE)))
HIDDEN_STATES = np.array(list(product([0.0, 1.0], repeat=HIDDEN)))


def joint() -> Array:
    """p(v, h) of every state: (16, 8)."""
    energy = -(STATES @ A)[:, None] - (HIDDEN_STATES @ B)[None] - STATES @ W @ HIDDEN_STATES.T
    weights: Array = np.exp(-energy)
    return weights / weights.sum()


def machine(g: Graph) -> tuple[Machine, Value]:
    x = g.input("x", g.dtype, ("N", VISIBLE))
    g.random_key = lambda path: key(7, path) | 1
    with g.scope("n1", "rbm"):
        weight = g.parameter("weight", (VISIBLE, HIDDEN), role="weight")
        a = g.parameter("visible_bias", (VISIBLE,), role="visible_bias")
        b = g.parameter("hidden_bias", (HIDDEN,), role="hidden_bias")
        return Machine(g, weight, a, b, "n1"), x


def numbers(dtype: str = "float64") -> dict[str, Array]:
    arrays = {"rbm.weight": W, "rbm.visible_bias": A, "rbm.hidden_bias": B}
    return {n: a.astype(dtype) for n, a in arrays.items()}


def step(dtype: str = "float64", **settings: float) -> StepGraph:
    g = Graph("rbm", dtype, training=True)
    made, x = machine(g)
    error = g.Sub(made.visible(made.hidden(x)), x)
    loss = g.ReduceMean(g.Mul(error, error), keepdims=0)
    update = Update(rule="contrastive divergence", rule_settings=settings, optimizer="SGD")
    return training_step(g, loss, update)


def test_free_energy_is_minus_the_log_of_the_sum_over_hidden_states() -> None:
    g = Graph("energy", np.float64)
    made, x = machine(g)
    g.outputs = [made.free_energy(x)]
    found = next(iter(interpret(g, {"x": STATES, **numbers()}).values()))
    p = np.exp(-found)
    np.testing.assert_allclose(p / p.sum(), joint().sum(axis=1), rtol=1e-12)


def test_gibbs_sampling_visits_states_as_often_as_they_are_likely() -> None:
    g = Graph("gibbs", training=True)
    made, x = machine(g)
    g.outputs = [made.gibbs(x, 30)]
    found = engine("onnxruntime", "cpu").load(g).run(
        {"x": np.zeros((20_000, VISIBLE), "f"), "step": np.array(3), **numbers("float32")}
    )  # fmt: skip
    visits = np.bincount((next(iter(found.values())) @ [8, 4, 2, 1]).astype(int), minlength=16) / 20_000
    np.testing.assert_allclose(visits, joint().sum(axis=1), atol=0.012)


@pytest.mark.parametrize(("settings", "tolerance"), [({"k": 20, "chains": 10_000}, 0.02), ({"k": 25}, 0.02)])
def test_the_direction_is_the_slope_of_the_likelihood(settings: dict[str, float], tolerance: float) -> None:
    """With long dreams: ⟨vᵀh⟩ of the data less ⟨vᵀh⟩ of the model, both counted over all states."""
    data = np.repeat(STATES[[1, 6, 6, 12]], 4000, axis=0)
    made = step(**settings)
    state = {**numbers(), **{n: np.zeros(s.shape) for n, s in made.slots.items()}}
    stepper = engine("numpy").stepper(made, state)
    stepper.step({"x": data, "learning_rate": 1.0, "step": 1})
    after, p = stepper.state(), joint()
    sigmoid = 1 / (1 + np.exp(-(data @ W + B)))
    expected = {
        "rbm.weight": data.T @ sigmoid / len(data) - STATES.T @ p @ HIDDEN_STATES,
        "rbm.visible_bias": data.mean(axis=0) - p.sum(axis=1) @ STATES,
        "rbm.hidden_bias": sigmoid.mean(axis=0) - p.sum(axis=0) @ HIDDEN_STATES,
    }
    for name, before in numbers().items():
        np.testing.assert_allclose(after[name] - before, expected[name], atol=tolerance)


def test_chains_are_carried_and_engines_agree() -> None:
    made = step("float32", k=2, chains=5)
    assert [(s.name, s.shape) for s in made.slots.values()] == [("chain", (5, VISIBLE))]
    states = []
    for name in ("onnxruntime", "numpy"):
        state = {**numbers("float32"), **{n: np.zeros(s.shape, "f") for n, s in made.slots.items()}}
        stepper = engine(name, "cpu").stepper(made, state)
        for t in range(1, 6):
            stepper.step({"x": STATES.astype("f"), "learning_rate": 0.1, "step": t})
        states.append(stepper.state())
    assert set(np.unique(states[0]["rbm.weight.chain"])) <= {0.0, 1.0} and states[0]["rbm.weight.chain"].any()
    for name, array in states[0].items():
        np.testing.assert_allclose(array, states[1][name], atol=1e-6)


def test_it_learns_what_it_sees() -> None:
    """Two patterns of eight bits: after 300 updates each is far likelier than any other state."""
    patterns = np.array([[1, 1, 0, 0], [0, 0, 1, 1]], "f").repeat(10, axis=0)
    made = step("float32", k=1)
    start = {n: (a * 0.05).astype("f") for n, a in numbers().items()}
    stepper = engine("onnxruntime", "cpu").stepper(made, start)
    losses = [stepper.step({"x": patterns, "learning_rate": 0.5, "step": t})[made.loss].item() for t in range(1, 301)]
    assert losses[0] > 0.2 and losses[-1] < 0.01


def test_refusals_in_words() -> None:
    g = Graph("two", training=True)
    made, x = machine(g)
    more = g.MatMul(made.hidden(x), g.parameter("more", (HIDDEN, 2)))
    with pytest.raises(TrainingError) as error:
        training_step(g, g.ReduceMean(more, keepdims=0), Update(rule="contrastive divergence"))
    assert str(error.value) == (
        "Contrastive divergence trains one Boltzmann machine, and here rbm.weight, rbm.hidden_bias, more would "
        "change: name the one RBM layer as the update's loss, or freeze the others."
    )
    with pytest.raises(TrainingError, match=r"Rule contrastive divergence: k is 0: set it between 1 and 25\."):
        step(k=0)
