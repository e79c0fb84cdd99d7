"""Networks that read texts: the vocabulary stays with the document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nodes import edits
from nodes.build import build
from nodes.check import check
from nodes.document import Document
from nodes.example import Sketch
from nodes.files import load, save
from nodes.training import Run
from runtime.errors import DataError
from runtime.recipe import Recipe, Stage, Update

TEXT = "the cat sat on the mat, and the rat saw that.\n" * 40


def reader(name: str, classes: int, units: int = 8, layer: str = "LSTM", batch: int = 8, **settings: Any) -> Document:
    """Characters in, the next one out."""
    s = Sketch("reader", Recipe((Stage(epochs=1, batch_size=batch, learning_rate=0.01, updates=(Update(),)),)))
    data = s.add("Dataset", "text", name=name)
    s.add("Embedding", "emb", classes=classes, width=6)
    s.add(layer, "rnn", units=units, returns="sequence", **settings)
    s.add("Dense", "out", units=classes)
    s.loss("CrossEntropy", data)
    return s.document


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "cats.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def classes_in(text: str) -> int:
    return len(set(text))


def test_the_vocabulary_is_kept_and_the_model_works_without_the_file(file: Path, tmp_path: Path) -> None:
    document = reader(f"{file}:length=10", classes_in(TEXT))
    save(document, tmp_path / "m.onnx")
    file.unlink()
    again = load(tmp_path / "m.onnx")
    built = build(again, "training")
    assert not built.problems and built.nodes["n1"].layer.info.symbols == tuple(sorted(set(TEXT)))  # type: ignore[union-attr]
    assert [p.level for p in check(again).problems if "does not exist" in p.sentence or "no file" in p.sentence] == ["advice"]
    with pytest.raises(DataError, match="no file"):
        Run(again)


def test_a_text_with_other_characters_is_told_of_and_not_trained_on(file: Path) -> None:
    document = reader(f"{file}:length=10", classes_in(TEXT))
    file.write_text(TEXT.replace("c", "C"), encoding="utf-8")
    assert "c" in build(document).nodes["n1"].layer.info.symbols  # type: ignore[union-attr]
    with pytest.raises(DataError, match="has other characters than when it was chosen \\(16 of them, not the same\\)"):
        Run(document)
    again = edits.set_setting(document, "n1", "name", f"{file}:length=11")
    assert "C" in Run(again).dataset.info.symbols


def test_training_lowers_the_loss(file: Path) -> None:
    run = Run(reader(f"{file}:length=10", classes_in(TEXT)))
    losses = [e.loss for e in run.events(3) if hasattr(e, "loss") and hasattr(e, "learning_rate")]
    assert losses[-1] < 0.9 * losses[0]


def test_a_table_with_too_few_rows_is_told_of_and_mended(file: Path) -> None:
    count = classes_in(TEXT)
    document = edits.set_setting(reader(f"{file}:length=10", count), "n2", "classes", count - 1)
    (error,) = check(document).errors
    assert error.sentence == (
        f"Embedding ‘emb’: its table has {count - 1} rows and the data counts {count} symbols: give it {count} classes."
    )
    assert not check(error.repairs[0].edit(document)).errors
    assert not check(edits.set_setting(document, "n2", "classes", count + 5)).errors
