"""What is shown of a run while it goes, and what remains of it."""

from __future__ import annotations

from typing import Any

import pytest

from app.headless.progress import Bar, Lines, time_taken
from app.headless.say import number
from nodes import edits
from nodes.example import new
from nodes.files import save
from runtime.events import EpochDone, Finished, Problem, Started, StepDone


def epoch(number: int) -> EpochDone:
    return EpochDone(number, number, 1 / number, 0.5, 0.25, 0.75, 0.1)


def test_the_last_of_many_epochs_has_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines()
    lines(Started(0, 0, 1000, 250, 1))
    for done in range(1, 996):
        lines(epoch(done))
    lines(Problem(996, 996, "The loss is NaN."))
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith("Training on 250 samples, 1 step an epoch (")
    assert said[1].startswith("epoch 10  ") and said[-2].startswith("epoch 995  ") and said[-1] == "The loss is NaN."
    assert len(said) == 102
    lines(epoch(1000))
    lines(Finished(1000, 1000, "done", "p.onnx"))
    assert [line.split("  ")[0] for line in capsys.readouterr().err.splitlines()] == ["epoch 1000", "Trained: p.onnx"]


def test_a_line_remains_of_the_bar(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    bar = Bar()
    bar(Started(0, 0, 2, 100, 1))
    shown = bar._progress.tasks[0].fields
    assert shown["epoch"] == 1
    bar(StepDone(1, 1, 0.5, None, 0.1))
    bar(epoch(1))
    assert shown["epoch"] == 2
    bar(epoch(2))
    assert shown["epoch"] == 2
    bar(Finished(2, 2, "done", "p.onnx"))
    bar.close()
    said = capsys.readouterr().err.splitlines()
    line = "epoch 2  loss 0.5000  accuracy 50.0%  validation 0.2500, 75.0%  0.0 s"
    assert said[-2:] == [line, "Trained: p.onnx"] and said.count(line) == 1


def test_a_resumed_run_says_from_where_it_goes_on(run: Any) -> None:
    save(edits.set_recipe(new("playground"), epochs=4), "p.onnx")
    assert "goes on" not in run("train", "p.onnx", "--epochs", 3).err
    assert "(onnxruntime, CPU); it goes on after epoch 3, step 3.\n" in run("train", "p.onnx").err


def test_times() -> None:
    assert [time_taken(s) for s in (0.04, 119, 125)] == ["0.0 s", "119.0 s", "2 min 5 s"]


def test_small_losses_keep_their_digits() -> None:
    values = (0.0, 0.29837, 0.001, 3.5122e-5, float("nan"))
    assert [number(v) for v in values] == ["0.0000", "0.2984", "0.0010", "3.512e-05", "nan"]
