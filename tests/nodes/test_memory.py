"""Networks for which there is no room: told by check, at the layer that has the most weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from nodes import edits, files
from nodes.check import check
from nodes.checks import room as memory
from nodes.document import Document
from nodes.example import new
from nodes.plan import plan
from nodes.training import Run, load_data, task
from runtime.engines import engine
from runtime.errors import TrainingError
from runtime.trainer import Trainer


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


def test_no_file_is_too_small_for_what_is_learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "physical", lambda: None)
    assert told(wide(300_000)) == []  # 2.9 GB with Adam's two slots: a second file holds them


def test_this_machine_tells_its_memory_or_nothing() -> None:
    assert memory.physical() is None or memory.physical() > 1 << 28


def test_a_batch_that_does_not_fit_is_told_at_the_layer_with_the_batch_that_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "physical", lambda: 100 * 10**6)
    document = edits.set_recipe(new("lenet"), batch_size=2000)
    problem = next(p for p in check(document).problems if "a batch of 2,000 takes about" in p.what)
    assert problem.where == "Conv2D ‘conv1’" and problem.level == "error"
    assert not check(problem.repairs[0].edit(document)).problems


def test_a_drawing_too_large_for_the_memory_is_saved_without_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "physical", lambda: 64 * 10**9)
    document = edits.set_setting(wide(100_000), "n5", "units", 100_000)
    monkeypatch.setattr(files, "initial_weights", lambda document, graph: pytest.fail("drawn") if graph.parameters else {})
    files.save(document, tmp_path / "a.onnx")
    assert files.load(tmp_path / "a.onnx") == document
    assert [n.op_type for n in onnx.load(tmp_path / "a.onnx").graph.node] == ["Identity"]
    assert files.without_weights(document) == (
        "The weights that were never trained take 40.3 GB, more than half of this machine's memory: the file has the drawing, "
        "and not these weights."
    )
    assert files.without_weights(new("mlp")) == ""


def test_weights_that_were_learnt_are_not_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "physical", lambda: 500_000)
    learnt = {"n3/weight": np.ones((784, 128), np.float32)}  # more than half of that
    document = new("mlp").changed(weights=learnt)
    assert files.without_weights(document) == ""
    large = edits.set_setting(document, "n5", "units", 1000)  # 129,000 weights that nobody has trained
    assert "never trained take 517 kB" in files.without_weights(large)
    for each in (document, large):
        files.save(each, tmp_path / "a.onnx")
        assert files.load(tmp_path / "a.onnx") == each


def test_a_step_that_does_not_fit_is_refused_before_a_weight_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    document = edits.set_recipe(new("lenet"), batch_size=2000)
    ready = plan(document)
    job = task(ready, load_data(ready, 0))
    monkeypatch.setattr("runtime.memory.physical", lambda: 50 * 10**6)
    monkeypatch.setattr("runtime.carried.first_weights", lambda *_: pytest.fail("weights were drawn"))
    with pytest.raises(TrainingError, match="Training needs at least"):
        Trainer(job, engine("numpy"))


@pytest.mark.parametrize("drawing", ["nodes.plan.draw", "runtime.task.draw", "runtime.carried.first_weights"])
def test_a_run_is_refused_before_a_weight_is_drawn(drawing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the run itself too, where the estimate of check lets it pass."""
    document = edits.set_recipe(new("lenet"), batch_size=2000)
    monkeypatch.setattr("runtime.memory.physical", lambda: 50 * 10**6)
    monkeypatch.setattr(drawing, lambda *_: pytest.fail("weights were drawn"))
    with pytest.raises(TrainingError, match="Training needs at least"):
        Run(document, "numpy")
