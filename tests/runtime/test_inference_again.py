"""What was inferred once is not asked of ONNX again, and never changes what comes out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodes import edits
from nodes.build import Built, build
from nodes.check import check
from nodes.document import Document, Wire
from nodes.example import new
from nodes.problems import Refusal
from runtime import inference
from runtime.errors import GraphError, NetwrightError
from runtime.graph import Graph


def told(built: Built) -> Any:
    """All of a build that can be compared."""
    graph = built.graph
    constants = {n: (a.dtype.str, a.shape, a.tobytes()) for n, a in graph.constants.items()}
    return (
        graph.ops, graph.values, graph.inputs, graph.outputs, constants, graph.parameters, graph.carried, built.nodes,
        built.losses, built.outputs, [(p.node, p.where, p.what, p.level) for p in built.problems],
    )  # fmt: skip


def changed(document: Document, choice: int, number: int) -> Document:
    """One random edit, sensible or not."""
    ids = list(document.nodes)
    id = ids[number % len(ids)] if ids else ""
    wires = document.wires
    ways = (
        lambda: edits.add(document, ("Dense", "Conv2D", "ReLU", "Dropout", "LSTM")[number % 5])[0],
        lambda: edits.remove(document, [id]),
        lambda: edits.set_setting(document, id, *(("units", 1 + number % 40), ("filters", 1 + number % 9))[number % 2]),
        lambda: edits.set_setting(document, id, "kernel_size", (1 + number % 9, 1 + number % 7)),
        lambda: edits.disconnect(document, [wires[number % len(wires)]]),
        lambda: document.changed(wires=(*wires, Wire(id, "y", ids[number // 7 % len(ids)], "x"))),
        lambda: edits.set_flags(document, [id], bypassed=bool(number % 2), frozen=bool(number % 3)),
        lambda: edits.move(document, {id: (float(number), 0.0)}),
        lambda: edits.set_recipe(document, seed=number),
        lambda: edits.rename(document, id, f"layer {number}"),
    )
    try:
        return ways[choice % len(ways)]()
    except (NetwrightError, Refusal, IndexError, ZeroDivisionError):
        return document


@settings(max_examples=25)
@given(st.sampled_from(["lenet", "playground"]), st.lists(st.tuples(st.integers(0, 9), st.integers(0, 200)), max_size=10))
def test_an_edited_network_is_built_as_a_fresh_one(name: str, steps: list[tuple[int, int]]) -> None:
    document = new(name)
    checked = check(document)
    for choice, number in steps:
        before, document = document, changed(document, choice, number)
        checked = check(document, (before, checked))
        for mode in ("training", "inference"):
            again = told(build(document, mode))
            inference._answer.cache_clear()
            assert again == told(build(document, mode))
        fresh = check(document)
        assert told(checked.built) == told(fresh.built)
        assert [p.sentence for p in checked.problems] == [p.sentence for p in fresh.problems]


def test_only_what_changed_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    document = new("lenet")
    inference._answer.cache_clear()
    asked: list[str] = []
    real = inference._asked
    monkeypatch.setattr(inference, "_asked", lambda opset, op, *rest: asked.append(op.type) or real(opset, op, *rest))
    build(document, "training")
    first = len(asked)
    assert first > 10
    build(document, "training")
    assert len(asked) == first
    last = next(i for i, n in document.nodes.items() if n.name == "fc3")
    build(edits.set_setting(document, last, "units", 7), "training")
    assert 0 < len(asked) - first <= 8 and "Conv" not in asked[first:]


def test_moving_layers_builds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    document = new("lenet")
    checked = check(document)
    monkeypatch.setattr("nodes.check.build", lambda *a, **more: pytest.fail("built"))
    moved = edits.move(document, {next(iter(document.nodes)): (500.0, 40.0)})
    assert check(moved, (document, checked)).built is checked.built
    folded = edits.set_flags(moved, list(moved.nodes)[:2], collapsed=True)
    assert check(folded, (moved, checked)).built is checked.built
    with pytest.raises(pytest.fail.Exception):
        check(edits.rename(document, next(iter(document.nodes)), "other"), (document, checked))


def test_what_differs_in_kind_alone_is_asked_for_itself() -> None:
    g = Graph()
    x = g.input("x", np.float32, ("N", 4, 4))
    assert g.Flatten(x, axis=1).shape == ("N", 16)
    with pytest.raises(GraphError):
        g.Flatten(x, axis=1.0)
    y = g.input("y", np.float64, ("N", 4, 4))
    assert g.Flatten(y, axis=1).dtype == np.float64
    two, three = (g.Reshape(x, g.constant([-1, n], np.int64)) for n in (2, 8))
    assert (two.shape[1], three.shape[1]) == (2, 8)


def test_a_refusal_names_its_own_layer_each_time() -> None:
    for label in ("first", "second"):
        g = Graph()
        x, w = g.input("x", np.float32, ("N", 5)), g.input("w", np.float32, (4, 3))
        with g.scope(label=label), pytest.raises(GraphError, match=f"^{label}: the operator MatMul was given N×5, 4×3"):
            g.MatMul(x, w)
