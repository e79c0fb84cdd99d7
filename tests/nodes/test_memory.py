"""Networks for which there is no room: told by check, at the layer that has the most weights."""

from __future__ import annotations

import pytest

from nodes import edits, memory
from nodes.check import check
from nodes.document import Document
from nodes.example import new
from nodes.plan import plan
from runtime.errors import TrainingError


def wide(units: int) -> Document:
    """An mlp with so many units in its hidden layer: 795 weights each, and 10."""
    return edits.set_setting(new("mlp"), "n3", "units", units)


def told(document: Document) -> list[tuple[str, str]]:
    return [(p.level, p.sentence) for p in check(document).problems]


def test_a_network_beyond_all_memory_is_an_error() -> None:
    document = edits.set_setting(wide(1_000_000), "n5", "units", 1_000_000)
    document = edits.set_setting(document, "n1", "name", "digits")
    sentences = [s for level, s in told(document) if "of memory: make it smaller" in s and level == "error"]
    assert len(sentences) == 1 and sentences[0].startswith("Dense ‘fc2’: it has 1,000,001,000,000 of the network's 1,000,786,")
    with pytest.raises(TrainingError):
        plan(document)


@pytest.mark.parametrize(("gb", "level"), [(1, "error"), (2, "advice"), (64, None)])
def test_memory_is_compared_with_what_training_takes(gb: int, level: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "physical", lambda: gb * 10**9)
    found = told(wide(100_000))  # 79,500,010 weights; with gradients, and twice with Adam's two slots, 2.2 GB
    takes = f"weights, gradients and the optimizer's state take 2.2 GB of this machine's {gb}.0 GB of memory"
    sentence = f"Dense ‘fc1’: it has 78,500,000 of the network's 79,500,010 weights, and {takes}: make it smaller."
    assert found == ([(level, sentence)] if level else [])


def test_what_no_file_can_hold_is_told_before_training(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "physical", lambda: None)
    (level, sentence), = told(wide(300_000))
    assert level == "error" and sentence == (
        "Network: what it learns takes 2.9 GB, and one ONNX file holds 2.1 GB: use fewer units, or no file holds it."
    )
    assert told(edits.set_recipe(wide(300_000), optimizer="SGD", settings={})) == []


def test_this_machine_tells_its_memory_or_nothing() -> None:
    assert memory.physical() is None or memory.physical() > 1 << 28


def test_a_batch_that_does_not_fit_is_told_at_the_layer_with_the_batch_that_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "physical", lambda: 100 * 10**6)
    document = edits.set_recipe(new("lenet"), batch_size=2000)
    problem = next(p for p in check(document).problems if "a batch of 2,000 takes about" in p.what)
    assert problem.where == "Conv2D ‘conv1’" and problem.level == "error"
    assert not check(problem.repairs[0].edit(document)).problems
