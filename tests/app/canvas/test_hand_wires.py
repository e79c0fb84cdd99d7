"""Wires under the hand, in the whole window: bends, all wires of an output, cutting, clearing, pulling out, swapping."""

from __future__ import annotations

import onnx
from PySide6.QtCore import QPointF, Qt

from app.canvas.gestures import CutWires
from nodes import edits
from nodes.document import Wire
from nodes.files import load, save
from tests.app.canvas.conftest import Desk, header, port

ALT, SHIFT, CTRL = (
    Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier,
)  # fmt: skip
RIGHT = Qt.MouseButton.RightButton
CONV_POOL = Wire("n4", "y", "n5", "x")


def bend_of(desk: Desk, wire: Wire = CONV_POOL) -> QPointF:
    return desk.view.canvas.wires[wire].bends[0]


# -- bends -------------------------------------------------------------------------------------------------------------
def test_a_double_click_bends_a_wire_and_the_second_press_holds_the_bend(desk: Desk) -> None:
    start = desk.view.canvas.wires[CONV_POOL].middle
    desk.hand.double_press(start)
    goal = start + QPointF(0, 86)
    desk.hand.move(goal)
    desk.hand.release(goal)
    assert QPointF(*desk.document.bends[CONV_POOL][0]) == bend_of(desk)
    assert (bend_of(desk) - goal).manhattanLength() < 20
    assert desk.view.canvas.wires[CONV_POOL].shape().contains(bend_of(desk)), "the wire passes through it"
    assert desk.view.canvas.wire_at(start) is None
    assert not desk.view.search.isVisible()
    desk.key(Qt.Key.Key_Z, CTRL)
    desk.key(Qt.Key.Key_Z, CTRL)
    assert not desk.document.bends
    desk.key(Qt.Key.Key_Y, CTRL)
    assert desk.document.bends


def test_a_bend_is_selected_moved_and_deleted_and_the_wire_stays(desk: Desk) -> None:
    desk.hand.double_click(desk.view.canvas.wires[CONV_POOL].middle)
    desk.hand.click(QPointF(300, 240))
    assert not desk.view.canvas.chosen_bends
    at = bend_of(desk)
    desk.hand.drag(at, at + QPointF(0, 60), ALT)
    assert desk.view.canvas.chosen_bends == {(CONV_POOL, 0)}
    assert (bend_of(desk) - at - QPointF(0, 60)).manhattanLength() < 2
    desk.key(Qt.Key.Key_Delete)
    assert CONV_POOL in desk.document.wires and not desk.document.bends
    assert desk.session.history.undo_title == "Straighten wire"


def test_escape_brings_a_bend_back(desk: Desk) -> None:
    desk.hand.double_click(desk.view.canvas.wires[CONV_POOL].middle)
    at, before = bend_of(desk), desk.document
    desk.hand.carry(at, at + QPointF(0, 60))
    assert bend_of(desk) != at
    desk.key(Qt.Key.Key_Escape)
    desk.hand.release(at)
    assert bend_of(desk) == at and desk.document is before


def test_bends_go_with_their_two_ends(desk: Desk) -> None:
    desk.hand.double_click(desk.view.canvas.wires[CONV_POOL].middle)
    at = bend_of(desk)
    desk.session.select(["n4", "n5"])
    start = header(desk.view, "n4")
    desk.hand.carry(start, start + QPointF(0, 300))
    away = desk.view.canvas.nodes["n4"].pos() - QPointF(572, 0)
    assert away.y() > 250 and bend_of(desk) == at + away, "while they are in the hand"
    desk.hand.release(start + QPointF(0, 300))
    assert QPointF(*desk.document.bends[CONV_POOL][0]) == at + away


def test_bends_are_saved_and_never_become_operators(desk: Desk, tmp_path) -> None:
    save(desk.document, tmp_path / "plain.onnx")
    desk.hand.double_click(desk.view.canvas.wires[CONV_POOL].middle)
    save(desk.document, tmp_path / "bent.onnx")
    plain, bent = (onnx.load(tmp_path / f"{n}.onnx") for n in ("plain", "bent"))
    assert [n.op_type for n in plain.graph.node] == [n.op_type for n in bent.graph.node]
    assert load(tmp_path / "bent.onnx").bends == desk.document.bends


def test_a_wire_that_turns_leaves_its_node_alone_when_it_is_bent(desk: Desk) -> None:
    wire = Wire("n7", "y", "n8", "x")
    desk.hand.double_click(desk.view.canvas.wires[wire].middle)
    path = desk.view.canvas.wires[wire]._route.path
    for id in ("n7", "n8"):
        inner = desk.view.canvas.nodes[id].scene_body().adjusted(3, 3, -3, -3)
        assert not any(inner.contains(path.pointAtPercent(s / 200)) for s in range(201)), id


# -- all wires of an output --------------------------------------------------------------------------------------------
def two_fed(desk: Desk) -> list[Wire]:
    """conv1 feeds its ReLU and another one."""
    desk.session.do("Add", lambda d: edits.add(d, "ReLU", (464.0, 160.0))[0])
    id = list(desk.document.nodes)[-1]
    desk.session.do("Connect", lambda d: edits.connect(d, Wire("n2", "y", id, "x")))
    return [Wire("n2", "y", "n3", "x"), Wire("n2", "y", id, "x")]


def test_ctrl_drag_moves_all_wires_of_an_output_to_another(desk: Desk) -> None:
    wires = two_fed(desk)
    desk.hand.carry(port(desk.view, "n2", "y", True), port(desk.view, "n1", "sample", True), CTRL)
    assert desk.said[-1] == "✓ Digits feeds all 2 wires: 1×28×28"
    assert not any(desk.view.canvas.wires[w].isVisible() for w in wires)
    desk.view.grab()
    desk.hand.release(port(desk.view, "n1", "sample", True), CTRL)
    assert {Wire("n1", "sample", w.target, "x") for w in wires} <= set(desk.document.wires)
    assert not set(wires) & set(desk.document.wires)
    assert desk.session.history.undo_title == "Move wires"


def test_all_wires_that_do_not_fit_say_why_and_stay(desk: Desk) -> None:
    wires, before = two_fed(desk), desk.document
    desk.hand.drag(port(desk.view, "n2", "y", True), port(desk.view, "n5", "y", True), CTRL)
    assert desk.document is before
    assert desk.said[-1].startswith("✗ ") and "loop" in desk.said[-1]
    assert all(desk.view.canvas.wires[w].isVisible() for w in wires)


def test_all_wires_dropped_on_the_ground_are_taken_away_and_escape_keeps_them(desk: Desk) -> None:
    wires = two_fed(desk)
    start, ground = port(desk.view, "n2", "y", True), QPointF(420, 225)
    desk.hand.carry(start, ground, CTRL)
    desk.key(Qt.Key.Key_Escape)
    desk.hand.release(ground, CTRL)
    assert set(wires) <= set(desk.document.wires)
    desk.hand.drag(start, ground, CTRL)
    assert not set(wires) & set(desk.document.wires)


# -- cutting and clearing ----------------------------------------------------------------------------------------------
def test_wires_are_cut_by_ctrl_and_the_right_button_and_by_alt_and_shift(desk: Desk) -> None:
    x = desk.view.canvas.wires[CONV_POOL].middle.x()
    for keys, button in ((CTRL, RIGHT), (ALT | SHIFT, Qt.MouseButton.LeftButton)):
        desk.hand.carry(QPointF(x, -20), QPointF(x, 60), keys, button)
        assert isinstance(desk.view.gesture, CutWires)
        desk.view.grab()
        desk.hand.release(QPointF(x, 60), keys, button)
        assert CONV_POOL not in desk.document.wires
        assert desk.session.history.undo_title == "Cut wires"
        desk.key(Qt.Key.Key_Z, CTRL)


def test_alt_click_clears_a_port(desk: Desk) -> None:
    desk.hand.click(port(desk.view, "n5", "x", False), ALT)
    assert CONV_POOL not in desk.document.wires
    desk.hand.click(port(desk.view, "n2", "y", True), ALT)
    assert not desk.document.wires_out_of["n2"]
    assert desk.session.history.undo_title == "Clear port"


def test_a_wire_dropped_on_the_ground_offers_what_takes_it_and_joins_it(desk: Desk) -> None:
    desk.hand.drag(port(desk.view, "n2", "y", True), QPointF(420, 225))
    assert desk.view.search.isVisible()
    assert desk.view.search.field.placeholderText() == "Search layers that take 6×24×24"
    desk.type("maxpool")
    desk.key(Qt.Key.Key_Return)
    (id,) = desk.session.selection
    assert desk.document.nodes[id].type == "MaxPool2D"
    assert Wire("n2", "y", id, "x") in desk.document.wires


# -- insert, extract, swap, bypass -------------------------------------------------------------------------------------
def test_alt_and_shift_pull_a_node_out_of_its_wires(desk: Desk) -> None:
    start, goal = desk.view.canvas.nodes["n3"].scene_body().center(), QPointF(480, 225)
    desk.hand.carry(start, goal, ALT | SHIFT)
    assert not desk.view.canvas.wires[Wire("n2", "y", "n3", "x")].isVisible()
    desk.hand.release(goal, ALT | SHIFT)
    assert not desk.document.wires_into["n3"] and not desk.document.wires_out_of["n3"]
    assert Wire("n2", "y", "n4", "x") in desk.document.wires
    assert desk.document.nodes["n3"].position[1] > 150
    assert desk.session.history.undo_title == "Pull out"
    back = desk.view.canvas.nodes["n3"].scene_body().center()
    desk.hand.drag(back, desk.view.canvas.wires[Wire("n2", "y", "n4", "x")].middle)
    assert {Wire("n2", "y", "n3", "x"), Wire("n3", "y", "n4", "x")} <= set(desk.document.wires), "and dropped in again"


def test_escape_while_pulling_out_changes_nothing(desk: Desk) -> None:
    before = desk.document
    start = desk.view.canvas.nodes["n3"].scene_body().center()
    desk.hand.carry(start, QPointF(480, 225), ALT | SHIFT)
    desk.key(Qt.Key.Key_Escape)
    desk.hand.release(QPointF(480, 225), ALT | SHIFT)
    assert desk.document is before
    assert desk.view.canvas.wires[Wire("n2", "y", "n3", "x")].isVisible()


def test_shift_s_swaps_the_type_and_keeps_the_wires(desk: Desk) -> None:
    desk.hand.click(header(desk.view, "n4"))
    before = set(desk.document.wires)
    desk.key(Qt.Key.Key_S, SHIFT)
    offered = desk.view.search.list
    names = [offered.item(i).text() for i in range(offered.count())]
    assert names[0] == "AveragePool2D" and not {"Dataset", "Input", "LSTM", "MaxPool2D"} & set(names)
    desk.key(Qt.Key.Key_Return)
    assert desk.document.nodes["n4"].type == "AveragePool2D"
    assert set(desk.document.wires) == before and desk.session.selection == {"n4"}
    assert desk.session.history.undo_title == "Swap for AveragePool2D"
    desk.key(Qt.Key.Key_Z, CTRL)
    assert desk.document.nodes["n4"].type == "MaxPool2D"


def test_m_bypasses(desk: Desk) -> None:
    desk.hand.click(header(desk.view, "n4"))
    desk.key(Qt.Key.Key_M)
    assert desk.document.nodes["n4"].bypassed and desk.view.canvas.nodes["n4"].look.bypassed


# -- no wire under a node ----------------------------------------------------------------------------------------------
def under(desk: Desk, wire: Wire) -> list[str]:
    path = desk.view.canvas.wires[wire]._route.path
    points = [path.pointAtPercent(s / 400) for s in range(401)]
    bodies = {i: n.scene_body() for i, n in desk.view.canvas.nodes.items() if i not in (wire.source, wire.target)}
    return [i for i, body in bodies.items() if any(body.contains(p) for p in points)]


def test_a_wire_that_skips_layers_runs_over_them(desk: Desk) -> None:
    def edit(document):
        document, id = edits.add(document, "Add", (804.0, 0.0))
        document = edits.move(document, {i: (x + 400, y) for i in ("n5", "n6", "n7")
                                         for x, y in (document.nodes[i].position,)})  # fmt: skip
        wires = (Wire("n2", "y", id, "x"), Wire("n4", "y", id, "x"))
        return document.changed(wires=(*document.wires, *wires))

    desk.session.do("Skip", edit)
    skip = next(w for w in desk.document.wires if w.source == "n2" and w.target != "n3")
    assert not under(desk, skip)
    desk.view.grab()
    for wire in desk.document.wires:
        assert not under(desk, wire) or desk.view.canvas.wires[wire].folded, wire
    start = header(desk.view, "n4")
    desk.hand.drag(start, start + QPointF(0, 160))
    assert not under(desk, skip)
