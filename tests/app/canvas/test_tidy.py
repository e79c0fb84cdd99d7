"""Tidy on the canvas: all, the selection, from top to bottom; pins stay; a large network is laid out beside everything else."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.canvas.tidying import AT_ONCE
from app.canvas.view import CanvasView
from nodes import edits
from nodes.document import Document, Wire
from nodes.example import new
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
    with qtbot.waitSignal(view.tidying.laid_out):
        view.tidy()
        view.session.do("Delete", lambda d: edits.remove(d, ["n60"]))
    assert "n60" not in view.session.document.nodes and "n60" not in view.canvas.nodes


def test_a_model_without_places_is_laid_out_when_it_is_opened(canvas: Open, qtbot: QtBot) -> None:
    view, _ = canvas(new("mlp"))
    view.session.opened(heap(new("lenet")), None)
    qtbot.waitUntil(lambda: no_overlap(view))
    assert view.session.history.undo_title == "Tidy"
