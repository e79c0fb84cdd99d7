"""Machines small enough to count all their states judge what a document's RBMs dream, and the energies they give."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest

from nodes import edits
from nodes.build import build
from nodes.document import Document, Share, Wire
from nodes.dreams import dreamers, dreams
from nodes.plan import initial_weights
from runtime.engines import engine
from runtime.errors import TrainingError
from runtime.graph import Array
from runtime.training_step import copied

RNG = np.random.default_rng(3)
SIZES = (4, 3, 2)


def numbers(visible: int, hidden: int) -> dict[str, Array]:
    draw = {"weight": (visible, hidden), "visible_bias": (visible,), "hidden_bias": (hidden,)}
    return {name: RNG.standard_normal(shape).astype("f") for name, shape in draw.items()}


LOWER, UPPER = (numbers(*SIZES[i : i + 2]) for i in (0, 1))


def states(count: int) -> Array:
    return np.array(list(product([0.0, 1.0], repeat=count)))


def sigmoid(x: Array) -> Array:
    result: Array = 1 / (1 + np.exp(-x))
    return result


def down(h: Array, n: dict[str, Array]) -> Array:
    return sigmoid(h @ n["weight"].T + n["visible_bias"])


def joint(n: dict[str, Array]) -> Array:
    """p(v, h) of every state, visible ones in rows."""
    v, h = states(len(n["visible_bias"])), states(len(n["hidden_bias"]))
    weights: Array = np.exp((v @ n["visible_bias"])[:, None] + (h @ n["hidden_bias"])[None] + v @ n["weight"] @ h.T)
    return weights / weights.sum()


def document(*machines: dict[str, Array]) -> Document:
    """An Input of 4 numbers, and RBMs on top of each other."""
    found, last = edits.add(Document(), "Input", (0.0, 0.0), {"shape": (SIZES[0],)})
    port = found.outputs(last)[0]
    weights: dict[str, Array] = {}
    for n in machines:
        found, id = edits.add(found, "RBM", (0.0, 0.0), {"units": len(n["hidden_bias"])})
        found = found.changed(wires=(*found.wires, Wire(last, port, id, "x")))
        weights |= {f"{id}/{name}": array for name, array in n.items()}
        last, port = id, "hidden"
    return found.changed(weights=weights)


@pytest.mark.parametrize("name", ["onnxruntime", "numpy"])
def test_one_machine_dreams_as_often_as_it_thinks_likely(name: str) -> None:
    """Means of the probabilities, and of their products, over all hidden states."""
    found = dreams(document(LOWER), 20_000, 20, 1, name)
    likely, given = joint(LOWER).sum(axis=0), down(states(SIZES[1]), LOWER)
    np.testing.assert_allclose(found.mean(axis=0), likely @ given, atol=0.01)
    np.testing.assert_allclose(found.T @ found / len(found), given.T @ (likely[:, None] * given), atol=0.01)


def test_the_last_of_a_stack_dreams_and_the_others_pass_it_down() -> None:
    found = dreams(document(LOWER, UPPER), 20_000, 20, 1)
    likely, given = joint(UPPER).sum(axis=0), down(down(states(SIZES[2]), UPPER), LOWER)
    assert found.shape == (20_000, SIZES[0])
    np.testing.assert_allclose(found.mean(axis=0), likely @ given, atol=0.01)


def test_seeds_tell_dreams_apart_and_engines_agree() -> None:
    made = document(LOWER, UPPER)
    first, again = (dreams(made, 5, 30, 4, name) for name in ("onnxruntime", "numpy"))
    np.testing.assert_allclose(first, again, atol=1e-6)
    assert np.abs(first - dreams(made, 5, 30, 5)).max() > 1e-3


def test_free_energy_is_of_what_a_machine_sees() -> None:
    """F(v) = −log Σ exp(−E(v, h)) up to a constant: here of each state alone."""
    made = document(LOWER)
    built = build(made, "evaluation")
    g = copied(built.graph)
    g.outputs = [dreamers(built, made)[0].free_energy(g)]
    program = engine("onnxruntime", "cpu").load(g, initial_weights(made, g))
    found = [program.run({g.inputs[0].name: v[None].astype("f")})[g.outputs[0].name].item() for v in states(SIZES[0])]
    p = np.exp(-np.array(found))
    np.testing.assert_allclose(p / p.sum(), joint(LOWER).sum(axis=1), rtol=1e-4)


def test_a_shared_weight_counts() -> None:
    """A second machine that sees what the first one gives, with the first one's weight turned round."""
    other: dict[str, Any] = numbers(SIZES[1], SIZES[0])
    made = document(LOWER, other)
    first, second = (n for n in made.nodes.values() if n.type == "RBM")
    tied = replace(second, shared={"weight": Share(first.id, "weight", True)})
    made = made.changed(nodes={**made.nodes, second.id: tied})
    found = dreamers(build(made, "evaluation"), made)
    np.testing.assert_array_equal(found[1].numbers["weight"], LOWER["weight"].T)
    assert [d.name for d in found] == [first.name, second.name]


def test_a_network_without_a_machine() -> None:
    with pytest.raises(TrainingError, match=r"^The network has no RBM that could dream: add one, and train it by contr"):
        dreams(document(), 1, 1, 0)


def test_chains_that_begin_at_samples_begin_at_what_the_top_sees() -> None:
    """One step: down(h) for an h that the top draws from σ(x W + b) of the machine below; told apart by the start alone."""
    strong = {name: 40 * n for name, n in UPPER.items()}
    low, high = np.zeros((1, SIZES[0]), "f"), np.ones((1, SIZES[0]), "f")
    seen = [sigmoid(x @ LOWER["weight"] + LOWER["hidden_bias"]) for x in (low, high)]
    found = [dreams(document(LOWER, strong), 1, 1, 5, start=x) for x in (low, high)]
    for v, dream in zip(seen, found, strict=True):
        hidden = np.round(sigmoid(v @ strong["weight"] + strong["hidden_bias"]))
        assert dream == pytest.approx(down(down(hidden, strong), LOWER), abs=1e-4)
