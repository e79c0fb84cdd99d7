"""Frozen layers, and layers that use another layer's parameters: gradients add, refusals say why."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from app.columns import Data, rows_of
from nodes import clipboard, edits
from nodes.build import build
from nodes.check import check
from nodes.document import Document, Share, Wire
from nodes.document_json import from_json, to_json
from nodes.example import new
from nodes.files import load, save, to_onnx
from nodes.numbers import table
from nodes.plan import initial_weights, plan
from nodes.problems import Refusal
from nodes.training import Run
from runtime.autodiff import gradients
from runtime.engines import engine
from runtime.events import StepDone
from runtime.graph import Array
from runtime.training_step import copied


def rows(document: Document) -> list[Data]:
    """What `summary` tells of each layer."""
    built = build(document, "training")
    return rows_of(document, built, table(document, built))


def autoencoder(tied: bool = True) -> Document:
    """784 → 32 → 784 on digits; the decoder's weight is the encoder's, transposed."""
    document, data = edits.add(Document(), "Dataset")
    ids = []
    for type, settings, name in (
        ("Flatten", {}, "flat"), ("Dense", {"units": 32}, "enc"), ("Tanh", {}, "tanh"), ("Dense", {"units": 784}, "dec"),
    ):  # fmt: skip
        document, id = edits.add(document, type, settings=settings, name=name)
        source = (ids[-1], "y") if ids else (data, "sample")
        document = edits.connect(document, Wire(*source, id, "x"))
        ids.append(id)
    document, loss = edits.add(document, "MeanSquaredError")
    document = edits.connect(document, Wire(ids[3], "y", loss, "prediction"))
    document = edits.connect(document, Wire(ids[0], "y", loss, "target"))
    document = edits.set_recipe(document, batch_size=64)
    return edits.share(document, ids[3], "weight", ids[1], transposed=True) if tied else document


ENC, DEC = "n3", "n5"


def trained(document: Document, steps: int = 5) -> Document:
    run = Run(document, threads=1)
    done = 0
    for event in run.events():
        done += isinstance(event, StepDone)
        if done == steps:
            break
    return run.document()


# -- sharing -----------------------------------------------------------------------------------------------------------
def test_one_parameter_stands_in_both_places() -> None:
    document = autoencoder()
    built = build(document, "training")
    assert not check(document).errors and [p.key for p in built.graph.parameters.values()] == [
        f"{ENC}/weight", f"{ENC}/bias", f"{DEC}/bias"
    ]  # fmt: skip
    assert built.nodes[DEC].parameters == 784 and built.parameter_count == 784 * 32 + 32 + 784
    row = next(r for r in rows(document) if r["name"] == "dec")
    assert row["shared"] == {"weight": "enc: weight, transposed"} and row["parameters"] == 784


def loss_gradients(document: Document, given: dict[str, Array]) -> dict[str, Array]:
    """The gradient of the loss by every parameter, by key, in float64, over ten digits."""
    ready = plan(document, np.float64)
    graph = copied(ready.training.graph)
    weights = {n: a.astype(np.float64) for n, a in initial_weights(document, graph).items()}
    weights.update({n: given[p.key] for n, p in graph.parameters.items() if p.key in given})
    found = gradients(graph, ready.loss, [graph.values[n] for n in graph.parameters])
    graph.outputs = list(found.values())
    samples = np.random.default_rng(0).random((10, 1, 28, 28))
    results = engine("numpy").load(graph).run({"sample": samples, **weights})
    return {graph.parameters[n].key: results[v.name] for n, v in found.items()}


def test_gradients_add() -> None:
    """The tied weight's gradient is the encoder's plus the decoder's, transposed, of the same network untied."""
    weight = np.random.default_rng(1).standard_normal((784, 32)) / 20
    tied = loss_gradients(autoencoder(), {f"{ENC}/weight": weight})
    loose = loss_gradients(autoencoder(tied=False), {f"{ENC}/weight": weight, f"{DEC}/weight": weight.T})
    np.testing.assert_allclose(tied[f"{ENC}/weight"], loose[f"{ENC}/weight"] + loose[f"{DEC}/weight"].T, rtol=1e-10)


def test_it_trains_saves_and_goes_on(tmp_path: Path) -> None:
    document = trained(autoencoder())
    save(document, tmp_path / "a.onnx")
    assert load(tmp_path / "a.onnx") == document
    assert DEC not in {k.split("/")[0] for k in document.weights if k.endswith("weight")}
    model = to_onnx(document)
    assert [n.op_type for n in model.graph.node].count("Transpose") == 1


def test_a_share_of_a_share() -> None:
    document, id = edits.add(autoencoder(), "Dense", settings={"units": 784}, name="again")
    document = edits.connect(document, Wire("n4", "y", id, "x"))
    document = edits.share(document, id, "weight", DEC)
    assert build(document, "training").nodes[id].parameters == 784


def test_refusals_in_words() -> None:
    document = autoencoder(tied=False)
    for arguments, words in (
        ((DEC, "weight", ENC), "dec: its weight is 32×784, and the weight of ‘enc’ that it shares is 784×32: share it "
         "transposed, or give it its own."),
        ((ENC, "weight", DEC), "enc: its weight is the weight of ‘dec’, which has none before it: share it the other way "
         "round, or give it its own."),
        ((DEC, "weight", ENC, "bias"), "dec: its weight is 32×784, and the bias of ‘enc’ that it shares is 32: make their "
         "sizes equal, or give it its own."),
        ((DEC, "weight", ENC, "bias", True), "dec: its weight is shared transposed, and enc.bias 32 has one axis: share it "
         "as it is."),
    ):  # fmt: skip
        with pytest.raises(Refusal) as error:
            edits.share(document, *arguments)
        assert str(error.value) == words
    wide = edits.set_setting(autoencoder(), DEC, "units", 10)
    assert any("dec’: its weight is 32×10, and the weight of ‘enc’" in p.sentence for p in check(wide).errors)


def test_a_removed_owner_leaves_its_numbers() -> None:
    document = trained(autoencoder())
    before = document.weights[f"{ENC}/weight"]
    left = edits.remove(document, [ENC])
    assert left.nodes[DEC].shared == {}
    np.testing.assert_array_equal(left.weights[f"{DEC}/weight"], before.T)
    assert edits.unshare(autoencoder(), DEC, "weight").nodes[DEC].shared == {}


def test_pasted_nodes_share_among_themselves_or_with_the_old_owner() -> None:
    document = autoencoder()
    both, ids = clipboard.paste(document, clipboard.copy(document, [ENC, DEC]))
    assert both.nodes[ids[1]].shared == {"weight": Share(ids[0], "weight", True)}
    one, ids = clipboard.paste(document, clipboard.copy(document, [DEC]))
    assert one.nodes[ids[0]].shared == {"weight": Share(ENC, "weight", True)}
    assert from_json(to_json(both)).nodes == both.nodes


def test_files_of_version_1_are_read() -> None:
    old = json.loads(to_json(new("mlp")))
    old["version"] = 1
    for node in old["nodes"]:
        del node["frozen"], node["decay"], node["shared"]
    for stage in old["recipe"]["stages"]:
        del stage["warm_up"], stage["schedule_settings"], stage["early_stop"]["restore_best"]
        for update in stage["updates"]:
            del update["weight_decay_l1"], update["clip_value"]
    assert from_json(json.dumps(old)) == new("mlp")


# -- frozen ------------------------------------------------------------------------------------------------------------
def test_a_frozen_layer_stays_as_it_is() -> None:
    document = edits.set_recipe(new("mlp"), batch_size=36)
    names = {n.name: n.id for n in document.nodes.values()}
    frozen = edits.set_flags(document, [names["fc1"]], frozen=True)
    start = initial_weights(frozen, build(frozen, "training").graph)
    done = trained(frozen)
    np.testing.assert_array_equal(done.weights[f"{names['fc1']}/weight"], start["fc1.weight"])
    assert (done.weights[f"{names['fc2']}/weight"] != start["fc2.weight"]).any()
    assert not any(k.startswith(f"{names['fc1']}/") for k in done.training.slots)
    assert build(frozen, "training").parameter_count == build(document, "training").parameter_count
    assert from_json(to_json(frozen)).nodes == frozen.nodes
    assert next(r for r in rows(frozen) if r["name"] == "fc1")["frozen"]


def test_frozen_running_statistics_do_not_run() -> None:
    document = edits.set_recipe(new("mlp"), batch_size=36)
    document, id = edits.add(document, "BatchNormalization")
    wire = next(w for w in document.wires if document.nodes[w.target].name == "fc2")
    document = edits.insert_node(document, wire, id)
    assert build(document, "training").graph.carried
    assert not build(edits.set_flags(document, [id], frozen=True), "training").graph.carried


def test_all_frozen_is_told() -> None:
    document = new("mlp")
    weighty = [i for i, b in build(document, "training").nodes.items() if b.parameters]
    words = [p.sentence for p in check(edits.set_flags(document, weighty, frozen=True)).errors]
    assert words == ["Network: every layer with weights is frozen, and nothing is left to learn: unfreeze one."]


def test_a_layers_share_of_the_weight_decay() -> None:
    document = edits.set_decay(new("mlp"), "n3", 0.5)
    decays = {p.key: p.decay for p in build(document, "training").graph.parameters.values()}
    assert decays["n3/weight"] == 0.5 and decays["n5/weight"] == 1.0
    assert from_json(to_json(document)).nodes == document.nodes
    with pytest.raises(Refusal) as error:
        edits.set_decay(document, "n3", -1)
    assert str(error.value) == "fc1: its share of the weight decay is -1: set it between 0 and 1000."
