"""`netwright check --repair`: what is offered is done, saved and listed; and the sentences that name it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from nodes import edits
from nodes.example import new
from nodes.files import load, save


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Three classes of six pictures."""
    for shade, label in enumerate("abc"):
        (tmp_path / "my pictures" / label).mkdir(parents=True)
        for i in range(6):
            Image.new("L", (28, 28), 60 * shade + i).save(tmp_path / "my pictures" / label / f"{i}.png")
    return tmp_path / "my pictures"


def test_pictures_of_three_classes_are_no_dead_end(run: Any, pictures: Path) -> None:
    save(edits.set_recipe(new("lenet"), epochs=1, batch_size=0), "l.onnx")
    refused = run("train", "l.onnx", "--data", "my pictures")
    way = "netwright check l.onnx --data 'my pictures' --repair"
    assert refused.code == 1 and f"(Set fc3 to 3 units: {way} does it.)" in refused.err and refused.err.count("\n") == 1
    repaired = run("check", "l.onnx", "--data", "my pictures", "--repair")
    assert (repaired.code, repaired.out) == (0, "Nothing is wrong. Train is ready.\n")
    assert repaired.err == "Repaired: CrossEntropy ‘loss’: Set fc3 to 3 units.\n"
    assert run("train", "l.onnx").code == 0
    assert run("evaluate", "l.onnx", "--json").json["classes"] == ["a", "b", "c"]


def test_repairs_follow_one_another(run: Any) -> None:
    broken = edits.remove(new("lenet"), ["n8"])  # the Flatten
    save(edits.disconnect(broken, [w for w in broken.wires if w.target_port == "target"]), "l.onnx")
    result = run("check", "l.onnx", "--repair")
    assert (result.code, result.err.count("Repaired: ")) == (0, 2)
    assert run("check", "l.onnx").out == "Nothing is wrong. Train is ready.\n"


def test_check_without_repair_changes_nothing(run: Any, pictures: Path) -> None:
    save(new("lenet"), "l.onnx")
    before = Path("l.onnx").read_bytes()
    assert "give the last Dense 3 units" in run("check", "l.onnx", "--data", "my pictures").out
    assert run("check", "l.onnx", "--repair").err == ""
    assert Path("l.onnx").read_bytes() == before and load("l.onnx") == new("lenet")


def test_one_class_is_refused_in_words(run: Any, pictures: Path) -> None:
    save(new("lenet"), "l.onnx")
    for label in "bc":
        (pictures / label).rename(pictures.parent / label)
    result = run("train", "l.onnx", "--data", "my pictures")
    assert result.code == 1 and "has one class, ‘a’, and telling classes apart takes two" in result.err
