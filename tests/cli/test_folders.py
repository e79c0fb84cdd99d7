"""A folder of pictures as data, on the command line: trained on, then taken away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from nodes import edits
from nodes.document import Document
from nodes.example import new
from nodes.files import save


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Ten classes of six grey pictures."""
    random = np.random.default_rng(1)
    for label in "abcdefghij":
        folder = tmp_path / "pictures" / label
        folder.mkdir(parents=True)
        for i in range(6):
            Image.fromarray(random.integers(0, 255, (28, 28), np.uint8)).save(folder / f"{i}.png")
    return tmp_path / "pictures"


def test_a_model_works_without_the_folder_it_learnt_from(run: Any, pictures: Path) -> None:
    save(edits.set_recipe(new("mlp"), epochs=1), "m.onnx")
    assert run("train", "m.onnx", "--data", "pictures").code == 0
    picture = pictures / "a" / "0.png"
    before = run("predict", "m.onnx", "--input", picture, "--json").json
    summary = run("summary", "m.onnx", "--json").json
    gone = pictures.rename(pictures.with_name("elsewhere"))
    assert run("predict", "m.onnx", "--input", gone / "a" / "0.png", "--json").json == before
    assert run("summary", "m.onnx", "--json").json == summary
    assert run("export", "m.onnx", "--to", "onnx", "-o", "e.onnx").code == 0
    check = run("check", "m.onnx")
    assert check.code == 0 and "does not exist" in check.out and "training needs it" in check.out
    again = run("train", "m.onnx", "--epochs", 1)
    assert again.code == 1 and "does not exist" in again.err


def test_another_name_is_not_taken_for_what_is_remembered(pictures: Path) -> None:
    document, id = edits.add(Document(), "Dataset")
    document = edits.set_setting(document, id, "name", str(pictures))
    assert document.nodes[id].settings["remembered"]
    document = edits.set_setting(document, id, "name", "digits")
    assert "remembered" not in document.nodes[id].settings
