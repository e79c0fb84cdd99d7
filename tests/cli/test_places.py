"""What commands write, and what they never overwrite; runs that end badly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodes.files import load
from nodes.training import trained


def test_export_never_replaces_the_network_itself(run: Any, small: Path) -> None:
    before = small.read_bytes()
    Path("link.onnx").symlink_to(small)
    for name in ("m.onnx", "link.onnx", str(small)):
        result = run("export", small, "--to", "onnx", "-o", name)
        assert result.code == 1 and "holds the network itself" in result.err
    assert small.read_bytes() == before


@pytest.mark.parametrize("words", [("export", "--to", "onnx"), ("train", "--epochs", "1")])
def test_what_stands_at_the_output_is_not_lost(run: Any, small: Path, words: tuple[str, ...]) -> None:
    command, *options = words
    Path("thesis.txt").write_text("years of work")
    result = run(command, small, *options, "-o", "thesis.txt")
    assert result.code == 1 and "is no .onnx file: choose another name" in result.err
    assert Path("thesis.txt").read_text() == "years of work"
    run("train", small, "--epochs", 1, "-o", "other.onnx")
    before = Path("other.onnx").read_bytes()
    assert "is kept as other.old1.onnx" in run(command, small, *options, "-o", "other.onnx").err
    assert Path("other.old1.onnx").read_bytes() == before


def test_an_export_is_exported_again_without_a_word(run: Any, small: Path) -> None:
    for _ in range(2):
        run("export", small, "--to", "onnx", "-o", "model.onnx")
    assert sorted(p.name for p in Path(".").iterdir()) == ["m.onnx", "model.onnx"]


def test_a_file_by_another_spelling_is_still_watched_for_changes(run: Any, small: Path, monkeypatch: Any) -> None:
    from app.headless import train

    seen: list[Any] = []
    keep = train.Keeper.__init__

    def watched(self: Any, run: Any, path: Path, expect: Any) -> None:
        seen.append(expect)
        keep(self, run, path, expect)

    monkeypatch.setattr(train.Keeper, "__init__", watched)
    run("train", small, "--epochs", 1, "-o", f"../{small.parent.name}/m.onnx")
    assert seen[0] is not None and trained(load(small))
    assert not list(Path(".").glob("*.old*"))


def test_a_rate_that_ruins_training_leaves_a_network_to_go_on_with(run: Any, small: Path) -> None:
    run("train", small, "--epochs", 2)
    before = run("evaluate", small, "--json").json
    result = run("train", small, "--epochs", 1, "--learning-rate", 1e30, "--optimizer", "SGD")
    assert result.code == 1 and "lower the learning rate" in result.err and "kept are the weights of step 4." in result.err
    assert run("evaluate", small, "--json").json == before
    assert run("train", small, "--epochs", 1, "--learning-rate", 0.01).code == 0


def test_whoever_stops_reading_loses_no_training(run: Any, small: Path, monkeypatch: Any) -> None:
    from app.headless import progress

    def gone(*_: Any) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(progress.Json, "__call__", gone)
    monkeypatch.setattr("app.cli._leave_quietly", lambda: (_ for _ in ()).throw(SystemExit(1)))
    assert run("train", small, "--events", "jsonl").code == 1
    assert load(small).weights


def test_epochs_beyond_a_schedule_say_that_they_learn_nothing(run: Any, small: Path) -> None:
    run("train", small, "--schedule", "cosine")
    again = run("train", small, "--epochs", 2)
    assert "its cosine schedule ends there" in again.err and "--schedule constant goes on at 0.001" in again.err
    before = np.array(next(iter(load(small).weights.values())))
    more = run("train", small, "--epochs", 1, "--schedule", "constant", "--events", "jsonl")
    assert "schedule ends" not in more.err
    rates = [json.loads(line)["learning_rate"] for line in more.out.splitlines() if '"step"' in line[:20]]
    assert set(rates) == {0.001} and not np.array_equal(before, next(iter(load(small).weights.values())))
