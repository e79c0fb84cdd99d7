"""What check and the edits say to networks and numbers that students really come up with; every repair offered is taken."""

from __future__ import annotations

import math
from typing import Any

import pytest

from nodes import edits
from nodes.build import build, misfit
from nodes.check import check
from nodes.document import Document, Wire
from nodes.example import new
from nodes.layer import LayerError, layer_type, layer_types, make
from nodes.problems import Refusal
from runtime.data import describe
from runtime.errors import DataError


def chain(*layers: tuple[str, dict[str, Any]]) -> tuple[Document, list[str]]:
    """Layers wired one behind the other."""
    document, ids = Document(), []
    for type, settings in layers:
        document, id = edits.add(document, type, settings=settings)
        cls = layer_type(type)
        if ids and cls.inputs:
            before = layer_type(document.nodes[ids[-1]].type).outputs[0]
            document = document.changed(wires=(*document.wires, Wire(ids[-1], before, id, cls.inputs[0].name)))
        ids.append(id)
    return document, ids


def test_a_loss_feeds_nothing() -> None:
    document = new("mlp")
    loss = next(n.id for n in document.nodes.values() if n.type == "CrossEntropy")
    for type, cls in layer_types().items():
        if not cls.inputs:
            continue
        drawn, id = edits.add(document, type)
        with pytest.raises(Refusal, match="nothing comes after a loss"):
            edits.connect(drawn, Wire(loss, "loss", id, cls.inputs[0].name))


def test_no_repair_offers_a_loss_as_input() -> None:
    for type in layer_types():
        document, id = edits.add(new("mlp"), type)
        offered = [r for p in check(document).problems if p.node == id for r in p.repairs]
        assert not any("loss" in r.title for r in offered)
        for repair in offered:
            repair.edit(document)


@pytest.mark.parametrize("units", [1, 3, 10])
@pytest.mark.parametrize("data", ["digits", "spiral", "xor", "plane", "multi-gauss"])
def test_a_missing_loss_is_added_as_it_fits(data: str, units: int) -> None:
    document, _ = chain(("Dataset", {"name": data}), ("Flatten", {}), ("Dense", {"units": units}))
    for repair in [r for p in check(document).problems for r in p.repairs]:
        assert repair.edit(document) != document


def test_a_flatten_before_flatten_is_not_offered() -> None:
    document, (data,) = chain(("Dataset", {}))
    document, flatten = edits.add(document, "Flatten")
    titles = [r.title for p in check(document).problems if p.node == flatten for r in p.repairs]
    assert titles and titles[0] == f"Connect {document.nodes[data].name}’s sample"


def test_a_prediction_as_its_own_target_is_an_error() -> None:
    document = new("mlp")
    loss = next(n.id for n in document.nodes.values() if n.type == "CrossEntropy")
    prediction = next(w for w in document.wires if w.target == loss and w.target_port == "prediction")
    wires = tuple(w for w in document.wires if (w.target, w.target_port) != (loss, "target"))
    document = document.changed(wires=(*wires, Wire(prediction.source, prediction.source_port, loss, "target")))
    problem = check(document).errors[0]
    assert "its target is its own prediction" in problem.what
    assert not check(problem.repairs[0].edit(document)).problems


@pytest.mark.parametrize("value", [math.inf, 10**400, "9" * 400, float("nan"), "abc", (5, ""), None, "1e400"])
def test_no_number_is_too_odd_for_a_sentence(value: Any) -> None:
    for type, cls in layer_types().items():
        for setting in cls.settings():
            if setting.kind in (int, float, tuple):
                try:
                    make(type, {setting.name: value})
                except LayerError as error:
                    assert str(error).endswith("was given.") and len(str(error)) < 160


@pytest.mark.parametrize("field", ["epochs", "batch_size", "learning_rate", "weight_decay", "clip_norm"])
@pytest.mark.parametrize("value", [10**400, math.nan, math.inf, -1])
def test_no_recipe_holds_nonsense(field: str, value: Any) -> None:
    with pytest.raises(Refusal, match="and it must be from"):
        edits.set_recipe(new("mlp"), **{field: value})


@pytest.mark.parametrize("value", [math.nan, math.inf, -1.0, 1e308])
def test_no_optimizer_holds_nonsense(value: float) -> None:
    with pytest.raises(Refusal, match="set it between"):
        edits.set_recipe(new("mlp"), settings={"beta1": value})


def test_a_nul_in_a_folders_name_is_refused() -> None:
    with pytest.raises(DataError, match="cannot be read as a folder"):
        describe("a/\0b")


def test_misfits_name_what_was_found() -> None:
    document = new("lenet")

    built = build(document, "training")
    pool = next(b for i, b in built.nodes.items() if document.nodes[i].name == "pool2")
    dense = layer_type("Dense")()
    assert pool.output is not None
    assert "16×4×4 per sample" in misfit(dense, dense.inputs[0], pool.output)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [("class_weights", (0.0,) * 10, "its class weights are all 0, so no class counts: give at least one a weight above 0."),
     ("weight", 0.0, "its weight is 0, so nothing would be learnt: set it to 1.")],
)  # fmt: skip
def test_a_loss_that_counts_nothing_is_an_error(name: str, value: Any, sentence: str) -> None:
    document = new("mlp")
    loss = next(n.id for n in document.nodes.values() if n.type == "CrossEntropy")
    problem = check(edits.set_setting(document, loss, name, value)).errors[0]
    assert problem.what == sentence and problem.node == loss
    for repair in problem.repairs:
        assert not check(repair.edit(document)).errors


@pytest.mark.parametrize(("size", "better"), [(249, 250), (83, 84), (2, 2), (250, 250), (1, 2)])
def test_the_nearest_batch_size_that_fits_is_offered(size: int, better: int) -> None:
    layers = (("Dataset", {"name": "xor"}), ("Dense", {"units": 4}), ("BatchNormalization", {}), ("Dense", {"units": 1}))
    document, ids = chain(*layers, ("BinaryCrossEntropy", {}))
    document = edits.set_recipe(edits.connect(document, Wire(ids[0], "label", ids[-1], "target")), batch_size=size)
    offered = [r.title for p in check(document).errors for r in p.repairs]
    assert offered == ([] if size == better else [f"Set the batch size to {better}"])


def test_recipes_that_are_hardly_meant() -> None:
    problem = next(p for p in check(edits.set_recipe(new("mlp"), epochs=3, warm_up=5)).problems if p.where == "Recipe")
    assert problem.level == "advice"
    assert problem.what == "The warm-up takes 5 of 3 planned epochs: the learning rate would only rise, warm up for fewer."
    for changes, sentence in (
        ({"learning_rate": math.nan}, "The learning rate is NaN, and it must be from"),
        ({"rule": "contrastive divergence", "rule_settings": {"k": 1.5}}, "k is 1.5: set it to a whole number between 1 and"),
    ):
        with pytest.raises(Refusal, match=sentence):
            edits.set_recipe(new("mlp"), **changes)


def test_only_parameters_that_exist_are_shared() -> None:
    document, ids = chain(("Input", {"shape": (4,)}), ("Dense", {"units": 4}), ("Dense", {"units": 4}), ("ReLU", {}))
    for parameter, owner, owned, sentence in (
        ("wieght", ids[1], "", "There is no parameter called ‘wieght’: did you mean ‘weight’"),
        ("weight", ids[1], "wieght", "There is no parameter called ‘wieght’: did you mean ‘weight’"),
        ("weight", ids[3], "", "it has no parameters, so there is nothing to share"),
    ):
        with pytest.raises(Refusal, match=sentence):
            edits.share(document, ids[2], parameter, owner, owned)
