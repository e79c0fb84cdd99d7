"""``netwright gradients`` and ``gradcheck``: any ONNX model, and any bad file, in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from app.cli import main
from runtime.graph import Array
from runtime.ops import GRADIENTS
from tests.runtime.test_interpreter import scaled, twice

FLOAT = TensorProto.FLOAT
RNG = np.random.default_rng(8)
W1, B1, W2 = (RNG.standard_normal(shape).astype("f4") for shape in ((3, 4), (4,), (4, 2)))
X, Y, CLASSES = RNG.standard_normal((5, 3)).astype("f4"), RNG.standard_normal((5, 2)), np.array([0, 1, 1, 0, 1])
node = helper.make_node


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Call `netwright` with these words, in a folder of its own: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def call(*words: Any) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stop:
            main([str(w) for w in words])
            raise SystemExit(0)
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return int(stop.value.code or 0), out, err

    return call


def saved(nodes: list[onnx.NodeProto] | None = None, name: str = "net.onnx", **keywords: Any) -> str:
    """x·W1 + B1, tanh, ·W2, and what else is asked for."""
    if nodes is None:
        nodes = [node("Gemm", ["x", "W1", "B1"], ["a"]), node("Tanh", ["a"], ["h"]), node("MatMul", ["h", "W2"], ["y"])]
    arrays = [numpy_helper.from_array(a, n) for n, a in {"W1": W1, "B1": B1, "W2": W2}.items()]
    begin, end = helper.make_tensor_value_info("x", FLOAT, ["N", 3]), onnx.ValueInfoProto(name=nodes[-1].output[0])
    graph = helper.make_graph(nodes, "net", [begin], [end], arrays)
    opsets = [helper.make_opsetid("", keywords.pop("opset", 17)), helper.make_opsetid("own", 1)]
    Path(name).write_bytes(helper.make_model(graph, opset_imports=opsets, ir_version=8, **keywords).SerializeToString())
    return name


def by_hand(dy: Array) -> dict[str, Array]:
    h = np.tanh(X @ W1 + B1)
    da = dy @ W2.T * (1 - h * h)
    return {"W1": X.T @ da, "B1": da.sum(0), "W2": h.T @ dy}


def output() -> Array:
    return np.asarray(np.tanh(X @ W1 + B1) @ W2)


def softmax(y: Array) -> Array:
    return np.asarray(np.exp(y) / np.exp(y).sum(1, keepdims=True))


def level_in(said: str) -> float:
    return float(said.removeprefix("The loss is ").split(". ")[0])


def test_mean_squared(run: Any) -> None:
    file = saved()
    np.savez("in.npz", x=X, target=Y)
    code, out, err = run("gradients", file, "--inputs", "in.npz", "-o", "out.npz")
    level = np.mean((output() - Y) ** 2)
    assert (code, out) == (0, "") and level_in(err) == pytest.approx(level, rel=1e-4)
    with np.load("out.npz") as found:
        wanted = by_hand(2 * (output() - Y) / Y.size)
        assert sorted(found) == sorted(wanted)
        for name, gradient in wanted.items():
            np.testing.assert_allclose(found[name], gradient, rtol=1e-4, atol=1e-6)
            assert found[name].dtype == np.float32


@pytest.mark.parametrize("target", [CLASSES, CLASSES[:, None], np.eye(2)[CLASSES], np.eye(2, dtype="f4")[CLASSES]])
@pytest.mark.parametrize("with_softmax", [False, True])
def test_cross_entropy_of_logits_and_of_a_softmax(run: Any, target: Array, with_softmax: bool) -> None:
    nodes = [node("Gemm", ["x", "W1", "B1"], ["a"]), node("Tanh", ["a"], ["h"]), node("MatMul", ["h", "W2"], ["y"])]
    file = saved([*nodes, node("Softmax", ["y"], ["p"])] if with_softmax else nodes)
    np.savez("in.npz", x=X, target=target)
    code, _, err = run("gradients", file, "--inputs", "in.npz", "--loss", "cross-entropy", "-o", "out.npz")
    shares = softmax(output())
    level = -np.mean(np.log(shares[np.arange(5), CLASSES]))
    assert code == 0 and level_in(err) == pytest.approx(level, rel=1e-4)
    with np.load("out.npz") as found:
        for name, gradient in by_hand((shares - np.eye(2)[CLASSES]) / 5).items():
            np.testing.assert_allclose(found[name], gradient, rtol=1e-4, atol=1e-6)


def test_an_old_opset_and_functions_of_the_model(run: Any) -> None:
    nodes = [node("MatMul", ["x", "W1"], ["a"]), node("Softmax", ["a"], ["p"], axis=1)]
    saved(nodes, "old.onnx", opset=9)
    nodes = [node("MatMul", ["x", "W1"], ["a"]), node("Scaled", ["a"], ["y"], domain="own", factor=0.5)]
    saved(nodes, "functions.onnx", functions=[scaled(), twice()])
    np.savez("in.npz", x=X, target=np.zeros((5, 4)))
    for name in ("old.onnx", "functions.onnx"):
        assert run("gradients", name, "--inputs", "in.npz", "-o", "out.npz")[0] == 0, name
        assert run("gradcheck", name)[0] == 0


def test_running_statistics_are_no_weights(run: Any) -> None:
    """Exporters merge equal initializers: here the bias of zeros is the running mean too."""
    zero = numpy_helper.from_array(np.zeros(4, "f4"), "zero")
    nodes = [
        node("MatMul", ["x", "W1"], ["a"]), node("Identity", ["zero"], ["mean"]),
        node("BatchNormalization", ["a", "one", "zero", "mean", "one"], ["y"], epsilon=0.0),
    ]  # fmt: skip
    file = saved(nodes)
    model = onnx.load(file)
    model.graph.initializer.extend([zero, numpy_helper.from_array(np.ones(4, "f4"), "one")])
    onnx.save(model, file)
    target = RNG.standard_normal((5, 4))
    np.savez("in.npz", x=X, target=target)
    assert run("gradients", file, "--inputs", "in.npz", "-o", "out.npz")[0] == 0
    with np.load("out.npz") as found:
        np.testing.assert_allclose(found["zero"], (2 * (X @ W1 - target) / 20).sum(0), rtol=1e-4)


def test_scales_of_a_resize_are_no_weights(run: Any) -> None:
    """Though gradcheck puts a Cast before them."""
    nodes = [
        node("MatMul", ["x", "W1"], ["a"]), node("Unsqueeze", ["a", "axes"], ["maps"]),
        node("Resize", ["maps", "", "scales"], ["y"], mode="linear"),
    ]  # fmt: skip
    file = saved(nodes)
    model = onnx.load(file)
    arrays = {"axes": np.array([1]), "scales": np.float32([1, 1, 2])}
    model.graph.initializer.extend(numpy_helper.from_array(a, n) for n, a in arrays.items())
    onnx.save(model, file)
    code, out, _ = run("gradcheck", file, "--json")
    assert code == 0 and "scales" not in {c["weight"] for c in json.loads(out)}


def test_a_single_number_is_a_weight(run: Any) -> None:
    file = saved([node("MatMul", ["x", "W1"], ["a"]), node("Mul", ["a", "alpha"], ["y"])])
    model = onnx.load(file)
    model.graph.initializer.append(numpy_helper.from_array(np.array(1.7, "f4"), "alpha"))
    onnx.save(model, file)
    np.savez("in.npz", x=X, target=np.zeros((5, 4)))
    assert run("gradients", file, "--inputs", "in.npz", "-o", "out.npz")[0] == 0
    with np.load("out.npz") as found:
        assert found["alpha"].shape == ()
        np.testing.assert_allclose(found["alpha"], 2 * 1.7 * np.mean((X @ W1) ** 2), rtol=1e-4)
    assert run("gradcheck", file)[0] == 0


def test_gradcheck_names_the_worst_weight(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    file = saved()
    np.savez("in.npz", x=X, target=CLASSES)
    code, out, err = run("gradcheck", file, "--inputs", "in.npz", "--loss", "cross-entropy")
    assert code == 0 and out.startswith("worst: ") and err == "The gradients by 3 weights agree with finite differences.\n"
    monkeypatch.setitem(GRADIENTS, "Tanh", lambda g, at, dy: (g.Mul(dy, 0.9),))
    code, out, err = run("gradcheck", file, "--json")
    assert code == 1 and err.startswith("2 of 3 gradients are further from finite differences than 1e-05")
    found = json.loads(out)
    assert {c["weight"] for c in found[:2]} == {"W1", "B1"} and found[2]["error"] < 1e-7


@pytest.mark.parametrize("loss", ["mean-squared", "cross-entropy"])
def test_gradcheck_of_our_own_files(run: Any, loss: str) -> None:
    run("new", "playground", "-o", "p.onnx")
    code, out, _ = run("gradcheck", "p.onnx", "--loss", loss)
    assert code == 0 and "playground" not in out


@pytest.mark.parametrize("with_sigmoid", [False, True])
@pytest.mark.parametrize("target", [CLASSES, CLASSES[:, None].astype("f4"), np.linspace(0, 1, 5)])
def test_cross_entropy_of_a_single_number_is_binary(run: Any, target: Array, with_sigmoid: bool) -> None:
    nodes = [node("MatMul", ["x", "W1"], ["a"]), node("ReduceSum", ["a", "axes"], ["y"])]
    file = saved([*nodes, node("Sigmoid", ["y"], ["p"])] if with_sigmoid else nodes)
    model = onnx.load(file)
    model.graph.initializer.append(numpy_helper.from_array(np.array([1]), "axes"))
    onnx.save(model, file)
    np.savez("in.npz", x=X, target=target)
    code, _, err = run("gradients", file, "--inputs", "in.npz", "--loss", "cross-entropy", "-o", "out.npz")
    share, t = 1 / (1 + np.exp(-(X @ W1).sum(1))), target.reshape(5)
    assert code == 0 and level_in(err) == pytest.approx(-np.mean(t * np.log(share) + (1 - t) * np.log(1 - share)), rel=1e-4)
    with np.load("out.npz") as found:
        np.testing.assert_allclose(found["W1"], np.tile(X.T @ (share - t)[:, None] / 5, 4), rtol=1e-4, atol=1e-6)
    assert run("gradcheck", file, "--loss", "cross-entropy")[0] == 0


def test_a_softmax_of_one_class_is_refused(run: Any) -> None:
    nodes = [node("MatMul", ["x", "W1"], ["a"]), node("ReduceMax", ["a"], ["y"], axes=[1]), node("Softmax", ["y"], ["p"])]
    code, _, err = run("gradcheck", saved(nodes), "--loss", "cross-entropy")
    assert code == 1 and "has one class, whose share is always 1: give it two." in err


def test_results_that_are_no_numbers_are_refused(run: Any) -> None:
    file = saved()
    np.savez("in.npz", x=np.where(X > 0, np.inf, X), target=Y)
    code, _, err = run("gradients", file, "--inputs", "in.npz", "-o", "out.npz")
    assert code == 1 and err.startswith("net.onnx: ‘x’ holds NaN or infinity, so ") and not Path("out.npz").exists()
    model = onnx.load(file)
    model.graph.initializer[2].CopyFrom(numpy_helper.from_array(W2 * np.float32(np.nan), "W2"))
    onnx.save(model, file)
    for words in (["gradcheck", file], ["gradients", file, "--inputs", "in.npz", "-o", "out.npz"]):
        np.savez("in.npz", x=X, target=Y)
        assert run(*words) == (1, "", "net.onnx: ‘W2’ holds NaN or infinity, so the loss is no number: give finite numbers.\n")


def test_the_output_never_replaces_what_is_read(run: Any) -> None:
    file = saved()
    np.savez("in.npz", x=X, target=Y)
    for name in (file, "in.npz"):
        code, _, err = run("gradients", file, "--inputs", "in.npz", "-o", name)
        assert (code, err) == (1, f"{name} is read here, and the gradients would replace it: give -o another name.\n")


def test_gradcheck_asks_for_memory_before_it_draws(run: Any) -> None:
    file = saved()
    model = onnx.load(file)
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 10**13
    onnx.save(model, file)
    code, _, err = run("gradcheck", file)
    assert code == 1 and err.startswith("net.onnx: The model and its gradients need ")


NO_CLASS = "net.onnx: The target holds no classes from 0 to 1: give class numbers, or one-hot rows."
MISSING = "net.onnx: The model's input ‘x’ is missing among the arrays (nothing): give one of this name."
NARROW = "net.onnx: The model's input x N×3 was given (5, 2): give it an array of its shape."
FITS = "and the model's first output y 5×2: give one that fits it."
SQUARED, ENTROPY = "mean-squared", "cross-entropy"
BAD_DATA: list[tuple[dict[str, Any], str, str]] = [
    ({"x": X}, SQUARED, "‘in.npz’ holds x, and no ‘target’: add what the model's first output should be."),
    ({"target": Y}, SQUARED, MISSING),
    ({"x": X[:, :2], "target": Y}, SQUARED, NARROW),
    ({"x": X, "target": Y[:3]}, SQUARED, f"net.onnx: The target is 3×2 {FITS}"),
    ({"x": X, "target": CLASSES + 1}, ENTROPY, NO_CLASS),
    ({"x": X, "target": CLASSES[:2]}, ENTROPY, f"net.onnx: The target is 2 {FITS}"),
    ({"x": X, "mask": X, "target": Y}, SQUARED, "net.onnx: The model has no input ‘mask’: its inputs are: x."),
    ({"x": X * np.nan, "target": Y}, SQUARED, "net.onnx: The model's input ‘x’ was given NaN: give finite numbers."),
    ({"x": X[:0], "target": Y[:0]}, SQUARED, "net.onnx: The model's input ‘x’ was given 0×3: give one sample at least."),
    ({"x": X, "target": CLASSES * np.nan}, ENTROPY, "net.onnx: The target holds NaN or infinity: give finite numbers."),
    ({"x": np.array(["a"]), "target": Y}, SQUARED, "‘in.npz, x’ holds values of type <U1: give real numbers."),
]  # fmt: skip


@pytest.mark.parametrize("arrays, loss, sentence", BAD_DATA)
def test_bad_data_in_words(run: Any, arrays: dict[str, Any], loss: str, sentence: str) -> None:
    file = saved()
    np.savez("in.npz", **arrays)
    assert run("gradients", file, "--inputs", "in.npz", "--loss", loss, "-o", "out.npz") == (1, "", f"{sentence}\n")
    assert not Path("out.npz").exists()


BAD_MODELS: list[tuple[list[onnx.NodeProto], str]] = [
    ([node("Hardmix", ["x"], ["y"])], "net.onnx: ‘y’: Netwright does not know the operator Hardmix: remove it."),
    (
        [node("MatMul", ["x", "W2"], ["y"], name="fc")],
        "net.onnx: fc: the operator MatMul was given 5×3, 4×2 and cannot take them: Incompatible dimensions for matrix",
    ),
    (
        [node("MatMul", ["x", "W1"], ["a"]), node("ArgMax", ["a"], ["y"])],
        "net.onnx: The model's first output y 1×4 is int64: a loss",
    ),
    ([node("Relu", ["z"], ["y"])], "net.onnx: the operator Relu ‘y’ reads ‘z’ before anything writes it"),
    (
        [node("MatMul", ["x", "W1"], ["a"]), node("Constant", [], ["c"], value_ints=[10**7, 10**7]),
         node("ConstantOfShape", ["c"], ["h"]), node("ReduceMax", ["h"], ["m"]), node("Mul", ["a", "m"], ["y"])],
        "net.onnx: The model and its gradients need 400 TB of memory, and this machine has ",
    ),
    (
        [node("MatMul", ["x", "W1"], ["a"]), node("Det", ["a"], ["y"])],
        "net.onnx: y: the operator Det was given 5×4 and cannot take them: ",
    ),
]  # fmt: skip


@pytest.mark.parametrize("nodes, sentence", BAD_MODELS)
def test_bad_models_in_words(run: Any, nodes: list[onnx.NodeProto], sentence: str) -> None:
    file = saved(nodes)
    np.savez("in.npz", x=X, target=np.zeros((5, 4)))
    code, out, err = run("gradients", file, "--inputs", "in.npz", "-o", "out.npz")
    assert (code, out) == (1, "") and err.startswith(sentence) and err.count("\n") == 1
    assert not Path("out.npz").exists()


@pytest.mark.parametrize("content", [b"", b"no model", b"\x00" * 100])
def test_files_that_are_no_models(run: Any, content: bytes) -> None:
    Path("bad.onnx").write_bytes(content)
    for command in (["gradcheck", "bad.onnx"], ["gradients", "bad.onnx", "--inputs", "in.npz", "-o", "out.npz"]):
        code, _, err = run(*command)
        assert code == 1 and err.startswith("bad.onnx ")


def test_an_npz_that_is_none(run: Any) -> None:
    file = saved()
    Path("in.npz").write_bytes(b"PK not really")
    assert run("gradcheck", file, "--inputs", "in.npz")[2].startswith("‘in.npz’ cannot be read as NumPy arrays (.npz)")
    assert run("gradcheck", file, "--inputs", "none.npz")[2] == "The file ‘none.npz’ does not exist: check its name.\n"
    np.savez("ok.npz", x=X, target=Y)
    code, _, err = run("gradients", file, "--inputs", "ok.npz", "-o", "nowhere/out.npz")
    assert code == 1 and "could not be written" in err
