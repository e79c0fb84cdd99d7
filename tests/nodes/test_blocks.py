"""Blocks: what they mean (unfolding), how they are made and taken apart, what stands on their faces; no weight is ever lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes import clipboard, edits, files, frames
from nodes.build import build
from nodes.check import check
from nodes.document import BLOCK, ENTRY, EXIT, Document, Wire
from nodes.document_json import from_json, to_json
from nodes.example import Sketch, new
from nodes.grouping import group
from nodes.plan import initial_weights
from nodes.problems import Refusal
from nodes.promotions import demote, promote, set_face, set_repeat, settings_of
from nodes.training import Run, restarted
from nodes.ungrouping import ungroup
from runtime.engines import engine
from runtime.errors import FileError
from runtime.graph import Array
from runtime.recipe import Recipe

Change = Callable[[dict[str, Any]], dict[str, Any]]


def ids(document: Document) -> dict[str, str]:
    return {n.name: i for i, n in document.nodes.items()}


def answers(document: Document) -> list[Array]:
    """What the network says to fixed numbers, in float64, with its own weights or those of its seed."""
    built = build(document, "inference", np.float64)
    assert not built.problems, built.problems
    rng = np.random.default_rng(3)
    feeds: dict[str, Array] = {}
    for value in built.graph.inputs:
        sizes = [2, *(d for d in value.shape[1:] if isinstance(d, int))]
        feeds[value.name] = rng.standard_normal(sizes) if value.dtype.kind == "f" else np.zeros(2, np.int64)
    weights = initial_weights(document, built.graph)
    found = engine("numpy").load(built.graph).run({**feeds, **{n: np.asarray(w, np.float64) for n, w in weights.items()}})
    return [found[v.name] for v in built.graph.outputs]


def trained(name: str = "mlp") -> Document:
    return weighted(new(name))


def weighted(document: Document) -> Document:
    """With weights of its own, as training leaves them."""
    graph = build(document, "training").graph
    weights = initial_weights(document, graph)
    return document.changed(weights={p.key: weights[n] for n, p in graph.parameters.items()})


def residual() -> Sketch:
    """Input 8 maps -> [conv, relu, conv, (1×1 projection past it), add, relu]: what ResNet is made of, as plain layers."""
    s = Sketch("residual", Recipe())
    s.add("Input", "image", shape=(8, 6, 6))
    return s


def bottleneck() -> tuple[Document, str]:
    """A residual block of two convolutions and a projection, grouped; width and stride on its face, and whether it projects."""
    s = residual()
    start = s.add("ReLU", "begin")
    s.add("Conv2D", "a", filters=8, kernel_size=(3, 3), padding="same")
    s.add("ReLU", "mid")
    b = s.add("Conv2D", "b", filters=16, kernel_size=(3, 3), padding="same")
    side = s.add("Conv2D", "project", filters=16, kernel_size=(1, 1))
    total = s.add("Add", "sum")
    document = edits.disconnect(s.document, [Wire(b, "y", side, "x"), Wire(side, "y", total, "values")])
    port = document.inputs(total)[0].name
    document = edits.disconnect(document, document.wires_into[total])
    for source, target, into in ((start, side, "x"), (b, total, port), (side, total, port)):
        document = edits.connect(document, Wire(source, "y", target, into))
    inside = [i for n, i in ids(document).items() if n in ("a", "mid", "b", "project", "sum")]
    document, block = group(document, inside, "stage")
    for name, setting, factor in (("a", "filters", 1), ("b", "filters", 2), ("project", "filters", 2)):
        document = promote(document, ids(document)[name], setting, "width", factor)
    for name in ("a", "project"):
        document = promote(document, ids(document)[name], "stride", "stride")
    return promote(document, ids(document)["project"], "bypassed", "straight"), block


# -- making and dissolving -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("template", "names"), [
    ("mlp", ("fc1", "relu1")), ("lenet", ("conv1", "relu1", "pool1", "conv2")), ("lenet", ("flatten1", "fc1", "relu3", "fc2")),
])  # fmt: skip
def test_a_block_means_what_its_layers_meant(template: str, names: tuple[str, ...]) -> None:
    document = trained(template)
    at = ids(document)
    grouped, block = group(document, [at[n] for n in names], "part")
    assert {n.name for n in grouped.nodes.values() if n.parent == block and n.type not in (ENTRY, EXIT)} == set(names)
    assert check(grouped).errors == () and len(grouped.wires_into[block]) == 1 and len(grouped.wires_out_of[block]) == 1
    assert build(grouped).parameter_count == build(document).parameter_count
    np.testing.assert_array_equal(answers(grouped)[0], answers(document)[0])
    plain, standing = ungroup(grouped, block)
    assert len(standing) == len(names) and len(plain.nodes) == len(document.nodes)
    np.testing.assert_array_equal(answers(plain)[0], answers(document)[0])
    assert {n.name for n in plain.nodes.values()} == {n.name for n in document.nodes.values()}


def test_weights_state_and_the_rest_of_training_go_along() -> None:
    document = replace(new("neuron"), recipe=new("neuron").recipe.with_stage(0, epochs=4))
    run = Run(document, "numpy")
    list(run.events(1))
    half = run.document()
    layers = [i for i, n in half.nodes.items() if n.type not in ("Dataset", "CrossEntropy", "BinaryCrossEntropy")]
    layers = [i for i in layers if n_is_layer(half, i)]
    grouped, block = group(half, layers, "whole")
    assert all(k.startswith(f"{block}/0/") for k in grouped.weights)
    ends = []
    for state in (half, grouped):
        go_on = Run(state, "numpy")
        list(go_on.events())
        ends.append([a.tobytes() for a in go_on.document().weights.values()])
    assert ends[0] == ends[1]


def n_is_layer(document: Document, id: str) -> bool:
    return document.nodes[id].layer().category not in ("Data", "Loss")


def test_what_cannot_be_a_block_is_refused() -> None:
    document = new("lenet")
    at = ids(document)
    with pytest.raises(Refusal, match="relu1 stands between selected layers, so data would leave the block and come back"):
        group(document, [at["conv1"], at["pool1"]])
    with pytest.raises(Refusal, match="Dataset stands outside of blocks"):
        group(document, [at["Digits"], at["conv1"]])
    with pytest.raises(Refusal, match="none is selected"):
        group(document, [])
    grouped, block = group(document, [at["conv1"], at["relu1"]])
    with pytest.raises(Refusal, match="do not stand in the same block"):
        group(grouped, [at["conv1"], at["conv2"]])
    with pytest.raises(Refusal, match="conv1 and pool1 do not stand in the same block: lead the wire through"):
        edits.connect(grouped, Wire(at["conv1"], "y", at["pool1"], "x"))
    with pytest.raises(Refusal, match="conv2 is no block"):
        ungroup(document, at["conv2"])
    with pytest.raises(Refusal, match="is bypassed: switch it on"):
        ungroup(edits.set_flags(grouped, [block], bypassed=True), block)


def test_nested_blocks_open_from_the_inside_and_from_the_outside() -> None:
    document = trained("lenet")
    at = ids(document)
    inner, one = group(document, [at["conv1"], at["relu1"]], "inner")
    outer, two = group(inner, [one, at["pool1"]], "outer")
    assert outer.chain(at["conv1"]) == [two, one] and outer.path(at["conv1"]) == f"{two}/0/{one}/0/{at['conv1']}"
    wanted = answers(document)[0]
    np.testing.assert_array_equal(answers(outer)[0], wanted)
    for first, second in ((two, "inner"), (one, "outer")):
        half, _ = ungroup(outer, first)
        np.testing.assert_array_equal(answers(half)[0], wanted)
        whole, _ = ungroup(half, ids(half)[second])
        np.testing.assert_array_equal(answers(whole)[0], wanted)
        assert not [n for n in whole.nodes.values() if n.type in (BLOCK, ENTRY, EXIT)]


# -- repetitions and faces -----------------------------------------------------------------------------------------------
def test_repetitions_stand_in_a_row_and_the_first_may_differ() -> None:
    document, block = bottleneck()
    stage = set_repeat(set_face(document, block, "width", 4), block, 3)
    problems = {p.what for p in check(stage).errors if p.node}
    assert not problems, problems
    stage = set_face(set_face(stage, block, "straight", True), block, "straight", False, repetition=0)
    stage = set_face(stage, block, "stride", (2, 2), repetition=0)
    built = build(stage)
    assert not built.problems
    value = built.at(block)
    assert value is not None and value.output is not None and value.output.shape[1:] == (8, 3, 3)
    # first: 3·3·8·4+4, 3·3·4·8+8, 8·8+8; the others 3·3·8·4+4, 3·3·4·8+8
    assert value.parameters == built.parameter_count == 3 * (292 + 296) + 72
    assert [n.name for n in stage.unfolded.document.nodes.values()][:4] == ["image", "begin", "stage.1.a", "stage.1.mid"]
    apart, standing = ungroup(stage, block)
    assert len(standing) == 15 and build(apart).parameter_count == built.parameter_count
    assert [s.name for s in settings_of(stage, stage.nodes[block])] == ["width", "stride", "straight"]


def test_the_first_repetition_keeps_its_weights_and_dissolving_keeps_all() -> None:
    document = trained("mlp")
    at = ids(document)
    document = edits.connect(document, Wire(at["flatten1"], "y", at["fc1"], "x"))
    hidden, new_layer = edits.add(document, "Dense", settings={"units": 128}, name="deep")
    for source, target in (("relu1", new_layer), (new_layer, at["fc2"])):
        hidden = edits.connect(hidden, Wire(at.get(source, source), "y", target, "x"))
    grouped, block = group(hidden, [new_layer], "deep")
    three = set_repeat(grouped, block, 3)
    three = weighted(three)
    assert {f"{block}/{r}/{new_layer}/weight" for r in range(3)} <= set(three.weights)
    apart, _ = ungroup(three, block)
    np.testing.assert_array_equal(answers(apart)[0], answers(three)[0])
    two = set_repeat(three, block, 2)
    np.testing.assert_array_equal(two.weights[f"{block}/1/{new_layer}/weight"], three.weights[f"{block}/1/{new_layer}/weight"])


def test_a_face_sets_and_refuses() -> None:
    document, block = bottleneck()
    inner = ids(document)["b"]
    with pytest.raises(Refusal, match=r"stage: width takes a whole number from 1 to .*, and 0 was given"):
        set_face(document, block, "width", 0)
    with pytest.raises(Refusal, match="stage: There is no setting on its face called ‘widht’: did you mean ‘width’"):
        edits.set_setting(document, block, "widht", 3)
    wide = edits.set_setting(document, inner, "filters", 32)  # what is on the face is set there
    assert wide.nodes[block].settings["width"] == 16
    with pytest.raises(Refusal, match="2 times ‘width’ on the face of stage, and 33 is no multiple of 2"):
        edits.set_setting(document, inner, "filters", 33)
    with pytest.raises(Refusal, match="has 1 repetitions, and there is no number 3"):
        set_face(document, block, "width", 4, repetition=2)
    with pytest.raises(Refusal, match="it stands 0 times in a row: set it between 1 and 1,000"):
        set_repeat(document, block, 0)
    off = demote(wide, block, "width")
    assert off.nodes[inner].settings["filters"] == 32 and [s.name for s in settings_of(off, off.nodes[block])] == [
        "stride", "straight",
    ]  # fmt: skip
    gone = edits.remove(document, [ids(document)["project"]])
    assert [s.name for s in settings_of(gone, gone.nodes[block])] == ["width", "stride"]


def test_a_problem_inside_is_found_under_every_block_around_it() -> None:
    document, block = bottleneck()
    wrong = set_face(set_repeat(document, block, 2), block, "stride", (3, 3), repetition=0)
    inner = ids(wrong)["b"]
    wrong = edits.set_setting(edits.set_setting(wrong, inner, "kernel_size", (9, 9)), inner, "padding", "valid")
    found = [p for p in check(wrong).errors if "kernel" in p.what or "larger" in p.what]
    assert found and all(p.node.split("/")[0] == block for p in found)
    repaired = found[0].repairs[0].edit(wrong)
    assert repaired.nodes[inner] != wrong.nodes[inner]


# -- files, clipboard ----------------------------------------------------------------------------------------------------
def test_blocks_survive_a_file(tmp_path: Path) -> None:
    document, block = bottleneck()
    document = set_face(set_repeat(document, block, 2), block, "stride", (2, 2), repetition=0)
    document = frames.add_frame(document, "inside", (0, 0, 10, 10), parent=block)[0]
    document = weighted(document)
    files.save(document, tmp_path / "block.onnx")
    assert files.load(tmp_path / "block.onnx") == document


@pytest.mark.parametrize(("change", "words"), [
    (lambda n: n | {"parent": n["id"]}, "a block that contains itself"),
    (lambda n: n | {"parent": "n99"}, "stands in a block that is not there"),
    (lambda n: n | {"block": None}, "‘a’ stands in a block that is not there"),
    (lambda n: n | {"type": "Dense"}, "is half a block"),
    (lambda n: n | {"block": n["block"] | {"repeat": 10**9}}, "a block counts 1000000000"),
    (lambda n: n | {"block": n["block"] | {"promotions": [{"name": "w", "node": "n1", "setting": "units", "factor": 1}]}},
     "sets a layer that is not in it"),
])  # fmt: skip
def test_damaged_blocks_are_named(change: Change, words: str) -> None:
    document, block = bottleneck()
    data = json.loads(to_json(document))
    data["nodes"] = [change(n) if n["id"] == block else n for n in data["nodes"]]
    with pytest.raises(FileError, match=words):
        from_json(json.dumps(data))


def test_copies_of_a_block_are_blocks_of_their_own() -> None:
    document, block = bottleneck()
    pasted, made = clipboard.paste(document, clipboard.copy(document, [block]), keep_incoming=True)
    copy = pasted.nodes[made[0]]
    assert copy.name == "stage1" and len(pasted.inside(copy.id)) == len(document.inside(block))
    assert not set(pasted.inside(copy.id)) & set(document.inside(block)) and len(pasted.wires_into[copy.id]) == 1
    changed = edits.set_setting(pasted, copy.id, "width", 2)
    assert changed.nodes[block] == document.nodes[block]
    assert build(changed).at(copy.id).output.shape[1] == 4  # type: ignore[union-attr]
    inside, _ = clipboard.paste(document, clipboard.copy(document, [ids(document)["a"]]), parent=block)
    assert len(inside.children[block]) == len(document.children[block]) + 1
    with pytest.raises(Refusal, match="Dataset stands outside of blocks"):
        clipboard.paste(document, clipboard.copy(new("mlp"), [ids(new("mlp"))["Digits"]]), parent=block)


def test_shared_weights_go_in_and_out_of_blocks() -> None:
    s = Sketch("tied", Recipe())
    s.add("Input", "x", shape=(5,))
    one = s.add("Dense", "one", units=5)
    two = s.add("Dense", "two", units=5)
    tied = weighted(edits.share(s.document, two, "weight", one))
    wanted = answers(tied)[0]
    for chosen in ([one], [two], [one, two]):
        grouped, block = group(tied, chosen)
        np.testing.assert_array_equal(answers(grouped)[0], wanted)
        apart, _ = ungroup(grouped, block)
        np.testing.assert_array_equal(answers(apart)[0], wanted)
        alone = edits.remove(grouped, [block])
        assert not [n for n in alone.nodes.values() if n.shared]


@given(st.sets(st.integers(0, 12), min_size=1), st.integers(1, 3))
def test_any_selection_groups_and_comes_apart_to_the_same_network(picks: set[int], repeat: int) -> None:
    document = restarted(new("lenet"))
    layers = [i for i in document.nodes if n_is_layer(document, i)]
    try:
        grouped, block = group(document, [layers[k % len(layers)] for k in picks])
        grouped = set_repeat(grouped, block, repeat)
    except Refusal:
        return
    assert from_json(to_json(grouped)) == grouped
    before = build(grouped, "training")
    apart, _ = ungroup(grouped, block)
    after = build(apart, "training")
    assert [op.type for op in after.graph.ops] == [op.type for op in before.graph.ops]
    assert after.parameter_count == before.parameter_count and len(after.problems) == len(before.problems)
