"""A build that takes over what an earlier one has gives the same graph as one from the beginning, after any edits, and infers
again only what changed."""

from __future__ import annotations

from dataclasses import replace
from unittest import mock

import pytest
from hypothesis import given, settings

from nodes import edits
from nodes.build import Built, build
from nodes.document import Document, Wire
from nodes.example import Sketch, examples, new
from runtime.recipe import Recipe
from tests.nodes.test_edit_sequences import STEPS, walked


def told(built: Built) -> tuple[object, ...]:
    """All of a build, names and their order included."""
    g = built.graph
    constants = {name: (a.dtype, a.shape, a.tobytes()) for name, a in g.constants.items()}
    graph = (g.ops, list(g.values.items()), g.inputs, g.outputs, list(constants.items()), list(g.parameters.items()), g.carried)
    return graph, list(built.nodes.items()), built.problems, built.losses, built.outputs, built.loss


def follows(before: Built, document: Document) -> Built:
    """The build of `document` by help of an earlier one; it is what it would be without."""
    found = build(document, "training", before=before)
    assert told(found) == told(build(document, "training"))
    return found


@given(STEPS)
@settings(max_examples=40)
def test_after_any_edits_it_is_what_a_build_from_the_beginning_is(steps: list[tuple[int, int, int]]) -> None:
    last = [build(new("mlp"), "training")]

    def each(document: Document) -> None:
        last[0] = follows(last[0], document)

    walked(steps, each)


@pytest.mark.parametrize("name", examples())
def test_every_example_layer_by_layer(name: str) -> None:
    document = new(name)
    last = follows(build(document, "training"), document)
    for id in list(document.nodes)[:12]:
        for edit in (lambda d, id=id: edits.set_flags(d, [id], bypassed=True), lambda d, id=id: edits.remove(d, [id])):
            follows(last, edit(document))


def test_an_edit_infers_again_what_it_reaches_and_no_more() -> None:
    document = new("resnet18")
    before = build(document, "training")
    scores = next(n.id for n in document.nodes.values() if n.name == "fc")
    with mock.patch("nodes.layers.conv2d.Conv2D.emit", side_effect=AssertionError("a convolution was emitted again")):
        after = build(edits.set_setting(document, scores, "units", 10), "training", before=before)
    assert after.nodes[scores].output != before.nodes[scores].output


def unpooled() -> Document:
    """A pool's switches find their way back; another layer gives the same shape that the pool takes in."""
    s = Sketch("Unpooling", Recipe())
    image = s.add("Input", shape=(1, 8, 8))
    s.add("ReLU", "one")
    pooled = s.add("MaxPool2D")
    s.branch(image)
    s.add("ReLU", "other")
    s.branch(pooled)
    first = s.add("MaxUnpool2D")
    s.branch(pooled)
    second = s.add("MaxUnpool2D")  # its constants are the first one's
    document = edits.connect(s.document, Wire(pooled, "switches", first, "switches"))
    return edits.connect(document, Wire(pooled, "switches", second, "switches"))


def test_what_looks_behind_its_inputs_is_emitted_anew() -> None:
    document = unpooled()
    ids = {n.name or n.type: n.id for n in document.nodes.values()}
    before = build(document, "training")
    assert not before.problems
    other = tuple(replace(w, source=ids["other"]) if w.source == ids["one"] else w for w in document.wires)
    follows(before, document.changed(wires=other))


def test_another_seed_or_mode_takes_nothing_over() -> None:
    document = new("lenet")
    before = build(document, "training")
    assert told(build(document, "inference", before=before)) == told(build(document, "inference"))
