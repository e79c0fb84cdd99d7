"""The canvas under the hand: select, move, wire, refuse and repair, cut, drop."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.canvas.dropping import MIME
from app.canvas.ports import PortState
from app.canvas.view import CanvasView
from nodes import edits
from nodes.document import Document, Wire, frozen
from nodes.example import new
from tests.app.canvas.conftest import Open, header, port
from tests.nodes.checks.chains import conv, dense, id_of, network

EMPTY = QPointF(300, 240)
CTRL, SHIFT, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


def without_flatten() -> Document:
    return edits.remove(new("lenet"), ["n8"])


def test_click_selects_and_shift_and_ctrl_keep(canvas: Open) -> None:
    view, hand = canvas(new("lenet"))
    hand.click(header(view, "n2"))
    assert view.session.selection == {"n2"}
    hand.click(header(view, "n4"), SHIFT)
    assert view.session.selection == {"n2", "n4"}
    hand.click(header(view, "n2"), CTRL)
    assert view.session.selection == {"n4"}
    assert view.canvas.nodes["n4"].chosen == 2
    hand.click(EMPTY)
    assert view.session.selection == frozenset()


def test_move_snaps_follows_and_is_one_undo(canvas: Open) -> None:
    view, hand = canvas(new("lenet"))
    before = view.session.document
    start = header(view, "n2")
    hand.carry(start, start + QPointF(33, 141))
    assert view.session.document is before, "the document moves when it is let go, not before"
    assert view.canvas.nodes["n2"].pos() == QPointF(260, 140)
    hand.release(start + QPointF(33, 141))
    assert view.session.document.nodes["n2"].position == (260, 140)
    view.session.undo()
    assert view.session.document is before
    assert view.canvas.nodes["n2"].pos() == QPointF(232, 0)


def test_alt_moves_off_the_grid(canvas: Open) -> None:
    view, hand = canvas(new("lenet"))
    start = header(view, "n2")
    hand.carry(start, start + QPointF(3, 41))
    hand.move(start + QPointF(3, 41), ALT)
    hand.release(start + QPointF(3, 41), ALT)
    assert view.session.document.nodes["n2"].position == (235, 41)


def test_escape_while_moving_changes_nothing(canvas: Open) -> None:
    view, hand = canvas(new("lenet"))
    start = header(view, "n2")
    hand.carry(start, start + QPointF(60, 60))
    QTest.keyClick(view, Qt.Key.Key_Escape)
    hand.release(start + QPointF(60, 60))
    assert view.canvas.nodes["n2"].pos() == QPointF(232, 0)
    assert view.session.history.undo_title is None


def test_box_selects_what_it_touches(canvas: Open) -> None:
    view, hand = canvas(new("lenet"))
    hand.drag(QPointF(200, 240), QPointF(600, 100))
    assert view.session.selection == {"n2", "n4"}
    hand.drag(QPointF(790, 240), QPointF(820, 150), SHIFT)
    assert view.session.selection == {"n2", "n4", "n5"}


def test_a_fitting_wire_says_its_shape_and_connects(canvas: Open) -> None:
    document, id = edits.add(new("lenet"), "MaxPool2D", (1200, 280))
    view, hand = canvas(document)
    said: list[str] = []
    view.status_message.connect(said.append)
    hand.carry(port(view, "n5", "y", True), port(view, id, "x", False))
    assert said[-1] == "✓ 16×4×4"
    assert view.canvas.nodes[id].port_state(False, "x") == (PortState.FITS, "✓ 16×4×4")
    assert view.canvas.nodes["n9"].port_state(False, "x")[0] is PortState.DIM
    hand.release(port(view, id, "x", False))
    assert Wire("n5", "y", id, "x") in view.session.document.wires
    assert view.canvas.nodes[id].port_states == {}
    assert view.session.history.undo_title == "Connect"


def test_a_wire_can_be_drawn_backwards_and_onto_the_body(canvas: Open) -> None:
    document, id = edits.add(new("lenet"), "MaxPool2D", (1200, 280))
    view, hand = canvas(document)
    hand.drag(port(view, id, "x", False), header(view, "n5"))
    assert Wire("n5", "y", id, "x") in view.session.document.wires


def test_refused_wire_says_why_and_letting_go_repairs(canvas: Open) -> None:
    view, hand = canvas(without_flatten())
    said: list[str] = []
    view.status_message.connect(said.append)
    target = port(view, "n9", "x", False)
    hand.carry(port(view, "n7", "y", True), target)
    card = view.gesture._card  # type: ignore[union-attr]
    assert card.isVisible()
    assert card.title == "Maps do not fit a vector input"
    assert card.sentence.startswith("fc1 takes a vector")
    assert [(r.title, r.result) for r in card.repairs] == [("Insert Flatten", "256"), ("Insert GlobalAveragePool", "16")]
    assert said[-1].endswith("Let go: Insert Flatten")
    assert view.canvas.nodes["n9"].port_state(False, "x")[0] is PortState.REFUSES
    view.grab()
    hand.release(target)
    flattens = [n for n in view.session.document.nodes.values() if n.type == "Flatten"]
    assert len(flattens) == 1
    assert not view.session.checked.errors
    assert view.session.history.undo_title == "Insert Flatten"
    view.session.undo()
    assert not [n for n in view.session.document.nodes.values() if n.type == "Flatten"]


def test_the_arrow_key_chooses_another_repair(canvas: Open) -> None:
    view, hand = canvas(without_flatten())
    target = port(view, "n9", "x", False)
    hand.carry(port(view, "n7", "y", True), target)
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert not view.grab().isNull()
    hand.release(target)
    assert view.session.history.undo_title == "Insert GlobalAveragePool" and not view.session.checked.errors


def test_a_wire_to_maps_of_another_size_is_projected(canvas: Open) -> None:
    """The shortcut of a residual block whose main way halves the picture."""
    main = (conv(16, 3, padding="same"), conv(32, 3, padding="same", stride=(2, 2)))
    document = network(*main, "Add", "Flatten", dense(10))
    view, hand = canvas(document)
    first, add = id_of(document, "Conv2D"), id_of(document, "Add")
    target = port(view, add, "x", False)
    hand.carry(port(view, first, "y", True), target)
    card = view.gesture._card  # type: ignore[union-attr]
    assert [(r.title, r.layer, r.result) for r in card.repairs] == [
        ("Insert 1×1 Conv2D (32 filters, stride 2)", "Conv2D", "32×14×14")
    ]  # fmt: skip
    assert "its inputs are 32×14×14 and 16×28×28" in card.sentence and not view.grab().isNull()
    hand.release(target)
    assert not view.session.checked.problems and len(view.session.document.wires_into[add]) == 2
    view.session.undo()
    assert view.session.document is document


def test_pulling_away_from_a_refusal_or_escape_changes_nothing(canvas: Open) -> None:
    view, hand = canvas(without_flatten())
    before = view.session.document
    target = port(view, "n9", "x", False)
    hand.carry(port(view, "n7", "y", True), target)
    hand.move(EMPTY)
    assert not view.gesture._card.isVisible()  # type: ignore[union-attr]
    hand.move(target)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    hand.release(target)
    assert view.session.document is before


def test_a_loop_is_refused_and_nothing_happens(canvas: Open) -> None:
    view, hand = canvas(new("lenet"))
    before = view.session.document
    said: list[str] = []
    view.status_message.connect(said.append)
    hand.drag(port(view, "n4", "y", True), port(view, "n2", "x", False))
    assert view.session.document is before
    assert "loop" in said[-1]


def test_dragging_a_joined_input_detaches_it(canvas: Open) -> None:
    view, hand = canvas(new("lenet"))
    hand.drag(port(view, "n5", "x", False), EMPTY)
    assert Wire("n4", "y", "n5", "x") not in view.session.document.wires
    assert view.session.history.undo_title == "Disconnect"
    assert not view.search.isVisible()


def test_putting_a_detached_wire_back_is_no_change(canvas: Open) -> None:
    view, hand = canvas(new("lenet"))
    before = view.session.document
    start = port(view, "n5", "x", False)
    hand.carry(start, start + QPointF(-30, 60))
    hand.move(start)
    hand.release(start)
    assert view.session.document is before
    assert view.canvas.wires[Wire("n4", "y", "n5", "x")].isVisible()


def test_a_node_moved_onto_a_wire_is_inserted(canvas: Open) -> None:
    document, id = edits.add(new("lenet"), "ReLU", (600, 280))
    view, hand = canvas(document)
    start = view.canvas.nodes[id].scene_body().center()
    wire = Wire("n4", "y", "n5", "x")
    goal = view.canvas.wires[wire].middle
    hand.carry(start, goal)
    assert view.canvas.wires[wire].marked
    hand.release(goal)
    assert {Wire("n4", "y", id, "x"), Wire(id, "y", "n5", "x")} <= set(view.session.document.wires)
    assert wire not in view.session.document.wires


def test_a_checkpoint_does_not_disturb_the_hand_but_another_drawing_does(canvas: Open) -> None:
    view, hand = canvas(new("lenet"))
    start = header(view, "n2")
    view.session.begin_run("Train", view.session.document)
    hand.carry(start, start + QPointF(60, 60))
    view.session.take_checkpoint(lambda d: d.changed(weights={"n2/bias": frozen(np.ones(6, np.float32))}))
    assert view.gesture is not None
    hand.release(start + QPointF(60, 60))
    assert view.session.document.nodes["n2"].position[1] == 60
    hand.carry(header(view, "n2"), EMPTY)
    view.session.do("Delete", lambda d: edits.remove(d, ["n2"]))
    assert view.gesture is None
    hand.release(EMPTY)


def test_a_line_cuts_the_wires_it_crosses(canvas: Open) -> None:
    view, hand = canvas(new("lenet"))
    x = view.canvas.wires[Wire("n4", "y", "n5", "x")].middle.x()
    hand.drag(QPointF(x, -20), QPointF(x, 60), CTRL, Qt.MouseButton.RightButton)
    assert Wire("n4", "y", "n5", "x") not in view.session.document.wires
    assert len(view.session.document.wires) == len(new("lenet").wires) - 1


def test_click_selects_a_wire_and_delete_takes_it(canvas: Open) -> None:
    view, hand = canvas(new("lenet"))
    wire = Wire("n4", "y", "n5", "x")
    hand.click(view.canvas.wires[wire].middle)
    assert view.canvas.chosen_wires == {wire}
    view.delete_selection()
    assert wire not in view.session.document.wires


def test_middle_drag_pans_and_the_wheel_zooms_at_the_pointer(canvas: Open) -> None:
    view, hand = canvas(new("lenet"))
    under = view.mapToScene(QPoint(700, 400))
    middle = Qt.MouseButton.MiddleButton
    hand.press(view.mapToScene(QPoint(700, 400)), button=middle)
    for x, y in ((720, 410), (750, 420)):
        hand.move(view.mapToScene(QPoint(x, y)), held=middle)
    hand.release(view.mapToScene(QPoint(750, 420)), button=middle)
    moved = view.mapToScene(QPoint(750, 420)) - under
    assert abs(moved.x()) <= 1 and abs(moved.y()) <= 1
    at = QPointF(300, 200)
    before = view.mapToScene(at.toPoint())
    view.zoom_at(2.0, at)
    after = view.mapToScene(at.toPoint())
    assert abs(before.x() - after.x()) <= 1 and abs(before.y() - after.y()) <= 1


def test_right_click_asks_for_the_menu_and_right_drag_pans(canvas: Open) -> None:
    view, hand = canvas(new("lenet"))
    asked: list[object] = []
    view.menu_requested.connect(asked.append)
    hand.press(header(view, "n2"), button=Qt.MouseButton.RightButton)
    hand.release(header(view, "n2"), button=Qt.MouseButton.RightButton)
    assert len(asked) == 1 and view.session.selection == {"n2"}
    hand.drag(EMPTY, EMPTY + QPointF(40, 0), button=Qt.MouseButton.RightButton)
    assert len(asked) == 1


def drop(view: CanvasView, type: bytes, point: QPointF) -> bool:
    """A drag from the palette, let go at a point of the scene. Whether the canvas took it."""
    mime = QMimeData()
    mime.setData(MIME, type)
    at = view.mapFromScene(point)
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(at, copy, mime, left, none)
    QApplication.sendEvent(view.viewport(), enter)
    QApplication.sendEvent(view.viewport(), QDragMoveEvent(at, copy, mime, left, none))
    view.grab()
    QApplication.sendEvent(view.viewport(), QDropEvent(QPointF(at), copy, mime, left, none, QEvent.Type.Drop))
    return enter.isAccepted()


def test_a_layer_dropped_from_the_palette_stands_there(canvas: Open) -> None:
    view, _ = canvas(new("lenet"))
    assert drop(view, b"Dense", QPointF(500, 290))
    (id,) = view.session.selection
    node = view.session.document.nodes[id]
    assert (node.type, node.position) == ("Dense", (420, 280))


def test_a_layer_dropped_on_a_wire_is_inserted(canvas: Open) -> None:
    view, _ = canvas(new("lenet"))
    assert drop(view, b"Tanh", view.canvas.wires[Wire("n4", "y", "n5", "x")].middle)
    (id,) = view.session.selection
    assert Wire("n4", "y", id, "x") in view.session.document.wires
    assert view.session.history.undo_title == "Insert Tanh"


def test_a_layer_that_does_not_fit_the_wire_is_only_placed(canvas: Open) -> None:
    view, _ = canvas(new("lenet"))
    wire = Wire("n4", "y", "n5", "x")
    assert drop(view, b"Dense", view.canvas.wires[wire].middle)
    assert wire in view.session.document.wires
    assert len(view.session.selection) == 1


def test_a_foreign_drag_is_not_taken(canvas: Open) -> None:
    view, _ = canvas(new("lenet"))
    before = view.session.document
    assert not drop(view, b"\xff\xfe", QPointF(500, 290))
    assert not drop(view, b"NoSuchLayer", QPointF(500, 290))
    assert view.session.document is before
