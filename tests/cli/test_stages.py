"""``netwright train`` on a recipe of several stages: what it says, what its options change, what the file goes on with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.headless.progress import Bar, Lines
from nodes.files import load, save
from nodes.plan import plan
from runtime.events import EpochDone, Finished, StageBegan, StageMark, Started, StepDone
from tests.nodes.staged import adversaries, belief_net, stacked


@pytest.fixture
def sae(tmp_path: Path) -> Path:
    save(stacked(), tmp_path / "s.onnx")
    return tmp_path / "s.onnx"


def test_it_runs_all_stages_and_says_where_it_is(run: Any, sae: Path) -> None:
    document = stacked()
    named = document.recipe.with_stage(1, name="code 2")
    save(document.changed(recipe=named), sae)
    found = run("train", "s.onnx")
    said = found.err.splitlines()
    assert said[0].endswith("an epoch (onnxruntime, CPU). Begins with stage 1 of 3.")
    assert [line.split("  ")[0] for line in said[1:-1]] == [
        "epoch 1", "epoch 2", "Stage 2 of 3: code 2. 250 samples, 5 steps an epoch.", "epoch 3", "epoch 4",
        "Stage 3 of 3. 250 samples, 5 steps an epoch.", "epoch 5", "epoch 6",
    ]  # fmt: skip
    assert "accuracy" in said[-2] and "accuracy" not in said[2] and said[-1] == "Trained: s.onnx"
    assert run("train", "s.onnx").err == "The recipe is finished already; --epochs N trains N more: s.onnx\n"
    assert run("train", "s.onnx", "--epochs", 1).err.splitlines()[0].endswith("step 30. Begins with stage 3 of 3.")
    for command in ("check", "summary", "evaluate"):
        assert run(command, "s.onnx").code == 0


def test_the_file_between_stages_goes_on_with_the_next(run: Any, sae: Path) -> None:
    assert run("train", "s.onnx", "--epochs", 2).code == 0
    half = load(sae)
    assert (half.standing, plan(half).step.slots.keys() & plan(half, stage=0).step.slots.keys()) == (1, set())
    assert not half.training.slots
    assert run("train", "s.onnx").code == 0 and load(sae).training.progress["epoch"] == 6


def test_json_lines_tell_the_stage(run: Any, sae: Path) -> None:
    found = [json.loads(line) for line in run("train", "s.onnx", "--events", "jsonl").out.splitlines()]
    assert [e["stage"]["number"] for e in found if e["event"] == "epoch"] == [1, 1, 2, 2, 3, 3]
    assert [(e["epoch"], e["stage"]) for e in found if e["event"] == "stage"] == [
        (2, {"number": 2, "count": 3, "name": ""}), (4, {"number": 3, "count": 3, "name": ""}),
    ]  # fmt: skip
    assert all("stage" in e for e in found if e["event"] in ("started", "step"))


def test_losses_of_two_updates_are_told(run: Any, tmp_path: Path) -> None:
    save(adversaries(epochs=1), tmp_path / "g.onnx")
    found = run("train", "g.onnx")
    line = next(line for line in found.err.splitlines() if line.startswith("epoch 1"))
    assert line.count(", ") == 1 and "validation" in line


def test_options_change_the_stage_that_is_named_else_the_one_where_training_stands(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "d.onnx"
    save(belief_net(epochs=1), path)
    assert run("train", "d.onnx", "--stage", "fine-tuning", "--optimizer", "SGD", "--epochs", 1).code == 0
    assert run("train", "d.onnx", "--stage", 3, "--learning-rate", 0.5, "--batch-size", 3600, "--epochs", 1).code == 0
    assert run("train", "d.onnx", "--schedule", "cosine", "--epochs", 1).code == 0
    stages = load(path).recipe.stages
    assert [s.updates[0].optimizer for s in stages] == ["Momentum", "Momentum", "SGD"]
    assert [s.learning_rate for s in stages] == [0.1, 0.1, 0.5] and [s.batch_size for s in stages] == [1800, 1800, 3600]
    assert [s.schedule for s in stages] == ["constant", "constant", "cosine"]
    found = run("train", "d.onnx", "--stage", "tuning")
    assert (found.code, found.err) == (
        1, "The recipe has no stage ‘tuning’: choose 1 (‘RBM 1’), 2 (‘RBM 2’), 3 (‘fine-tuning’).\n"
    )  # fmt: skip


def test_a_stage_that_names_what_is_gone_leaves_the_file_as_it_is(run: Any, tmp_path: Path) -> None:
    document = belief_net(epochs=1)
    path = tmp_path / "d.onnx"
    save(document, path)
    assert run("train", "d.onnx", "--epochs", 1).code == 0
    trained = load(path)
    save(trained.changed(recipe=trained.recipe.with_stage(2, loss="n77")), path)
    before = path.read_bytes()
    found = run("train", "d.onnx")
    assert found.code == 1 and path.read_bytes() == before
    sentence = "Recipe: Stage 3 (fine-tuning): its update names the loss ‘n77’, and no loss has that id: "
    assert found.err.startswith(sentence)


def test_a_bar_for_each_stage(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    second = StageMark(2, 2, "rest")
    for shown in (Bar(), Lines()):
        shown(Started(0, 0, 2, 100, 1, stage=StageMark(1, 2)))
        shown(StepDone(1, 1, 0.5, None, 0.1))
        shown(EpochDone(1, 1, 0.5, None, None, None, 0.1, StageMark(1, 2)))
        shown(StageBegan(1, 1, 100, 2, second))
        shown(EpochDone(3, 2, 0.25, None, None, None, 0.1, second, (0.75,)))
        shown(Finished(3, 2, "done", "p.onnx"))
        said = [line.rpartition("  ")[0] or line for line in capsys.readouterr().err.splitlines() if line.strip()]
        assert said[-4:] == ["epoch 1  loss 0.5000", "Stage 2 of 2: rest. 100 samples, 2 steps an epoch.",
                             "epoch 2  loss 0.2500, 0.7500", "Trained: p.onnx"]  # fmt: skip
