"""What `predict` and `evaluate` say of a model's answers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodes.document import Document
from nodes.example import new
from nodes.files import save
from nodes.plan import initial_weights, plan


@pytest.fixture
def ruined(tmp_path: Path) -> Document:
    """An mlp whose weights a careless training has left infinite."""
    document = new("mlp")
    graph = plan(document).training.graph
    drawn = initial_weights(document, graph)
    weights = {p.key: np.full_like(drawn[n], np.inf) for n, p in graph.parameters.items()}
    document = document.changed(weights=weights, training=type(document.training)(progress={"step": 1}))
    save(document, tmp_path / "m.onnx")
    return document


def test_samples_are_counted_from_1_and_classes_are_called_so(run: Any, tmp_path: Path) -> None:
    save(new("mlp"), tmp_path / "m.onnx")
    np.save("x.npy", np.zeros((2, 784)))
    lines = run("predict", "m.onnx", "--input", "x.npy").out.splitlines()
    assert [bool(re.match(rf"sample {i}: class \d   0\.\d{{4}}  ", line)) for i, line in enumerate(lines, 1)] == [True, True]


def test_nan_is_null_in_json_and_told(run: Any, ruined: Document) -> None:
    np.save("x.npy", np.ones((3, 784)))
    result = run("predict", "m.onnx", "--input", "x.npy", "--json")
    assert result.code == 0 and result.json["outputs"] == [[None] * 10] * 3 and result.json["predictions"] == [None] * 3
    assert "m.onnx answers NaN or infinity for 3 of 3 samples: its weights have grown too large" in result.err
    plain = run("predict", "m.onnx", "--input", "x.npy")
    assert "for 3 of 3 samples" in plain.err and plain.out.startswith("sample 1: nan") and "class" not in plain.out


def test_a_loss_that_is_no_number(run: Any, ruined: Document) -> None:
    result = run("evaluate", "m.onnx", "--json")
    assert result.code == 0 and result.json["loss"] is None and result.json["samples"] == 2000
    assert "m.onnx answers NaN or infinity, so it has no loss" in result.err
