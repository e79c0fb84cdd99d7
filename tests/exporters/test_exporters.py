"""Every exporter: what it writes passes ONNX's checker, is plain ai.onnx, and runs in plain onnxruntime. (All examples are
exported where they are tested: tests/nodes/examples.)"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

import exporters
from nodes.document import Document
from nodes.example import new
from runtime.errors import FileError, NetwrightError

TARGETS = list(exporters.targets())


def feeds(session: onnxruntime.InferenceSession, count: int = 3) -> dict[str, np.ndarray[Any, Any]]:
    """Numbers for every input that must be given."""
    rng = np.random.default_rng(5)
    result = {}
    for value in session.get_inputs():
        shape = [count if not isinstance(d, int) else d for d in value.shape]
        whole = "int64" in value.type
        result[value.name] = rng.integers(1, 2, shape) if whole else np.asarray(rng.random(shape), np.float32)
    return result


@pytest.mark.parametrize("example", ["lenet", "mlp", "neuron", "playground", "resnet18-small", "fcn8s-small"])
@pytest.mark.parametrize("target", TARGETS)
def test_what_is_written_is_a_model_that_runs(target: str, example: str, tmp_path: Path) -> None:
    path = tmp_path / f"out{exporters.target(target).suffix}"
    exporters.target(target).write(new(example), path)
    onnx.checker.check_model(onnx.load(path), full_check=True)
    assert {o.domain for o in onnx.load(path).opset_import} <= {"", "ai.onnx"}
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(path.read_bytes(), options, ["CPUExecutionProvider"])
    for value in session.run(None, feeds(session)):
        array = np.asarray(value)
        assert array.dtype.kind != "f" or np.isfinite(array).all()


@pytest.mark.parametrize("target", TARGETS)
def test_a_network_that_is_not_finished_is_refused_in_words(target: str, tmp_path: Path) -> None:
    path = tmp_path / "out.onnx"
    with pytest.raises(NetwrightError, match=r"\.$"):
        exporters.target(target).write(Document(), path)
    assert not path.exists()


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_is_left_of_what_cannot_be_written(target: str, tmp_path: Path) -> None:
    with pytest.raises(FileError, match="the folder does not exist"):
        exporters.target(target).write(new("mlp"), tmp_path / "missing" / "out.onnx")
    assert not list(tmp_path.iterdir())


def test_an_unknown_target_names_the_nearest() -> None:
    with pytest.raises(NetwrightError, match="did you mean ‘onnx’"):
        exporters.target("onx")


@pytest.mark.parametrize("target", TARGETS)
def test_says_what_it_is(target: str) -> None:
    found = exporters.target(target)
    assert found.help.endswith(".") and found.title and found.suffix.startswith(".")
