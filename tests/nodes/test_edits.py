"""Edits: what they make, what they refuse and with which repair."""

from __future__ import annotations

import json

import pytest

from nodes import clipboard, edits
from nodes.check import check
from nodes.document import Document, Wire
from nodes.example import new
from nodes.history import History
from nodes.problems import Refusal


def ids(document: Document) -> dict[str, str]:
    return {n.name: i for i, n in document.nodes.items()}


def test_published_counts() -> None:
    built = check(new("lenet")).built
    assert (built.parameter_count, built.multiply_adds) == (44_426, 281_640)


def test_maps_into_dense_are_refused_and_flatten_is_offered() -> None:
    document, data = edits.add(Document(), "Dataset")
    document, fc = edits.add(document, "Dense", settings={"units": 7})
    wire = Wire(data, "sample", fc, "x")
    with pytest.raises(Refusal, match=r"^fc1 takes a vector or a sequence .*; data1 gives 1×28×28 per sample\.$") as refused:
        edits.connect(document, wire)
    repair = refused.value.repairs[0]
    assert (repair.title, repair.result) == ("Insert Flatten", "784")
    mended = repair.edit(document)
    assert [n.type for n in mended.nodes.values()] == ["Dataset", "Dense", "Flatten"]
    assert len(mended.wires) == 2


def test_a_loop_is_refused() -> None:
    document = new("mlp")
    at = ids(document)
    with pytest.raises(Refusal, match="close a loop"):
        edits.connect(document, Wire(at["fc2"], "y", at["flatten1"], "x"))


def test_a_setting_out_of_range_is_refused_and_the_old_value_stays() -> None:
    document = new("mlp")
    id = ids(document)["fc1"]
    with pytest.raises(Refusal, match=r"Dense ‘fc1’: units takes a whole number from 1 to 1,000,000, and 0 was given"):
        edits.set_setting(document, id, "units", 0)
    assert document.nodes[id].settings["units"] == 128


def test_a_kernel_larger_than_its_image_names_both_and_offers_repairs() -> None:
    document = new("lenet")
    document = edits.set_setting(document, ids(document)["conv2"], "kernel_size", (13, 13))
    problem = check(document).errors[0]
    assert problem.sentence == (
        "Conv2D ‘conv2’: the kernel (13×13) is larger than the image (12×12): make it 12 or less, or add padding."
    )
    for repair in problem.repairs:
        assert "conv2" not in [document.nodes[p.node].name for p in check(repair.edit(document)).errors if p.node]


def test_wrong_number_of_classes_offers_the_units() -> None:
    document = new("lenet")
    document = edits.set_setting(document, ids(document)["fc3"], "units", 7)
    problem = check(document).errors[0]
    assert "its prediction has 7 outputs and the data has 10 classes" in problem.sentence
    assert check(problem.repairs[0].edit(document)).problems == ()


def test_every_repair_of_a_broken_network_is_an_edit_that_helps() -> None:
    document = new("lenet")
    at = ids(document)
    for broken in (at["flatten1"], at["conv1"], at["loss"], at["Digits"]):
        cut = edits.remove(document, [broken])
        for problem in check(cut).problems:
            for repair in problem.repairs:
                mended = repair.edit(cut)
                left = [(p.node, p.what) for p in check(mended).problems]
                assert (problem.node, problem.what) not in left, (problem.sentence, repair.title)


def test_removing_flatten_offers_to_insert_it_and_connect() -> None:
    document = new("lenet")
    cut = edits.remove(document, [ids(document)["flatten1"]])
    problem = next(p for p in check(cut).errors if p.node == ids(document)["fc1"])
    assert problem.repairs[0].title == "Insert Flatten and connect pool2"
    assert check(problem.repairs[0].edit(cut)).problems == ()


def test_the_empty_network_says_what_train_needs() -> None:
    assert check(Document()).problems[0].what == "Train needs data, a layer and a loss: add them."


def test_dissolve_reconnects() -> None:
    document = new("mlp")
    at = ids(document)
    dissolved = edits.dissolve(document, at["relu1"])
    assert Wire(at["fc1"], "y", at["fc2"], "x") in dissolved.wires
    assert check(dissolved).problems == ()


def test_paste_refuses_what_is_no_network() -> None:
    for text in ("hello", "{}", "[1]", json.dumps({"kind": clipboard.CLIPBOARD, "nodes": [{}], "wires": []}), "null"):
        with pytest.raises(Refusal, match="clipboard"):
            clipboard.paste(Document(), text)


def test_copy_and_paste_gives_new_ids_and_names() -> None:
    document = new("mlp")
    pasted, made = clipboard.paste(document, clipboard.copy(document, document.nodes))
    assert len(pasted.nodes) == 2 * len(document.nodes)
    assert len({n.name for n in pasted.nodes.values()}) == len(pasted.nodes)
    assert len(pasted.wires) == 2 * len(document.wires)
    assert not set(made) & set(document.nodes)


def test_recipe_out_of_range_is_refused() -> None:
    with pytest.raises(Refusal, match="learning rate is -1"):
        edits.set_recipe(new("mlp"), learning_rate=-1)
    with pytest.raises(Refusal, match="did you mean ‘Adam’"):
        edits.set_recipe(new("mlp"), optimizer="Adamm")


def test_history_merges_a_gesture_and_keeps_the_clean_mark() -> None:
    history = History(new("mlp"))
    id = ids(history.document)["fc1"]
    for units in (10, 20, 30):
        history.do("units", edits.set_setting(history.document, id, "units", units), merge="units fc1")
    assert not history.clean
    history.undo()
    assert history.clean and history.document.nodes[id].settings["units"] == 128
    history.redo()
    assert history.document.nodes[id].settings["units"] == 30
