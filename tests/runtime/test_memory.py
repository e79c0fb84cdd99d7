"""Memory known beforehand: counted by hand on a small step, and beside what really happens."""

from __future__ import annotations

import pytest

from nodes import edits
from nodes.example import new
from nodes.plan import plan
from runtime import memory
from runtime.errors import TrainingError
from runtime.graph import Graph
from runtime.recipe import Update
from runtime.training_step import training_step


def small() -> memory.Need:
    """x (N, 4) · w (4, 3), squared and summed; SGD."""
    g = Graph()
    x = g.input("x", "float32", ("N", 4))
    y = g.MatMul(x, g.parameter("w", (4, 3)))
    loss = g.ReduceSum(g.Mul(y, y), keepdims=0)
    return memory.needed(training_step(g, loss, Update(optimizer="SGD")), batch=10)


def test_counted_by_hand() -> None:
    need = small()
    assert need.state == 2 * 4 * 3 * 4
    assert need.activations >= 10 * 4 * 4 + 2 * 10 * 3 * 4, "the input, and at least two values of the output's size"
    assert need.activations <= 10 * 4 * 4 + 5 * 10 * 3 * 4 + 200


def test_lenet_takes_megabytes() -> None:
    step = plan(new("lenet")).step
    need, twice = memory.needed(step, 64), memory.needed(step, 128)
    weights = 44_426 * 4
    assert need.state == 2 * 3 * weights, "Adam: weights and two moments, in two banks"
    assert 1.9 < twice.activations / need.activations < 2.1
    assert 4e6 < need.total < 60e6


def test_too_large_is_said_before_it_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "physical", lambda: 10**6)
    with pytest.raises(TrainingError, match=r"Training needs at least \d+(\.\d)? MB of memory with batches of 64, and this"):
        memory.require(plan(new("lenet")).step, 64)


def test_a_giant_is_refused_without_being_made(monkeypatch: pytest.MonkeyPatch) -> None:
    document = new("mlp")
    id = next(n.id for n in document.nodes.values() if n.name == "fc1")
    giant = plan(edits.set_setting(document, id, "units", 1_000_000))
    assert memory.needed(giant.step, 64).total > 10e9
    monkeypatch.setattr(memory, "physical", lambda: 10**9)
    with pytest.raises(TrainingError, match="Training needs at least"):
        memory.require(giant.step, 64)


@pytest.mark.parametrize(("count", "words"), [(0, "0 bytes"), (999, "999 bytes"), (6_600_000, "6.6 MB"), (10**12, "1.0 TB")])
def test_bytes_in_words(count: int, words: str) -> None:
    assert memory.in_words(count) == words


def test_the_machine_tells() -> None:
    there = memory.physical()
    assert there is None or there > 10**8


@pytest.mark.parametrize("name", ["mlp", "lenet"])
def test_the_estimate_is_near_what_the_step_takes(name: str) -> None:
    found = plan(new(name))
    need = memory.needed(found.step, 64)
    guess = memory.estimated(found.training.graph, 2, 64)
    assert 0.75 < guess.total / need.total < 1.33
