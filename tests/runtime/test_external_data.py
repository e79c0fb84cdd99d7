"""Weights in a second file: read from the model's own folder alone, and every kind of damage told in one sentence."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from runtime import external_data
from runtime.errors import FileError
from runtime.external_data import embed, sources
from runtime.interpreter import interpret

RNG = np.random.default_rng(3)
W, B, C = (RNG.standard_normal(shape).astype("f4") for shape in ((300, 4), (4,), (2, 4)))
X = RNG.standard_normal((5, 300)).astype("f4")


def model() -> onnx.ModelProto:
    """x·W + B + mean(C), where C is an attribute."""
    nodes = [
        helper.make_node("Gemm", ["x", "W", "B"], ["a"]),
        helper.make_node("Constant", [], ["c"], value=numpy_helper.from_array(C, "C")),
        helper.make_node("ReduceMean", ["c"], ["m"], keepdims=0),
        helper.make_node("Add", ["a", "m"], ["y"]),
    ]
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["N", s]) for n, s in (("x", 300), ("y", 4))]
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:], [numpy_helper.from_array(a, n) for n, a in (("W", W), ("B", B))])
    return helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The model as `onnx` itself writes it in two files, in a folder of its own."""
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / "net.onnx"
    onnx.save_model(
        model(), path, save_as_external_data=True, location="net.onnx.data", size_threshold=0, convert_attribute=True
    )
    return path


def read(path: Path) -> onnx.ModelProto:
    found = onnx.load(path, load_external_data=False)
    embed(found, path)
    return found


def said(path: Path, key: str, value: str | None, name: str = "W") -> None:
    """Let the model's tensor say something else of where it lies."""
    found = onnx.load(path, load_external_data=False)
    tensor = next(t for t in external_data.tensors(found) if t.name == name)
    entries = {e.key: e.value for e in tensor.external_data} | {key: value}
    del tensor.external_data[:]
    for k, v in entries.items():
        if v is not None:
            tensor.external_data.add(key=k, value=v)
    path.write_bytes(found.SerializeToString())


def refused(path: Path, words: str) -> str:
    with pytest.raises(FileError, match=words) as error:
        read(path)
    text = str(error.value)
    assert "\n" not in text and text.endswith(".") and text.count(". ") == 0, text
    return text


def test_it_is_the_model_that_was_saved(path: Path) -> None:
    found = read(path)
    assert not any(external_data.is_external(t) for t in external_data.tensors(found))
    expected = X @ W + B + C.mean()
    np.testing.assert_allclose(interpret(found, {"x": X})["y"], expected, rtol=1e-4, atol=1e-5)
    assert found == model(), "nothing else has changed"


def test_every_place_of_a_tensor_is_known(path: Path) -> None:
    """In bodies, functions and training steps as in the graph."""
    found = model()
    body = helper.make_graph([], "body", [], [], [numpy_helper.from_array(B, "in body")])
    found.graph.node.append(helper.make_node("If", ["x"], ["z"], then_branch=body, else_branch=body))
    constant = helper.make_node("Constant", [], ["k"], value=numpy_helper.from_array(B, "in function"))
    found.functions.append(helper.make_function("own", "f", [], ["k"], [constant], []))
    found.training_info.add().algorithm.initializer.append(numpy_helper.from_array(B, "in training"))
    data = B.tobytes()
    for tensor in external_data.tensors(found):
        if tensor.name:
            tensor.ClearField("raw_data")
            tensor.data_location = TensorProto.EXTERNAL
            tensor.dims[:] = [4]
            tensor.external_data.add(key="location", value="b.data")
    (path.parent / "b.data").write_bytes(data)
    embed(found, path)
    names = {t.name: t for t in external_data.tensors(found) if t.name}
    assert {"W", "B", "C", "in body", "in function", "in training"} == set(names)
    assert all(np.array_equal(numpy_helper.to_array(t), B) for t in names.values())


def test_a_file_in_a_folder_below_and_a_link_within(path: Path) -> None:
    (path.parent / "deep").mkdir()
    data = path.with_name("net.onnx.data").rename(path.parent / "deep" / "w.bin")
    for name in "WBC":
        said(path, "location", "deep/w.bin", name)
    assert read(path) == model() and sources(onnx.load(path, load_external_data=False), path) == [data]
    data.rename(path.with_name("real.bin"))
    data.symlink_to("../real.bin")
    assert read(path) == model()


def test_a_link_to_the_model_finds_the_data_beside_the_model(path: Path, tmp_path: Path) -> None:
    (tmp_path / "link.onnx").symlink_to(path)
    assert read(tmp_path / "link.onnx") == model()


def test_a_missing_file_is_named_with_its_folder(path: Path) -> None:
    path.with_name("net.onnx.data").unlink()
    assert refused(path, "net.onnx.data") == (
        "net.onnx: the weights ‘W’ lie in net.onnx.data, which is not there: put that file beside net.onnx, in "
        f"{path.parent}."
    )


@pytest.mark.parametrize(
    "location",
    ["../secret", "deep/../../secret", "/etc/passwd", "C:\\w.bin", "..\\secret", "\\\\server\\w.bin", "", "a\0b", "C:w.bin"],
)
def test_no_name_leads_out_of_the_folder(path: Path, location: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(bytes(4800))
    said(path, "location", location)
    refused(path, r"^net\.onnx: the weights ‘W’ lie in ‘.*’, which is outside the model's folder and is not read: save")


def test_no_link_leads_out_of_the_folder(path: Path, tmp_path: Path) -> None:
    path.with_name("net.onnx.data").rename(tmp_path / "elsewhere.data")
    path.with_name("net.onnx.data").symlink_to(tmp_path / "elsewhere.data")
    words = "behind ‘net.onnx.data’, a link that leads out of the model's folder and is not followed: put the file itself there"
    refused(path, words)
    path.with_name("net.onnx.data").unlink()
    (path.parent / "deep").symlink_to(tmp_path)
    said(path, "location", "deep/elsewhere.data")
    refused(path, "a link that leads out")


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("length", "4796", r"needs 4,800 bytes of net\.onnx\.data, and the model gives it 4,796: the file is damaged"),
        ("length", "-1", "has the length ‘-1’, which is no number"),
        ("offset", "1e3", "has the offset ‘1e3’, which is no number"),
        ("offset", "9" * 30, "which is no number"),
        ("offset", "9" * 15, r"up to byte 1,000,000,000,004,799, and that file has [\d,]+ bytes: it is cut off or another one"),
        ("checksum", "0" * 40, r"^net\.onnx\.data is damaged, or not the file that net\.onnx was saved with .*: copy it again"),
    ],
)
def test_what_a_tensor_says_is_compared_with_the_file(path: Path, key: str, value: str, words: str) -> None:
    said(path, key, value)
    refused(path, words)


def test_what_need_not_be_said_is_not(path: Path) -> None:
    said(path, "length", None)
    said(path, "offset", None)
    said(path, "checksum", hashlib.sha1(path.with_name("net.onnx.data").read_bytes()).hexdigest().upper())
    assert read(path) == model()


def test_a_file_that_is_cut_off(path: Path) -> None:
    data = path.with_name("net.onnx.data")
    data.write_bytes(data.read_bytes()[:100])
    refused(path, "‘W’ lie in net.onnx.data up to byte 4,800, and that file has 100 bytes")


def pipe(data: Path) -> None:
    os.mkfifo(data)


def loop(data: Path) -> None:
    data.symlink_to(data.name)


@pytest.mark.parametrize(("make", "words"), [(Path.mkdir, "is a folder: give"), (pipe, "is a pipe"), (loop, "cannot be read")])
def test_what_is_no_file_is_never_opened(path: Path, make: Callable[[Path], object], words: str) -> None:
    data = path.with_name("net.onnx.data")
    data.unlink()
    make(data)
    refused(path, words)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.dims.__setitem__(0, -300), r"is \[-300, 4\] of float32"),
        (lambda t: setattr(t, "data_type", 999), "unknown type"),
        (lambda t: setattr(t, "data_type", TensorProto.STRING), "in another file is text"),
    ],
)
def test_tensors_that_claim_nonsense(path: Path, change: Callable[[TensorProto], object], words: str) -> None:
    found = onnx.load(path, load_external_data=False)
    change(next(t for t in found.graph.initializer if t.name == "W"))
    path.write_bytes(found.SerializeToString())
    refused(path, words)


def test_terabytes_are_refused_before_their_file_is_looked_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(external_data, "physical", lambda: 8 * 10**9)
    found = onnx.load(path, load_external_data=False)
    huge = next(t for t in found.graph.initializer if t.name == "W")
    huge.dims[:] = [10**6, 10**6]
    path.write_bytes(found.SerializeToString())
    said(path, "length", str(4 * 10**12))
    refused(path, r"^net\.onnx: its weights take 4\.0 TB, more than half of this machine's 8\.0 GB of memory: open it on")


def test_names_that_are_no_text(path: Path) -> None:
    said(path, "location", "§")
    path.write_bytes(path.read_bytes().replace("§".encode(), b"\xff\xfe"))
    refused(path, "outside the model's folder")
