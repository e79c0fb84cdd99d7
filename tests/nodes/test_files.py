"""The file: valid, lossless, atomic; hostile and damaged ones are refused in a sentence, quickly."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from onnx import TensorProto, helper

from nodes import edits
from nodes.document import Document
from nodes.document_json import VERSION
from nodes.example import new
from nodes.files import DOCUMENT, ChangedMeanwhile, load, open_file, save, to_onnx
from nodes.training import Run
from runtime import atomic
from runtime.errors import FileError
from tests.examples import begun

#: All others are trained and saved where every example is tested: tests/nodes/examples.
EXAMPLES = ("lenet", "mlp", "neuron", "playground")


def trained(name: str, epochs: int = 1) -> Document:
    document = new(name)
    if name in ("lenet", "mlp"):
        document = edits.set_recipe(document, batch_size=3600)
    run = Run(document, threads=2)
    for _ in run.events(epochs):
        pass
    return run.document()


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_saved_example_is_valid_and_reopens_equal(name: str, tmp_path: Path) -> None:
    document = new(name)
    save(document, tmp_path / "a.onnx")
    onnx.checker.check_model(str(tmp_path / "a.onnx"), full_check=True)
    assert load(tmp_path / "a.onnx") == document


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_trained_example_is_valid_and_reopens_equal(name: str, tmp_path: Path) -> None:
    document = begun(new(name))
    assert document.weights and document.training.progress["step"] > 0
    save(document, tmp_path / "a.onnx")
    model = onnx.load(tmp_path / "a.onnx")
    onnx.checker.check_model(model, full_check=True)
    assert (model.ir_version, [(o.domain, o.version) for o in model.opset_import]) == (8, [("", 17)])
    assert {n.domain for n in model.training_info[0].algorithm.node} == {""}
    assert load(tmp_path / "a.onnx") == document


def test_an_empty_network_is_a_valid_file(tmp_path: Path) -> None:
    save(Document(), tmp_path / "a.onnx")
    ort.InferenceSession(tmp_path / "a.onnx")
    onnx.checker.check_model(str(tmp_path / "a.onnx"), full_check=True)
    assert load(tmp_path / "a.onnx") == Document()


def test_an_unfinished_trained_network_loses_nothing(tmp_path: Path) -> None:
    """A wire is cut in the middle: what cannot be built keeps its weights and optimizer state all the same."""
    document = trained("mlp")
    cut = edits.disconnect(document, [document.wires[2]])
    for edited in (cut, edits.set_setting(document, "n3", "units", 5)):
        save(edited, tmp_path / "a.onnx")
        onnx.checker.check_model(str(tmp_path / "a.onnx"), full_check=True)
        assert load(tmp_path / "a.onnx") == edited


def test_operators_carry_their_layer_and_kernel_shape() -> None:
    model = to_onnx(new("lenet"))
    tags = {p.value for n in model.graph.node for p in n.metadata_props if p.key == "pkg.netwright.layer"}
    assert {"n2", "n9"} <= tags
    for node in model.graph.node:
        if node.op_type in ("Conv", "MaxPool"):
            assert "kernel_shape" in {a.name for a in node.attribute}


def test_the_inference_graph_has_no_dropout(tmp_path: Path) -> None:
    document = new("mlp")
    document, id = edits.add(document, "Dropout")
    document = edits.insert_node(document, document.wires[2], id)
    model = to_onnx(document)
    assert {n.op_type for n in model.graph.node} <= {"Flatten", "MatMul", "Add", "Relu", "Softmax"}


# -- writing -------------------------------------------------------------------------------------------------------------
def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.onnx"
    save(new("mlp"), path)
    before = path.read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic.os, "fsync", full)
    with pytest.raises(FileError, match=r"a\.onnx could not be written to .*no space left on the disk"):
        save(new("lenet"), path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["a.onnx"]


def test_a_read_only_file_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.onnx"
    save(new("mlp"), path)
    path.chmod(0o444)
    with pytest.raises(FileError, match="not permitted"):
        save(new("lenet"), path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="the folder does not exist"):
        save(new("mlp"), tmp_path / "no" / "a.onnx")


def test_a_file_changed_by_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.onnx"
    save(new("mlp"), path)
    opened = open_file(path)
    path.write_bytes(b"theirs")
    with pytest.raises(ChangedMeanwhile, match="changed by another program"):
        save(opened.document, path, opened.stamp)
    assert path.read_bytes() == b"theirs"


# -- damaged, foreign, hostile ---------------------------------------------------------------------------------------------
def refused(path: Path, words: str) -> None:
    with pytest.raises(FileError, match=words) as error:
        load(path)
    assert "\n" not in str(error.value)


def test_missing_empty_folder_and_text(tmp_path: Path) -> None:
    refused(tmp_path / "none.onnx", "There is no file")
    (tmp_path / "empty.onnx").touch()
    refused(tmp_path / "empty.onnx", r"is empty \(0 bytes\)")
    refused(tmp_path, "is a folder")
    (tmp_path / "text.onnx").write_text("this is no model, only text\n" * 20)
    refused(tmp_path / "text.onnx", "no ONNX model")


def test_every_truncation_is_refused_in_words(tmp_path: Path) -> None:
    data = to_onnx(trained("playground")).SerializeToString()
    path = tmp_path / "a.onnx"
    for length in range(1, len(data) - 1, max(1, len(data) // 60)):
        path.write_bytes(data[:length])
        with pytest.raises(FileError):
            load(path)


def test_flipped_bytes_never_give_a_traceback(tmp_path: Path) -> None:
    data = bytearray(to_onnx(trained("playground")).SerializeToString())
    path = tmp_path / "a.onnx"
    rng = np.random.default_rng(1)
    for position in rng.integers(0, len(data), 300):
        damaged = bytearray(data)
        damaged[position] ^= int(rng.integers(1, 256))
        path.write_bytes(damaged)
        try:
            load(path)
        except FileError as error:
            assert str(error).endswith(".")


def test_a_foreign_model_is_told_so(tmp_path: Path) -> None:
    model = to_onnx(new("mlp"))
    del model.metadata_props[:]
    model.producer_name = "pytorch"
    onnx.save(model, tmp_path / "a.onnx")
    refused(tmp_path / "a.onnx", r"another program made \(pytorch\)")


def test_a_newer_version_is_told_so(tmp_path: Path) -> None:
    model = to_onnx(new("mlp"))
    for prop in model.metadata_props:
        if prop.key == DOCUMENT:
            prop.value = prop.value.replace(f'"version":{VERSION}', f'"version":{VERSION + 1}')
    onnx.save(model, tmp_path / "a.onnx")
    refused(tmp_path / "a.onnx", "written by a newer Netwright")


def test_an_unknown_layer_is_kept_and_said(tmp_path: Path) -> None:
    from nodes.check import check

    document = new("mlp")
    node = replace(document.nodes["n4"], type="Swishish", settings={"beta": (1, 2)})
    document = document.changed(nodes={**document.nodes, "n4": node})
    save(document, tmp_path / "a.onnx")
    again = load(tmp_path / "a.onnx")
    assert again == document
    assert "There is no layer called ‘Swishish’" in check(again).errors[0].sentence


def test_a_graph_changed_by_another_program_is_noticed(tmp_path: Path) -> None:
    document = trained("playground")
    model = to_onnx(document)
    model.graph.node[0].name = "renamed is fine"
    onnx.save(model, tmp_path / "a.onnx")
    assert open_file(tmp_path / "a.onnx").notices == ()
    model.graph.node[1].op_type = "Sub"
    onnx.save(model, tmp_path / "a.onnx")
    opened = open_file(tmp_path / "a.onnx")
    assert "changed by another program" in opened.notices[0]
    assert opened.document == document


def hostile() -> dict[str, tuple[onnx.ModelProto, str]]:
    """Models that kill or hang naive readers, each with the words of its refusal."""
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])

    def model(nodes: list[onnx.NodeProto], initializers: tuple[TensorProto, ...] = (), **more: object) -> onnx.ModelProto:
        graph = helper.make_graph(nodes, "g", [x], [y], list(initializers))
        return helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)], **more)

    loop = [helper.make_node("Add", ["x", "b"], ["a"]), helper.make_node("Relu", ["a"], ["b"])]
    huge = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[10**6, 10**6])
    outside = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[4], data_location=TensorProto.EXTERNAL)
    outside.external_data.add(key="location", value="../../etc/passwd")
    odd = TensorProto(name="w", data_type=999, dims=[4])
    identity = [helper.make_node("Identity", ["x"], ["y"])]
    functions = []
    for i in range(30):
        body = [helper.make_node(f"f{i + 1}", [a], [b], domain="d") for a, b in (("x", "t"), ("t", "y"))]
        functions.append(helper.make_function("d", f"f{i}", ["x"], ["y"], body, [helper.make_opsetid("d", 1)]))
    return {
        "cycle": (model(loop), "a cycle"),
        "claims": (model(identity, (huge,)), r"claims 1,000,000,000,000 numbers and holds 0"),
        "outside": (model(identity, (outside,)), "another program made"),  # its data is not even looked for
        "type": (model(identity, (odd,)), "unknown type"),
        "functions": (model(identity, functions=functions), "30 functions of its own"),
    }


@pytest.mark.parametrize("name", list(hostile()))
def test_hostile_models_are_refused_at_once(name: str, tmp_path: Path) -> None:
    model, words = hostile()[name]
    (tmp_path / "a.onnx").write_bytes(model.SerializeToString())
    refused(tmp_path / "a.onnx", words)
