"""The canvas's commands, the search palette, and ranking."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from app.canvas.ranking import nearest, no_result, rank
from app.canvas.rename import NameEditor
from app.canvas.view import CanvasView
from nodes import edits
from nodes.document import Document, Wire
from nodes.example import new
from nodes.layer import layer_types
from tests.app.canvas.conftest import Open, port

EMPTY = QPointF(300, 250)


def test_delete_and_undo(canvas: Open) -> None:
    view, _ = canvas(new("lenet"))
    view.session.select(["n3"])
    view.delete_selection()
    assert "n3" not in view.canvas.nodes
    assert len(view.canvas.wires) == len(view.session.document.wires)
    view.session.undo()
    assert "n3" in view.canvas.nodes


def test_dissolve_joins_what_is_left(canvas: Open) -> None:
    view, _ = canvas(new("lenet"))
    view.session.select(["n3"])
    view.dissolve_selection()
    assert Wire("n2", "y", "n4", "x") in view.session.document.wires


def test_copy_paste_gives_new_ids_and_selects_them(canvas: Open) -> None:
    view, _ = canvas(new("lenet"))
    view.session.select(["n2", "n3"])
    view.copy()
    view.paste()
    first = view.session.selection
    assert len(first) == 2 and first.isdisjoint({"n2", "n3"})
    view.paste()
    positions = {n.position for n in view.session.document.nodes.values()}
    assert len(positions) == 19, "each paste stands lower"
    bodies = [item.scene_body() for item in view.canvas.nodes.values()]
    assert not [1 for i, a in enumerate(bodies) for b in bodies[i + 1 :] if a.intersects(b)], "and covers nothing"
    view.session.select(["n4"])
    view.cut()
    assert "n4" not in view.session.document.nodes


def test_paste_of_foreign_text_is_refused_in_words(canvas: Open) -> None:
    view, _ = canvas(new("lenet"))
    told: list[str] = []
    view.session.refused.connect(lambda refusal: told.append(str(refusal)))
    QGuiApplication.clipboard().setText("hello")
    view.paste()
    assert told and "copy some layers first" in told[0]


def test_paste_keeping_incoming_wires(canvas: Open) -> None:
    view, _ = canvas(new("lenet"))
    view.session.select(["n3"])
    view.copy()
    view.paste(keep_incoming=True)
    (id,) = view.session.selection
    assert Wire("n2", "y", id, "x") in view.session.document.wires


def test_duplicate_bypass_collapse_and_reach(canvas: Open) -> None:
    view, _ = canvas(new("lenet"))
    view.session.select(["n2"])
    view.duplicate()
    assert len(view.session.document.nodes) == 16
    view.session.select(["n2"])
    view.toggle_collapse()
    assert view.canvas.nodes["n2"].body().height() == 28
    view.toggle_collapse()
    view.toggle_bypass()
    assert view.session.document.nodes["n2"].bypassed
    view.select_downstream()
    assert "n15" in view.session.selection and "n1" not in view.session.selection
    view.session.select(["n3"])
    view.select_upstream()
    assert view.session.selection == {"n1", "n2", "n3"}
    view.select_all()
    assert len(view.session.selection) == 16


def test_search_finds_a_synonym_and_places_it_at_the_pointer(canvas: Open) -> None:
    view, hand = canvas(new("lenet"))
    hand.double_click(EMPTY)
    assert view.search.isVisible()
    QTest.keyClicks(view.search.field, "affine")
    assert view.search.list.item(0).text() == "Dense"
    view.grab()
    QTest.keyClick(view.search.field, Qt.Key.Key_Return)
    assert not view.search.isVisible()
    (id,) = view.session.selection
    node = view.session.document.nodes[id]
    assert (node.type, node.position) == ("Dense", (220, 240))


def test_search_that_finds_nothing_says_what_may_be_meant(canvas: Open) -> None:
    view, _ = canvas(new("lenet"))
    view.open_search(EMPTY)
    QTest.keyClicks(view.search.field, "densse")
    assert view.search.empty.text() == "No layer is called “densse”. Did you mean Dense?"
    QTest.keyClick(view.search.field, Qt.Key.Key_Return)
    assert view.search.isVisible(), "Enter with nothing found changes nothing"
    QTest.keyClick(view.search.field, Qt.Key.Key_Escape)
    assert not view.search.isVisible()


def test_space_opens_the_search(canvas: Open) -> None:
    view, _ = canvas(new("lenet"))
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert view.search.isVisible()


def test_a_wire_dropped_on_empty_canvas_offers_what_takes_it(canvas: Open) -> None:
    view, hand = canvas(new("lenet"))
    hand.drag(port(view, "n7", "y", True), QPointF(1320, 320))
    assert view.search.isVisible()
    offered = {view.search.list.item(i).text(): view.search.list.item(i).data(Qt.ItemDataRole.UserRole)
               for i in range(view.search.list.count())}  # fmt: skip
    assert "Dataset" not in offered
    assert offered["Flatten"].result == "256"
    assert offered["Dense"].repaired and not offered["Conv2D"].repaired
    QTest.keyClicks(view.search.field, "dense")
    QTest.keyClick(view.search.field, Qt.Key.Key_Return)
    added = [n for n in view.session.document.nodes.values() if n.id not in new("lenet").nodes]
    assert sorted(n.type for n in added) == ["Dense", "Flatten"]
    assert not view.session.checked.errors


def test_a_wire_dropped_backwards_offers_what_could_feed_it(canvas: Open) -> None:
    document, id = edits.add(new("lenet"), "Dense", (600, 280))
    view, hand = canvas(document)
    hand.drag(port(view, id, "x", False), QPointF(500, 300))
    QTest.keyClicks(view.search.field, "relu")
    QTest.keyClick(view.search.field, Qt.Key.Key_Return)
    (made,) = view.session.selection
    assert Wire(made, "y", id, "x") in view.session.document.wires


def editor(view: CanvasView) -> QLineEdit:
    return next(c for c in view.viewport().children() if isinstance(c, NameEditor) and c.isVisible())


def test_rename_over_the_header(canvas: Open) -> None:
    view, _ = canvas(new("lenet"))
    view.session.select(["n2"])
    view.rename_selected()
    editor(view).setText("edges")
    QTest.keyClick(editor(view), Qt.Key.Key_Return)
    assert view.session.document.nodes["n2"].name == "edges"


def test_a_name_that_is_taken_stays_to_be_mended(canvas: Open) -> None:
    view, _ = canvas(new("lenet"))
    view.session.select(["n2"])
    view.rename_selected()
    field = editor(view)
    field.setText("conv2")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.isVisible() and field.property("wrong")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert view.session.document.nodes["n2"].name == "conv1"


def test_empty_canvas_says_how_to_begin(canvas: Open) -> None:
    view, _ = canvas(Document())
    assert view.empty.isVisible()
    assert view.empty.accessibleName() == (
        "Every network begins with data. Drag a dataset onto the canvas, then layers after it, then a loss. "
        "The shapes follow by themselves."
    )
    view.grab()
    view.empty.add.click()
    assert not view.empty.isVisible()
    assert [n.type for n in view.session.document.nodes.values()] == ["Dataset"]


def test_zoom_commands_stay_in_range_and_tell(canvas: Open) -> None:
    view, _ = canvas(new("lenet"))
    seen: list[float] = []
    view.zoom_changed.connect(seen.append)
    for _ in range(30):
        view.zoom_by(1.5)
    assert view.zoom == pytest.approx(4.0)
    view.reset_zoom()
    assert view.zoom == pytest.approx(1.0) and seen[-1] == pytest.approx(1.0)
    view.fit_all()
    shown = view.mapToScene(view.viewport().rect()).boundingRect()
    assert shown.contains(view.canvas.contents())
    assert view.zoom_control.level.text() == f"{round(view.zoom * 100)} %"


def test_rank_finds_types_synonyms_and_letters() -> None:
    types = layer_types()
    assert rank("", types) == list(types)
    assert rank("linear", types)[:2] == ["Linear", "Dense"]
    assert rank("fully connected", types)[0] == "Dense"
    assert rank("mxp", types)[0] == "MaxPool2D"
    assert rank("conv", types)[0] == "Conv2D"
    assert rank("xyzzy", types) == []
    assert nearest("densse", types) == "Dense"
    assert no_result("qqqq", types) == "No layer is called “qqqq”. Did you mean Dense?"
