"""Every example there is: it builds, has the published shapes and counts, is exported, saved and reopened, and learns alike on
both engines. Found by the registry, so a new example is tested from the day it exists.

Large ones are built, counted and written without one weight being drawn; their small forms are trained.
"""

from __future__ import annotations

import re
import time
from functools import cache
from pathlib import Path

import numpy as np
import onnx
import pytest

import exporters
from nodes import edits
from nodes.check import Checked, check
from nodes.document import Document
from nodes.example import examples, new
from nodes.files import document_json, from_json, load, save
from nodes.memory import to_train
from nodes.numbers import table
from nodes.receptive import receptive_fields
from nodes.training import Run
from runtime.events import StepDone
from tests.nodes.examples.published import PARAMETERS, SEES, SHAPES

LARGE = [name for name, e in examples().items() if e.large]
TRAINED = [name for name, e in examples().items() if not e.large]
#: Another of the family, with the same code, is trained each time.
SLOW = (
    "vgg19-small", "resnet34-small", "resnet50-small", "resnet152-small", "dilated-baseline", "mlp-500-300", "lenet-wide",
    "gru", "perceptron-xor",
)  # fmt: skip
#: Smaller data of the same kind, by example.
CHEAP = dict.fromkeys(("context", "dilated", "fcn8s-small"), "shapes:size=16,count=100")
CHEAP |= dict.fromkeys(("deconvnet-small", "dilated-baseline"), "shapes:count=100")
CHEAP |= {"conv3d": "films:count=100"}


@cache
def found(name: str) -> Checked:
    return check(new(name))


def by_name(document: Document) -> dict[str, str]:
    return {document.nodes[i].name: i for i in document.children[""]}


@pytest.mark.parametrize("name", examples())
def test_nothing_is_wrong_and_nothing_is_scolded(name: str) -> None:
    assert [p.sentence for p in found(name).problems] == []


@pytest.mark.parametrize("name", examples())
def test_it_says_what_to_look_for(name: str) -> None:
    example, document = examples()[name], new(name)
    assert example.help and example.number and document.title
    told = "\n".join(frame.text for frame in document.frames)
    assert "Look for: " in told and all(re.search(rf"\b{deck}\b", told) for deck in example.lectures)


def test_a_note_breaks_its_lines_behind_sentences_only() -> None:
    [note] = [f for f in new("perceptron-xor").frames if f.note]
    first, second = note.text.split("\n")
    assert first.endswith("10 on the other.") and second.startswith("Look for: ") and "a linear program" in second


# -- published numbers ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", [*PARAMETERS, *(n for n in LARGE if n not in PARAMETERS)])
def test_published_parameters(name: str) -> None:
    document, built = new(name), found(name).built
    assert built.parameter_count == PARAMETERS[name] == table(document, built).total.parameters


@pytest.mark.parametrize("name", SHAPES)
def test_published_shapes(name: str) -> None:
    document, built = new(name), found(name).built
    ids = by_name(document)
    values = {layer: built.value(ids[layer], document.outputs(ids[layer])[0]) for layer in SHAPES[name]}
    assert {layer: v.shape[1:] for layer, v in values.items() if v} == SHAPES[name]


@pytest.mark.parametrize("name", SEES)
def test_published_receptive_fields(name: str) -> None:
    document = new(name)
    ids, fields = by_name(document), receptive_fields(document, found(name).built)
    assert {layer: fields[ids[layer]].whole for layer in SEES[name]} == {k: (n, n) for k, n in SEES[name].items()}


def test_where_alexnets_cost_is() -> None:
    """95 % of the multiply-adds and 6 % of the parameters are in convolutions (S14)."""
    document = new("alexnet")
    layers, ids = table(document, found("alexnet").built).layers, by_name(document)
    convolutions = [layers[ids[f"conv{i}"]] for i in range(1, 6)]
    assert round(sum(n.computation for n in convolutions), 2) == 0.95
    assert round(sum(n.space for n in convolutions), 2) == 0.06
    assert sum(n.computation for n in layers.values()) == pytest.approx(1) == sum(n.space for n in layers.values())


def test_the_two_stacks_of_network_in_network() -> None:
    document = new("nin-stacks")
    layers, ids = table(document, found("nin-stacks").built).layers, by_name(document)
    assert sum(layers[ids[f"plain{i}"]].parameters for i in (1, 2, 3)) == 4_096_000
    assert sum(layers[ids[f"nin{i}"]].parameters for i in (1, 2, 3)) == 950_272


def test_the_context_networks_weights() -> None:
    """64·C² weights, and an offset for each of 8·C filters."""
    document = new("context")
    layers, ids = table(document, found("context").built).layers, by_name(document)
    count = sum(layers[ids[f"layer{i}"]].parameters for i in range(1, 9))
    filters = document.nodes[ids["layer1"]].settings["filters"]
    assert count == 64 * filters**2 + 8 * filters


@pytest.mark.parametrize("name", ["googlenet", "googlenet-small"])
def test_an_inception_block_has_four_branches(name: str) -> None:
    document = new(name)
    block = by_name(document)["inception 4c"]
    entry = document.inputs(block)[0].name
    concat = next(i for i in document.children[block] if document.nodes[i].type == "Concatenate")
    assert len(document.wires_out_of[entry]) == 4 == len(document.wires_into[concat])
    assert [p.setting for p in document.nodes[block].block.promotions] == ["filters"] * 6  # type: ignore[union-attr]


def test_blocks_of_small_residual_networks_begin_as_the_identity() -> None:
    """The last scale of each of 8 blocks is 0, and all others are 1, as all are in the published form."""
    for name, zeros in (("resnet18-small", 8), ("resnet18", 0)):
        scales = [p.init for key, p in found(name).built.graph.parameters.items() if key.endswith(".scale")]
        assert len(scales) > 16 and scales.count("zeros") == zeros == len(scales) - scales.count("ones")


# -- large ones ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", LARGE)
def test_a_large_one_opens_at_once_and_is_written_whole(name: str) -> None:
    new(name)
    start = time.process_time()
    document = new(name)
    assert time.process_time() - start < 0.3 and not document.weights, "weights are drawn when they are needed"
    assert len(document.children[""]) <= 27
    assert from_json(document_json(document)) == document


@pytest.mark.parametrize("name", LARGE)
def test_a_large_ones_memory_is_known(name: str) -> None:
    document, count = new(name), PARAMETERS[name]
    need, moments = to_train(document, found(name).built), {"Momentum": 1, "Adam": 2}
    times = 2 * (1 + moments[document.recipe.stages[0].updates[0].optimizer]) + 1
    assert 4 * times * count <= need.state < 1.05 * 4 * times * count, "weights and moments in two banks, and gradients"
    assert need.activations > 0 and need.total < 8e9, "a step of its recipe fits a laptop"


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGE)
def test_a_large_one_is_exported_and_reopened(name: str, tmp_path: Path) -> None:
    document = new(name)
    exporters.target("onnx").write(document, tmp_path / "model.onnx")
    onnx.checker.check_model(str(tmp_path / "model.onnx"))
    save(document, tmp_path / "document.onnx")
    assert load(tmp_path / "document.onnx") == document


# -- the rest ------------------------------------------------------------------------------------------------------------
def light(name: str) -> Document:
    """An example made cheap: a sample a step, and pictures as small as it takes. Where batches are normalized, four and plain
    descent: Adam turns rounding of gradients near 0 into whole steps, and deep ReLU nets make it grow."""
    document = edits.set_recipe(new(name), batch_size=1)
    if any(n.type == "BatchNormalization" for n in document.nodes.values()):
        document = edits.set_recipe(document, optimizer="SGD", learning_rate=1e-3, batch_size=4)
    data = next(n for n in document.nodes.values() if n.type == "Dataset")
    return edits.set_setting(document, data.id, "name", CHEAP.get(name, data.settings["name"]))


def twenty_steps(name: str, engine: str) -> tuple[list[float], Run]:
    run = Run(light(name), engine, threads=2)
    losses: list[float] = []
    for event in run.events(100):
        if isinstance(event, StepDone):
            losses.append(event.loss)
        if len(losses) == 20:
            break
    return losses, run


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.slow) if n in SLOW else n for n in TRAINED])
def test_it_learns_alike_on_both_engines_and_is_saved(name: str, tmp_path: Path) -> None:
    fast, run = twenty_steps(name, "onnxruntime")
    slow, _ = twenty_steps(name, "numpy")
    np.testing.assert_allclose(fast, slow, rtol=1e-4, atol=1e-6 * max(1e-2, slow[0]))
    trained = run.document()
    assert trained.training.progress["step"] == len(fast) and trained.weights
    assert len(fast) == 20 or name.startswith("perceptron"), "it stops when it has nothing to learn any more"
    save(trained, tmp_path / "document.onnx")
    onnx.checker.check_model(str(tmp_path / "document.onnx"), full_check=True)
    assert load(tmp_path / "document.onnx") == trained
    exporters.target("onnx").write(trained, tmp_path / "model.onnx")
    onnx.checker.check_model(str(tmp_path / "model.onnx"), full_check=True)
