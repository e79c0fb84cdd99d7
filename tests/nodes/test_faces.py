"""Faces of blocks for the hand: joined names and factors, renaming, bypass, the repetition on view; room for what is dissolved;
residual networks of blocks."""

from __future__ import annotations

import itertools

import pytest

from nodes import edits
from nodes.build import build
from nodes.document import ENTRY, EXIT, Document
from nodes.example import Sketch, new
from nodes.grouping import group
from nodes.problems import Refusal
from nodes.promotions import demote, factor_for, promote, rename_face, set_face, set_repeat, settings_of
from nodes.ungrouping import ungroup
from runtime.recipe import Recipe

CONV, RELU, POOL, SECOND = "n2", "n3", "n4", "n5"


def stage() -> tuple[Document, str]:
    """LeNet's first five layers as a block; the first one's filters on its face."""
    document, block = group(new("lenet"), [CONV, RELU, POOL, SECOND], "stage")
    return promote(document, CONV, "filters", "width"), block


# -- joining and renaming ------------------------------------------------------------------------------------------------
def test_a_setting_joins_one_that_is_there_with_a_factor() -> None:
    document, block = stage()
    document = edits.set_setting(document, SECOND, "filters", 18)
    assert factor_for(document, SECOND, "filters", "width") == 3 and factor_for(document, SECOND, "filters", "other") == 1
    joined = promote(document, SECOND, "filters", "width", 3)
    assert build(set_face(joined, block, "width", 4)).at(joined.path(SECOND)).output.shape[1] == 12  # type: ignore[union-attr]
    assert [s.name for s in settings_of(joined, joined.nodes[block])] == ["width"]


def test_a_new_setting_with_a_factor_begins_with_its_share() -> None:
    document, block = stage()
    document = promote(document, SECOND, "filters", "half", 2)
    assert document.nodes[block].settings["half"] == 8
    with pytest.raises(Refusal, match="filters of conv2 is 16, which is no multiple of 3: choose another factor"):
        promote(document, SECOND, "filters", "third", 3)


def test_what_does_not_go_together_is_refused_with_a_name_of_its_own() -> None:
    document, block = stage()
    with pytest.raises(Refusal, match="conv2: ‘width’ on the face of stage is 6, and its kernel size is 5×5") as refused:
        promote(document, SECOND, "kernel_size", "width")
    apart = refused.value.repairs[0].edit(document)
    assert "conv2 kernel_size" in apart.nodes[block].settings
    with pytest.raises(Refusal, match="is 6, and its bypassed is off"):
        promote(document, RELU, "bypassed", "width")
    with pytest.raises(Refusal, match="cannot be empty"):
        rename_face(document, block, "width", "  ")


def test_renaming_keeps_values_those_of_single_repetitions_and_the_face_around() -> None:
    document, block = stage()
    document = set_face(set_repeat(document, block, 3), block, "width", 4, repetition=1)
    document, outer = group(document, [block], "outer")
    document = promote(document, block, "width")
    named = rename_face(document, block, "width", "channels")
    inside = named.nodes[block].block
    assert inside is not None and inside.each == {1: {"channels": 4}} and named.nodes[block].settings == {"channels": 6}
    assert build(named).parameter_count == build(document).parameter_count
    wide = set_face(named, outer, "width", 12)
    assert build(wide).parameter_count == build(set_face(document, outer, "width", 12)).parameter_count
    document = promote(named, SECOND, "filters", "more")
    with pytest.raises(Refusal, match="‘more’ stands on the face of stage already"):
        rename_face(document, block, "channels", "more")
    gone = demote(named, block, "channels")
    assert settings_of(gone, gone.nodes[outer]) == () and gone.nodes[outer].settings == {}


def test_inside_the_repetition_that_is_drawn_is_set() -> None:
    document, block = stage()
    document = set_face(set_repeat(document, block, 2), block, "width", 4, repetition=0)
    document = edits.set_setting(document, CONV, "filters", 5)
    inside = document.nodes[block]
    assert inside.block is not None and inside.block.each == {0: {"width": 5}} and inside.settings["width"] == 6
    document = promote(document, RELU, "bypassed", "linear")
    off = edits.set_flags(document, [RELU], bypassed=True)
    assert off.nodes[block].settings["linear"] is True and off.unfolded.document.nodes[off.path(RELU)].bypassed


# -- refusals --------------------------------------------------------------------------------------------------------------
def test_refusals_offer_the_block_that_can_be_made() -> None:
    document = new("lenet")
    with pytest.raises(Refusal, match="relu1 stands between") as refused:
        group(document, [CONV, POOL])
    made = refused.value.repairs[0].edit(document)
    block = next(n for n in made.nodes.values() if n.block)
    assert {made.nodes[i].type for i in made.inside(block.id)} == {"Conv2D", "ReLU", "MaxPool2D", ENTRY, EXIT}
    with pytest.raises(Refusal, match="Dataset stands outside") as refused:
        group(document, ["n1", CONV, RELU])
    made = refused.value.repairs[0].edit(document)
    assert made.nodes[CONV].parent and not made.nodes["n1"].parent
    off = edits.set_flags(made, [made.nodes[CONV].parent], bypassed=True)
    with pytest.raises(Refusal, match="is bypassed") as refused:
        ungroup(off, made.nodes[CONV].parent)
    assert not any(n.block for n in refused.value.repairs[0].edit(off).nodes.values())


# -- room ------------------------------------------------------------------------------------------------------------------
def overlapping(document: Document, parent: str = "") -> list[tuple[str, str]]:
    """Nodes that would cover each other, each taken as large as it may become (beads apart)."""
    boxes = {}
    for id in document.children[parent]:
        (x, y), bead = document.nodes[id].position, document.nodes[id].layer().bead
        boxes[id] = (x, y, x + (36 if bead else 160), y + (28 if bead else 216))
    pairs = itertools.combinations(boxes.items(), 2)
    return [(i, j) for (i, a), (j, b) in pairs if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]]


@pytest.mark.parametrize("repeat", [1, 3, 9])
def test_a_dissolved_block_covers_nothing(repeat: int) -> None:
    document = new("lenet")
    framed, below = len(document.frames), {}
    if repeat < 9:  # more of them stand in several rows, and what is below goes down
        below = {n.id: n.position for n in document.nodes.values() if n.position[1] > 300}
    document, block = group(document, [CONV, RELU], "stage")
    assert overlapping(document) == []
    document = set_repeat(document, block, repeat)
    document, standing = ungroup(document, block)
    assert len(standing) == 2 * repeat and overlapping(document) == [] and len(document.frames) == framed
    assert {i: document.nodes[i].position for i in below} == below, "other rows stay"
    around = document.frames[0].rect
    places = [document.nodes[i].position for i in standing]
    assert all(around[0] <= x <= around[0] + around[2] and around[1] <= y <= around[1] + around[3] for x, y in places)


# -- networks of blocks ----------------------------------------------------------------------------------------------------
def test_sketches_of_blocks() -> None:
    s = Sketch("two ways", Recipe())
    s.add("Input", "x", shape=(4, 8, 8))
    with s.block("part", 2) as block:
        came_in = s.last
        straight = s.add("Conv2D", "straight", filters=4, kernel_size=(1, 1))
        s.branch(came_in)
        around = s.add("Conv2D", "around", filters=4, kernel_size=(3, 3), padding="same")
        s.join("Add", s.last, straight)
        s.face("width", straight, "filters")
        s.face("width", around, "filters")
    s.add("Flatten")
    s.set_face(block, width=4)
    built = build(s.document)
    assert not built.problems and built.parameter_count == 2 * (4 * 4 + 4 + 9 * 16 + 4)
    assert overlapping(s.document, block) == [] and overlapping(s.document) == []


def test_a_bypassed_sum_passes_on_what_was_wired_first() -> None:
    s = Sketch("sum", Recipe())
    first = s.add("Input", "x", shape=(4,))
    total = s.join("Add", first, s.add("Dense", "around", units=4))
    built = build(edits.set_flags(s.document, [total], bypassed=True))
    assert not built.problems and built.value(total, "y") == built.value(first, "y")


def test_what_repetitions_go_past_costs_nothing() -> None:
    """He, Zhang, Ren, Sun, Deep residual learning, 2015, table 1, gives 1.8 and 11.3 billion multiply-adds, with the stride in
    a block's first 1×1; in the 3×3, as it is drawn here, they are a little more."""
    for name, billions in (("resnet18", 1.82), ("resnet152", 11.54)):
        assert round(build(new(name)).multiply_adds / 1e9, 2) == billions


def test_a_bypassed_layer_costs_nothing() -> None:
    document = new("lenet")
    conv = next(n.id for n in document.nodes.values() if n.name == "conv2")
    off = edits.set_flags(document, [conv], bypassed=True)
    assert build(off).nodes[conv].multiply_adds == 0 < build(document).nodes[conv].multiply_adds
