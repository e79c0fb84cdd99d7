"""Tidy on the canvas: all, the selection, from top to bottom; pins stay; a large network is laid out beside everything else."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainterPathStroker
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.canvas.tidying import AT_ONCE
from app.canvas.view import CanvasView
from nodes import edits
from nodes.document import Document, Wire
from nodes.example import Sketch, examples, new
from runtime.recipe import Recipe
from tests.app.canvas.conftest import Open


def heap(document: Document) -> Document:
    return edits.move(document, dict.fromkeys(document.nodes, (500.0, 300.0)))


def positions(view: CanvasView) -> dict[str, tuple[float, float]]:
    return {i: n.position for i, n in view.session.document.nodes.items()}


def no_overlap(view: CanvasView) -> bool:
    bodies: list[QRectF] = [item.scene_body() for item in view.canvas.nodes.values()]
    return not [1 for i, a in enumerate(bodies) for b in bodies[i + 1 :] if a.intersects(b)]


def long_chain(count: int) -> Document:
    document, last = edits.add(Document(), "Input", settings={"shape": (4,)})
    for _ in range(count):
        document, id = edits.add(document, "ReLU")
        document = document.changed(wires=(*document.wires, Wire(last, "y", id, "x")))
        last = id
    return document


def test_ctrl_l_lays_everything_out_as_one_step(canvas: Open) -> None:
    view, _ = canvas(heap(new("lenet")))
    before = positions(view)
    view.tidy()
    assert no_overlap(view) and positions(view) != before
    view.session.undo()
    assert positions(view) == before


def test_a_selection_is_laid_out_where_it_stands(canvas: Open) -> None:
    view, _ = canvas(new("lenet"))
    document = edits.move(view.session.document, {"n5": (900.0, 20.0), "n6": (700.0, 160.0), "n7": (640.0, -20.0)})
    view.session.do("Move", lambda _: document)
    before = positions(view)
    view.session.select(["n5", "n6", "n7"])
    view.tidy()
    after = positions(view)
    assert {i for i in after if after[i] != before[i]} <= {"n5", "n6", "n7"}
    assert after["n5"][0] < after["n6"][0] < after["n7"][0] and (after["n5"][0], after["n5"][1]) == (640.0, -20.0)


def test_what_is_pinned_stays(canvas: Open) -> None:
    view, _ = canvas(heap(new("lenet")))
    view.session.select(["n5"])
    view.toggle_pin()
    view.session.select([])
    view.tidy()
    assert view.session.document.nodes["n5"].position == (500.0, 300.0) and no_overlap(view)


def test_from_top_to_bottom(canvas: Open) -> None:
    view, _ = canvas(new("mlp"))
    view.tidy_down()
    where, document = positions(view), view.session.document
    assert all(where[w.target][1] > where[w.source][1] for w in document.wires if w.source_port != "label") and no_overlap(view)


def test_a_large_network_does_not_hold_up_the_window(canvas: Open, qtbot: QtBot) -> None:
    view, _ = canvas(long_chain(AT_ONCE + 40))
    view.canvas.complete()
    said: list[str] = []
    view.status_message.connect(said.append)
    with qtbot.waitSignal(view.tidying.laid_out):
        view.tidy()
        assert view.tidying.busy
        # What happens meanwhile is kept.
        view.session.do("Rename", lambda d: edits.rename(d, "n2", "first"))
    assert no_overlap(view) and view.session.document.nodes["n2"].name == "first"
    assert any("Tidying 121 layers" in s and "Esc stops" in s for s in said)


def test_escape_calls_it_off(canvas: Open, qtbot: QtBot) -> None:
    view, _ = canvas(long_chain(1500))
    view.canvas.complete()
    before = positions(view)
    view.tidy()
    assert view.tidying.busy
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert not view.tidying.busy and positions(view) == before
    view.tidy()
    with qtbot.waitSignal(view.tidying.laid_out, timeout=30_000):
        pass
    assert positions(view) != before


def test_a_deleted_layer_is_not_brought_back(canvas: Open, qtbot: QtBot) -> None:
    view, _ = canvas(long_chain(AT_ONCE + 40))
    view.canvas.complete()
    with qtbot.waitSignal(view.tidying.laid_out):
        view.tidy()
        view.session.do("Delete", lambda d: edits.remove(d, ["n60"]))
    assert "n60" not in view.session.document.nodes and "n60" not in view.canvas.nodes


def sketched(name: str) -> Document:
    """A residual net, a U-Net and an Inception net, drawn out."""
    s = Sketch(name, Recipe())
    s.add("Input", "image", shape=(8, 32, 32))
    last = s.add("ReLU")
    if name == "residual":
        for _ in range(4):
            for type in ("BatchNormalization", "ReLU", "Conv2D", "BatchNormalization", "ReLU"):
                s.add(type, **({"filters": 8, "padding": "same"} if type == "Conv2D" else {}))
            last = s.join("Add", last, s.last)
    elif name == "u-net":
        down = []
        for _ in range(3):
            down.append(s.add("Conv2D", filters=8, padding="same"))
            s.add("MaxPool2D")
        for skip in reversed(down):
            s.join("Concatenate", skip, s.add("Upsample"))
            s.add("ReLU")
    else:
        for _ in range(2):
            ends = []
            for types in (("Conv2D",), ("Conv2D", "Conv2D"), ("Conv2D", "ReLU", "Conv2D")):
                s.branch(last)
                ends.append([s.add(t, **({"padding": "same"} if t == "Conv2D" else {})) for t in types][-1])
            last = s.join("Concatenate", *ends)
    return s.document


def wires_under_nodes(view: CanvasView) -> list[tuple[str, str]]:
    """Wires whose line meets the body of a node that they do not belong to."""
    found, pen = [], QPainterPathStroker()
    pen.setWidth(1.0)
    for wire, item in view.canvas.wires.items():
        line = pen.createStroke(item._route.path)
        for id, node in view.canvas.nodes.items():
            body = node.scene_body().adjusted(1, 1, -1, -1)
            if id not in (wire.source, wire.target) and not item.folded and line.intersects(body):
                found.append((f"{wire.source} → {wire.target}", node.look.name or id))
    return found


#: The small form of a network is drawn as the large one is.
DRAWN = [pytest.param(n, marks=pytest.mark.slow) if n.endswith("-small") else n for n in examples()]


@pytest.mark.parametrize("name", [*DRAWN, "residual", "u-net", "inception"])
def test_no_wire_runs_under_a_node(canvas: Open, qtbot: QtBot, name: str) -> None:
    view, _ = canvas(new(name) if name in examples() else sketched(name))
    assert name not in examples() or (not wires_under_nodes(view) and no_overlap(view)), "as it was drawn"
    view.tidy()
    qtbot.waitUntil(lambda: not view.tidying.busy)
    assert not wires_under_nodes(view) and no_overlap(view)


@pytest.mark.parametrize(("name", "block"), [
    ("googlenet", "inception 3a"), ("resnet50", "conv3"), ("deconvnet", "conv1"), ("deconvnet", "deconv1"), ("nin", "mlpconv1"),
    ("fcn8s", "to pool3"),
])  # fmt: skip
def test_no_wire_runs_under_a_node_in_a_block(canvas: Open, name: str, block: str) -> None:
    view, _ = canvas(new(name))
    view.session.select([i for i, n in view.session.document.nodes.items() if n.name == block])
    view.open_block()
    assert view.session.level and len(view.canvas.nodes) > 2
    assert not wires_under_nodes(view) and no_overlap(view)


def test_a_model_without_places_is_laid_out_when_it_is_opened(canvas: Open, qtbot: QtBot) -> None:
    view, _ = canvas(new("mlp"))
    view.session.opened(heap(new("lenet")), None)
    qtbot.waitUntil(lambda: no_overlap(view))
    assert view.session.history.undo_title == "Tidy"
