"""What options of `train` make of the recipe in the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nodes.files import load
from runtime.optimizers import OPTIMIZERS
from runtime.schedules import SCHEDULES


def test_every_field_and_setting(run: Any, small: Path) -> None:
    words = "--optimizer momentum --set momentum=0.5 --schedule stairstep --set every=2 --set factor=.1 --weight-decay 1e-3"
    words += " --weight-decay-l1 1e-4 --clip-norm 2 --clip-value .5 --warm-up 1"
    found = run("train", "m.onnx", *words.split(), "--early-stop", 4, "--epochs", 1)
    assert found.code == 0, found.err
    stage = load(small).recipe.stages[0]
    update = stage.updates[0]
    assert (update.optimizer, dict(update.settings), update.weight_decay) == ("Momentum", {"momentum": 0.5}, 0.001)
    assert (stage.schedule, dict(stage.schedule_settings)) == ("stairstep", {"every": 2, "factor": 0.1})
    assert (update.weight_decay_l1, update.clip_norm, update.clip_value, stage.warm_up) == (1e-4, 2, 0.5, 1)
    assert stage.early_stop.patience == 4 and stage.early_stop.restore_best
    assert run("train", "m.onnx", "--set", "every=3", "--epochs", 1).code == 0
    assert dict(load(small).recipe.stages[0].schedule_settings) == {"every": 3, "factor": 0.1}  # the other one stays


@pytest.mark.parametrize("words", [*(("--optimizer", o) for o in OPTIMIZERS), *(("--schedule", s) for s in SCHEDULES)])
def test_every_optimizer_and_schedule_trains(run: Any, small: Path, words: tuple[str, str]) -> None:
    found = run("train", "m.onnx", *words, "--epochs", 1)
    assert found.code == 0 and "epoch 1" in found.out + found.err


def test_the_perceptron_rule_on_xor_from_the_terminal(run: Any) -> None:
    """A neuron made for digits, its data changed and made to fit, learns by the rule: half of XOR, and why."""
    run("new", "neuron")
    assert run("check", "neuron.onnx", "--data", "xor", "--repair").code == 0
    found = run("train", "neuron.onnx", "--rule", "Perceptron", "--batch-size", 1)
    assert found.code == 0 and "No line separates the classes (a linear program proves it)" in found.err
    accuracy = load(Path("neuron.onnx")).training.progress["history"][-1]["accuracy"]
    assert 0.3 < accuracy < 0.8  # in the points' own order it would see one class after the other, and seem right


def test_refusals_in_words(run: Any, small: Path) -> None:
    before = small.read_bytes()
    for words, sentence in (
        (("--set", "momentun=0.5", "--optimizer", "SGD"), "There is no setting called ‘momentun’: backpropagation, SGD, cosine "
         "have none, so leave --set out."),
        (("--set", "beta=0.5"), "There is no setting of backpropagation, Adam, cosine called ‘beta’: did you mean ‘beta"),
        (("--set", "beta1"), "--set takes NAME=NUMBER, and ‘beta1’ was given: write momentum=0.5, say."),
        (("--set", "beta1=high"), "--set takes NAME=NUMBER, and ‘beta1=high’ was given: write momentum=0.5, say."),
        (("--set", "beta1=nan"), "beta1 is nan: set it between"),
        (("--rule", "?"), "There is no learning rule called ‘?’: there are: backpropagation, contrastive divergence, perc"),
        (("--rule", "perceptron"), "The perceptron rule learns from one sample at a time, and its batches have 3,600"),
    ):
        found = run("train", "m.onnx", *words)
        assert found.code == 1 and sentence in found.err, found.err
    assert small.read_bytes() == before


def test_data_that_cannot_be_made_to_fit_are_not_saved(run: Any, small: Path) -> None:
    before = small.read_bytes()
    found = run("check", "m.onnx", "--data", "nothing-of-this-name", "--repair")
    assert found.code == 1 and small.read_bytes() == before


def test_a_positive_class_that_the_data_lack(run: Any) -> None:
    run("new", "neuron")
    found = run("check", "neuron.onnx", "--data", "spiral")
    assert found.code == 1 and found.out == (
        "✗ Dataset ‘Digits’: spiral has no class ‘1’: make −1 or +1 its positive class, or none.\n"
        "    Tell all classes apart\n"
    )
