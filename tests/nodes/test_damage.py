"""Documents that a hand or a bug has damaged inside a valid file: refused with what is wrong, or told by check."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
import pytest
from onnx import numpy_helper

from nodes import edits
from nodes.check import check
from nodes.document import Wire
from nodes.document_json import from_json, to_json
from nodes.example import new
from nodes.files import DOCUMENT, load, save, to_onnx
from nodes.training import Run
from runtime.errors import FileError, TrainingError

RECORD = {"step": 1, "epoch": 1, "loss": 0.5}


def damaged(change: Callable[[dict[str, Any]], object]) -> str:
    """The text of a playground's document with one change."""
    data = json.loads(to_json(new("playground")))
    change(data)
    return json.dumps(data)


def stage(**changes: Any) -> Callable[[dict[str, Any]], object]:
    return lambda d: d["recipe"]["stages"][0].update(changes)


def progress(**changes: Any) -> Callable[[dict[str, Any]], object]:
    return lambda d: d["progress"].update(changes)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (stage(learning_rate="abc"), "learning_rate is 'abc' and must be a number"),
        (stage(epochs=1.5), "epochs is 1.5 and must be a whole number"),
        (stage(epochs=True), "epochs is True and must be a whole number"),
        (progress(step=10**40), f"step is {10**40}, which no training has counted"),
        (stage(learning_rate=10**400), f"learning_rate is 1{'0' * 35} … and must be a number"),
        (stage(schedul="cosine"), "it has a field ‘schedul’ that nobody knows"),
        (stage(early_stop={"patience": "x"}), "patience is 'x' and must be a whole number"),
        (stage(updates=[]), "a stage of its recipe has no updates"),
        (stage(updates=[{"settings": {"beta1": "x"}}]), "the optimizer's beta1 is 'x' and must be a number"),
        (lambda d: d["recipe"].update(stages=[]), "its recipe has no stages"),
        (lambda d: d["recipe"].update(seed="x"), "seed is 'x' and must be a whole number"),
        (progress(stage=7), "its training stands in stage 8 of a recipe with 1"),
        (progress(history=[{"x": 1}]), "it has a field ‘x’ that nobody knows"),
        (progress(history=[{**RECORD, "loss": "x"}]), "loss is 'x' and must be a number"),
        (progress(history=[{"step": 1}]), "a part of its document is missing"),
        (progress(batch=99999), "its epoch stands at batch 99999 with 0 samples seen"),
        (progress(step=-1), "step is -1, which no training has counted"),
        (progress(target=1.5), "target is 1.5 and must be a whole number or null"),
        (lambda d: d["nodes"][0].update(position=[float("nan"), 0]), "a layer stands nowhere"),
        (lambda d: d["wires"].append({"source": "n1", "source_port": "y", "target": "n99", "target_port": "x"}),
         "a wire leads to a layer that is not there, or two layers are one"),
        (lambda d: d.pop("nodes"), "a part of its document is missing"),
        (lambda d: d.update(version="1"), "its document is not readable"),
    ],
)  # fmt: skip
def test_a_document_that_cannot_be_right_is_refused(change: Callable[[dict[str, Any]], object], what: str) -> None:
    with pytest.raises(FileError) as refused:
        from_json(damaged(change), "p.onnx")
    assert str(refused.value) == f"The network in p.onnx is damaged: {what}; open an older copy."


def test_the_sentence_names_the_file(tmp_path: Path) -> None:
    model = to_onnx(new("playground"))
    next(p for p in model.metadata_props if p.key == DOCUMENT).value = damaged(stage(learning_rate="abc"))
    (tmp_path / "mine.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(FileError, match=r"^The network in mine\.onnx is damaged: learning_rate"):
        load(tmp_path / "mine.onnx")


def test_what_can_be_right_is_taken_as_it_was() -> None:
    document = new("lenet")
    assert from_json(to_json(document)) == document
    trained = damaged(progress(history=[{**RECORD, "loss": 1, "validation_loss": float("nan")}], best=None, target=3))
    assert from_json(trained).training.progress["target"] == 3


def test_a_counter_that_fell_behind_never_overwrites_a_layer() -> None:
    document, id = edits.add(from_json(damaged(lambda d: d.update(serial=1))), "Dense")
    assert len(document.nodes) == len(new("playground").nodes) + 1 and id not in new("playground").nodes


def test_weights_that_are_no_numbers(tmp_path: Path) -> None:
    run = Run(edits.set_recipe(new("playground"), epochs=1))
    list(run.events())
    save(run.document(), tmp_path / "p.onnx")
    model = onnx.load(tmp_path / "p.onnx")
    tensor = model.graph.initializer[0]
    texts = numpy_helper.from_array(numpy_helper.to_array(tensor).astype(str).astype(object), tensor.name)
    texts.metadata_props.extend(tensor.metadata_props)
    tensor.CopyFrom(texts)
    (tmp_path / "p.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(FileError, match="are no numbers; open an older copy"):
        load(tmp_path / "p.onnx")


# -- what check tells ----------------------------------------------------------------------------------------------------
def errors(change: Callable[[dict[str, Any]], object]) -> list[str]:
    return [p.sentence for p in check(from_json(damaged(change))).errors]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (stage(updates=[{"optimizer": "Adam", "settings": {"beta1": 7}}]), "Recipe: Adam: beta1 is 7"),
        (stage(learning_rate=0), "Recipe: The learning rate is 0, and it must be from 1e-37 to"),
        (stage(learning_rate=1e-50), "Recipe: The learning rate is 1e-50, and it must be from 1e-37 to"),
        (stage(batch_size=10**40), "Recipe: The batch size is"),
        (stage(updates=[{}, {}]), "Recipe: two updates move hidden1.weight: name what each of them trains."),
        (stage(updates=[{"rule": "hebb"}]), "Recipe: There is no learning rule called ‘hebb’"),
        (stage(early_stop={"quantity": "los", "patience": 1}), "Recipe: There is no quantity to stop early by called ‘los’"),
        (stage(data="n7"), "Recipe: it trains on the layer ‘n7’, which is no Dataset here: name another one."),
    ],
)
def test_check_tells_what_training_would_refuse(change: Callable[[dict[str, Any]], object], sentence: str) -> None:
    assert [e for e in errors(change) if e.startswith(sentence)]
    with pytest.raises(TrainingError):
        Run(from_json(damaged(change)))


def test_a_tiny_rate_is_advice() -> None:
    found = check(edits.set_recipe(new("playground"), learning_rate=1e-9)).problems
    assert [(p.level, p.sentence) for p in found] == [
        ("advice", "Recipe: The learning rate is 1e-09: at less than 1e-08 next to nothing is learnt, raise it.")
    ]


@pytest.mark.parametrize(
    ("wire", "what"),
    [
        (Wire("n2", "y", "n4", "z"), "a wire leads to its input ‘z’, which it does not have"),
        (Wire("n2", "z", "n4", "x"), "a wire comes from the output ‘z’ of"),
        (Wire("n1", "sample", "n4", "x"), "a second wire leads to its input ‘x’, which takes one"),
    ],
)
def test_wires_that_lead_nowhere_are_told_and_removed(wire: Wire, what: str) -> None:
    document = new("playground")
    wrong = document.changed(wires=(*document.wires, wire))
    problem = next(p for p in check(wrong).errors if what in p.what)
    assert problem.what.endswith(": remove it.")
    assert problem.repairs[0].edit(wrong) == document
