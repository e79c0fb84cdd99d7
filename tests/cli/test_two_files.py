"""Commands on models in two files: foreign ones are read, our own are written wherever a command writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from onnx import TensorProto, helper, numpy_helper

from nodes import edits
from nodes.example import new
from nodes.files import load, save
from runtime import model_file

RNG = np.random.default_rng(4)
W = RNG.standard_normal((30, 4)).astype("f4")
X, Y = RNG.standard_normal((5, 30)).astype("f4"), RNG.standard_normal((5, 4))


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """x·W in two files, as PyTorch's exporter names them."""
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["N", s]) for n, s in (("x", 30), ("y", 4))]
    nodes = [helper.make_node("MatMul", ["x", "W"], ["y"])]
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:], [numpy_helper.from_array(W, "W")])
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)])
    path = tmp_path / "f.onnx"
    onnx.save_model(model, path, save_as_external_data=True, location="f.onnx.data", size_threshold=0)
    return path


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_file, "LIMIT", 1000)


def names() -> list[str]:
    return sorted(p.name.replace(p.name[-21:-5], "#") if p.suffix == ".data" else p.name for p in Path().iterdir())


def test_gradients_of_a_foreign_model(run: Any, foreign: Path) -> None:
    np.savez("in.npz", x=X, target=Y)
    assert run("gradients", "f.onnx", "--inputs", "in.npz", "-o", "out.npz").code == 0
    with np.load("out.npz") as found:
        np.testing.assert_allclose(found["W"], X.T @ (2 * (X @ W - Y) / Y.size), rtol=1e-4, atol=1e-6)
    result = run("gradcheck", "f.onnx", "--inputs", "in.npz")
    assert result.code == 0 and "agree with finite differences" in result.err


def test_gradients_never_replace_the_data(run: Any, foreign: Path) -> None:
    np.savez("in.npz", x=X, target=Y)
    before = Path("f.onnx.data").read_bytes()
    result = run("gradients", "f.onnx", "--inputs", "in.npz", "-o", "f.onnx.data")
    assert result.code == 1 and "f.onnx.data is read here, and the gradients would replace it" in result.err
    assert Path("f.onnx.data").read_bytes() == before


@pytest.mark.parametrize("command", ["gradients", "gradcheck"])
def test_missing_data_is_named(run: Any, foreign: Path, command: str) -> None:
    np.savez("in.npz", x=X, target=Y)
    Path("f.onnx.data").unlink()
    result = run(command, "f.onnx", "--inputs", "in.npz", *(("-o", "out.npz") if command == "gradients" else ()))
    assert result.code == 1 and "‘W’ lie in f.onnx.data, which is not there: put that file beside f.onnx" in result.err


def test_a_run_in_two_files_is_a_run(run: Any, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("train", small, "--epochs", 2, "-o", "plain.onnx")
    monkeypatch.setattr(model_file, "LIMIT", 1000)
    Path("b").mkdir()
    run("train", small, "--epochs", 1, "-o", "b/m.onnx")
    assert run("train", "b/m.onnx", "--epochs", 1).code == 0
    assert load("b/m.onnx") == load("plain.onnx")
    assert len(list(Path("b").iterdir())) == 2
    assert run("evaluate", "b/m.onnx", "--json").json == run("evaluate", "plain.onnx", "--json").json


def test_what_is_moved_aside_keeps_its_data(run: Any, small: Path, tiny: None) -> None:
    run("train", small, "--epochs", 1, "-o", "n.onnx")
    before = load("n.onnx")
    assert "is kept as n.old1.onnx" in run("train", small, "--epochs", 2, "-o", "n.onnx").err
    assert load("n.old1.onnx") == before and load("n.onnx") != before
    assert names() == ["m.onnx", "n.old1.onnx", "n.onnx", "n.onnx.#.data", "n.onnx.#.data"]


def test_a_network_whose_data_is_missing_is_not_written_over(run: Any, small: Path, tiny: None) -> None:
    run("train", small, "--epochs", 1, "-o", "n.onnx")
    next(Path().glob("*.data")).rename("elsewhere.data")
    assert "is kept as n.old1.onnx" in run("export", small, "--to", "onnx", "-o", "n.onnx").err


def test_a_repair_is_saved_in_two_files(run: Any, tiny: None) -> None:
    save(edits.disconnect(new("mlp"), [w for w in new("mlp").wires if w.target_port == "target"]), "m.onnx")
    result = run("check", "m.onnx", "--repair")
    assert "Repaired" in result.err and result.code == 0
    assert names() == ["m.onnx", "m.onnx.#.data"] and any(w.target_port == "target" for w in load("m.onnx").wires)


@pytest.mark.parametrize("target", ["onnx", "step"])
def test_an_export_in_two_files_runs_from_its_path(run: Any, small: Path, target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run("export", small, "--to", target, "-o", "plain.onnx")
    monkeypatch.setattr(model_file, "LIMIT", 1000)
    for _ in range(2):
        assert run("export", small, "--to", target, "-o", "e.onnx").code == 0
    assert names() == ["e.onnx", "e.onnx.#.data", "m.onnx", "plain.onnx"]
    onnx.checker.check_model("e.onnx", full_check=True)
    options = ort.SessionOptions()
    options.log_severity_level = 4
    sessions = [ort.InferenceSession(name, options) for name in ("plain.onnx", "e.onnx")]
    feeds = {}
    for value in sessions[0].get_inputs():
        shape = [d if isinstance(d, int) else 3 for d in value.shape]
        feeds[value.name] = np.ones(shape, "i8" if "int64" in value.type else "f4")
    for a, b in zip(*(s.run(None, feeds) for s in sessions), strict=True):
        np.testing.assert_array_equal(a, b)
    monkeypatch.setattr(model_file, "LIMIT", 1 << 30)
    run("export", small, "--to", target, "-o", "e.onnx")
    assert names() == ["e.onnx", "m.onnx", "plain.onnx"]


def test_a_network_that_fits_no_message_answers_all_the_same(run: Any, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    np.save("x.npy", RNG.random((3, 28, 28)))
    before = run("predict", small, "--input", "x.npy", "--json").json
    handed: list[int] = []
    add = ort.SessionOptions.add_external_initializers

    def counted(self: Any, names: list[str], values: list[Any]) -> None:
        handed.append(len(names))
        add(self, names, values)

    monkeypatch.setattr(ort.SessionOptions, "add_external_initializers", counted)
    monkeypatch.setattr(model_file, "LIMIT", 1000)
    assert run("predict", small, "--input", "x.npy", "--json").json == before and handed == [2]
