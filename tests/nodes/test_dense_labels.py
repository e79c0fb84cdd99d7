"""A class for every pixel: training, measuring and predicting count pixels, on both engines."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from app.cli import cli
from app.headless.evaluate import measured
from app.headless.predict import predicted
from nodes.check import check
from nodes.document import Document
from nodes.example import Sketch
from nodes.files import save
from nodes.training import Run
from runtime import data
from runtime.events import EpochDone
from runtime.recipe import Recipe, Stage, Update

NAME = "shapes:size=16,count=300,noise=5"


def network(filters: int = 4) -> Document:
    stage = Stage(epochs=4, batch_size=16, learning_rate=0.02, schedule="constant", updates=(Update(optimizer="Adam"),))
    s = Sketch("Shapes", Recipe((stage,)), "")
    dataset = s.add("Dataset", "Shapes", name=NAME)
    s.add("Conv2D", filters=8, kernel_size=(5, 5), padding="same")
    s.add("Tanh")
    s.add("Conv2D", "out", filters=filters, kernel_size=(5, 5), padding="same")
    s.loss("CrossEntropy", dataset)
    return s.document


@pytest.fixture(scope="module")
def runs() -> dict[str, tuple[Run, EpochDone]]:
    found = {}
    for engine in ("onnxruntime", "numpy"):
        run = Run(network(), engine, "cpu")
        found[engine] = run, [event for event in run.events() if isinstance(event, EpochDone)][-1]
    return found


def test_it_learns_and_both_engines_agree(runs: dict[str, tuple[Run, EpochDone]]) -> None:
    (_, fast), (_, plain) = runs["onnxruntime"], runs["numpy"]
    assert (fast.loss, fast.validation_loss) == pytest.approx((plain.loss, plain.validation_loss), rel=1e-4)
    labels = data.load(NAME).validation.labels
    assert fast.accuracy is not None and fast.validation_accuracy is not None and 0 < fast.accuracy < 1
    assert fast.validation_accuracy > (labels == 0).mean() + 0.02  # more than calling all of it background


@pytest.mark.parametrize("engine", ["onnxruntime", "numpy"])
def test_evaluating_counts_pixels(runs: dict[str, tuple[Run, EpochDone]], engine: str, tmp_path: Path) -> None:
    document, test = runs["onnxruntime"][0].document(), data.load(NAME).test
    found = measured(document, "test", engine)
    np.save(tmp_path / "x.npy", test.samples)
    outputs, _ = predicted(document, tmp_path / "x.npy", engine)
    assert found["accuracy"] == pytest.approx((outputs.argmax(axis=1) == test.labels).mean(), abs=1e-4)
    assert sum(map(sum, found["confusion"])) == test.labels.size and found["samples"] == len(test)


def test_the_command_line_says_it(runs: dict[str, tuple[Run, EpochDone]], tmp_path: Path) -> None:
    document, samples = runs["onnxruntime"][0].document(), data.load(NAME).test.samples[:2]
    save(document, file := tmp_path / "shapes.onnx")
    np.save(tmp_path / "x.npy", samples)
    outputs, _ = predicted(document, tmp_path / "x.npy")
    said = CliRunner().invoke(cli, ["evaluate", str(file)], catch_exceptions=False).stdout
    assert "samples   60 (test)\nanswers   15,360, 256 a sample\n" in said
    lines = CliRunner().invoke(cli, ["predict", str(file), "--input", str(tmp_path / "x.npy")]).stdout.splitlines()
    background = (outputs[0].argmax(axis=0) == 0).mean()
    assert len(lines) == 2 and lines[0].startswith(f"sample 1: background {background:.1%}  ")


def test_json_names_the_class_of_every_pixel(runs: dict[str, tuple[Run, EpochDone]], tmp_path: Path) -> None:
    document = runs["onnxruntime"][0].document()
    save(document, file := tmp_path / "shapes.onnx")
    np.save(tmp_path / "x.npy", data.load(NAME).test.samples[:2])
    found = json.loads(CliRunner().invoke(cli, ["predict", str(file), "--input", str(tmp_path / "x.npy"), "--json"]).stdout)
    named = np.array([found["classes"].index(name) for name in np.ravel(found["predictions"])]).reshape(2, 16, 16)
    assert (named == np.argmax(found["outputs"], axis=1)).all()


def test_a_look_inside_has_no_single_class(runs: dict[str, tuple[Run, EpochDone]]) -> None:
    values, label = runs["onnxruntime"][0].activations()
    assert label is None and (1, 16, 16) in {value.shape for value in values.values()}


def test_another_number_of_filters_than_classes_is_an_error_with_a_repair() -> None:
    document = network(filters=3)
    problem = check(document).errors[0]
    wanted = "its prediction has 3 outputs and the data has 4 classes: give the last convolution 4 filters."
    assert problem.sentence.endswith(wanted)
    assert problem.repairs[0].title == "Set out to 4 filters"
    assert not check(problem.repairs[0].edit(document)).errors
