"""Things brought into line under the hand, in the whole window: guides, straighten, align, copies, frames, notes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit

from app.canvas.guides import Box, Guides
from nodes import edits
from nodes.document import Document, Wire
from nodes.frames import add_frame
from tests.app.canvas.conftest import Desk, header

ALT, SHIFT, CTRL = (
    Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier,
)  # fmt: skip
KEY = Qt.Key


def place(desk: Desk, id: str) -> tuple[float, float]:
    return desk.document.nodes[id].position


# -- guides ------------------------------------------------------------------------------------------------------------
def test_edges_middles_and_gaps_are_guides() -> None:
    guides = Guides([Box(0, 0, 100, 50), Box(150, 0, 250, 50)])
    left = guides.snap(Box(3, 200, 63, 280), 6)
    assert (left.dx, left.dy) == (-3, None)
    assert guides.snap(Box(22, 200, 82, 280), 6).dx == -2, "middles"
    assert guides.snap(Box(304, 4, 404, 54), 6) == guides.snap(Box(304, 4, 404, 54), 5), "the gap of 50 again"
    assert guides.snap(Box(304, 4, 404, 54), 6).dx == -4 and guides.snap(Box(304, 4, 404, 54), 6).dy == -4
    assert guides.snap(Box(400, 400, 500, 450), 6).dx is None
    gaps = [m for m in guides.marks(Box(300, 0, 400, 50)) if m.gap]
    assert [(m.a, m.b) for m in gaps] == [((100, 25), (150, 25)), ((250, 25), (300, 25))]
    assert Guides([]).snap(Box(0, 0, 1, 1), 6).dx is None


def test_a_node_between_two_finds_the_middle() -> None:
    guides = Guides([Box(0, 0, 100, 50), Box(300, 0, 400, 50)])
    assert guides.snap(Box(153, 7, 253, 57), 6).dx == -3


def test_a_dragged_node_comes_into_line_and_says_with_what(desk: Desk) -> None:
    desk.hand.drag(header(desk.view, "n3") - QPointF(44, 0), header(desk.view, "n3") + QPointF(-44, 160))
    start = desk.view.canvas.nodes["n3"].scene_body().center()
    goal = QPointF(desk.view.canvas.nodes["n4"].scene_body().center().x() + 4, start.y())
    desk.hand.carry(start, goal)
    body = desk.view.canvas.nodes["n3"].scene_body()
    assert body.center().x() == desk.view.canvas.nodes["n4"].scene_body().center().x()
    marks = desk.view.gesture._marks
    assert any(m.a[0] == m.b[0] == body.center().x() for m in marks)
    desk.view.grab()
    desk.hand.move(goal, ALT)
    free = desk.view.canvas.nodes["n3"].scene_body().center()
    assert (free - goal).manhattanLength() < 2 and free.x() != body.center().x(), "Alt frees it"
    assert not desk.view.gesture._marks
    desk.hand.release(goal, ALT)


def test_port_lines_come_into_line(desk: Desk) -> None:
    desk.session.do("Move", lambda d: edits.move(d, {"n4": (572.0, 95.0)}))
    start = header(desk.view, "n4")
    desk.hand.drag(start, start + QPointF(0, -91))
    assert place(desk, "n4")[1] == 0


# -- straighten and align ----------------------------------------------------------------------------------------------
def test_q_brings_port_lines_into_line_along_their_wires(desk: Desk) -> None:
    desk.session.do("Move", lambda d: edits.move(d, {"n2": (232.0, 40.0), "n3": (464.0, 65.0), "n4": (572.0, 13.0)}))
    desk.hand.double_click(desk.view.canvas.wires[Wire("n2", "y", "n3", "x")].middle)
    desk.session.select(["n2", "n3", "n4"])
    desk.key(KEY.Key_Q)
    assert [place(desk, i)[1] for i in ("n2", "n3", "n4")] == [40, 40, 40]
    assert not desk.document.bends
    assert desk.session.history.undo_title == "Straighten"
    desk.hand.click(header(desk.view, "n4"))
    desk.session.do("Move", lambda d: edits.move(d, {"n4": (572.0, 13.0)}))
    desk.key(KEY.Key_Q)
    assert place(desk, "n4")[1] == 40, "one alone goes to what feeds it"
    desk.key(KEY.Key_Q)
    assert desk.said[-1].startswith("These wires are level already")


def test_q_never_puts_one_layer_on_another(desk: Desk) -> None:
    document, id = edits.add(desk.document, "ReLU", (470.0, 120.0))
    desk.session.do("Add", lambda d: edits.connect(document, Wire("n2", "y", id, "x")))
    desk.session.select(["n2", "n3", id])
    desk.key(KEY.Key_Q)
    assert place(desk, id) == (470, 120)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (KEY.Key_Left, {"n2": (232, 0), "n4": (232, 50), "n3": (232, 9)}),
        (KEY.Key_Right, {"n2": (572, 0), "n4": (572, 50), "n3": (696, 9)}),
        (KEY.Key_Up, {"n2": (232, 0), "n4": (572, 0), "n3": (464, 0)}),
    ],
)
def test_shift_and_arrows_align(desk: Desk, key: Qt.Key, expected: dict[str, tuple[float, float]]) -> None:
    desk.session.do("Move", lambda d: edits.move(d, {"n4": (572.0, 50.0), "n3": (464.0, 9.0)}))
    desk.session.select(expected)
    desk.key(key, SHIFT)
    assert {i: place(desk, i) for i in expected} == expected
    desk.key(KEY.Key_Z, CTRL)
    assert place(desk, "n4") == (572, 50)


def test_bottoms_align_and_one_alone_is_told(desk: Desk) -> None:
    desk.session.select(["n3"])
    desk.key(KEY.Key_Down, SHIFT)
    assert desk.said[-1] == "Select two or more layers to bring them into line."
    desk.session.select(["n2", "n3"])
    desk.key(KEY.Key_Down, SHIFT)
    items = desk.view.canvas.nodes
    assert items["n2"].scene_body().bottom() == items["n3"].scene_body().bottom()
    assert desk.session.history.undo_title == "Align bottom"


# -- copies ------------------------------------------------------------------------------------------------------------
def test_copy_paste_cut_and_duplicate_by_their_keys(desk: Desk) -> None:
    desk.hand.click(header(desk.view, "n4"))
    count = len(desk.document.nodes)
    desk.key(KEY.Key_C, CTRL)
    desk.key(KEY.Key_V, CTRL)
    (id,) = desk.session.selection
    assert not desk.document.wires_into[id]
    desk.key(KEY.Key_V, CTRL | SHIFT)
    (id,) = desk.session.selection
    assert [w.source for w in desk.document.wires_into[id]] == ["n3"], "with its incoming wires"
    for key, keys in ((KEY.Key_D, CTRL), (KEY.Key_D, SHIFT)):
        desk.key(key, keys)
        assert desk.session.history.undo_title == "Duplicate"
    assert len(desk.document.nodes) == count + 4
    desk.key(KEY.Key_X, CTRL)
    assert len(desk.document.nodes) == count + 3


def test_alt_drag_leaves_the_originals_and_takes_copies(desk: Desk) -> None:
    desk.session.select(["n2", "n3"])
    start = header(desk.view, "n2")
    desk.hand.carry(start, start + QPointF(0, 400), ALT)
    assert desk.view.canvas.nodes["n2"].pos() == QPointF(232, 0)
    desk.view.grab()
    desk.hand.release(start + QPointF(0, 400), ALT)
    made = sorted(desk.session.selection)
    assert len(made) == 2 and not {"n2", "n3"} & set(made)
    assert place(desk, made[0])[1] - place(desk, "n2")[1] == place(desk, made[1])[1] - place(desk, "n3")[1] > 300
    assert desk.session.history.undo_title == "Duplicate"
    desk.key(KEY.Key_Z, CTRL)
    assert set(desk.document.nodes) == {f"n{i}" for i in range(1, 16)}


# -- frames ------------------------------------------------------------------------------------------------------------
def framed(desk: Desk) -> str:
    desk.session.select(["n9", "n10"])
    desk.key(KEY.Key_C)
    return desk.document.frames[-1].id


def test_c_frames_the_selection_and_its_title_is_typed_at_once(desk: Desk) -> None:
    id = framed(desk)
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit) and field.selectedText() == "Comment"
    desk.type("Bottleneck")
    desk.key(KEY.Key_Tab)
    desk.type("squeezes")
    desk.key(KEY.Key_Return)
    frame = desk.document.frames[-1]
    assert (frame.title, frame.text) == ("Bottleneck", "squeezes")
    rect = desk.view.canvas.frames[id].rect()
    bodies = desk.view.canvas.nodes
    assert rect.contains(bodies["n9"].scene_body()) and not rect.intersects(bodies["n11"].scene_body())
    assert desk.view.canvas.frames["f17"].rect().contains(rect), "the frame that holds more has made room"
    desk.key(KEY.Key_Z, CTRL)
    assert len(desk.document.frames) == 2, "making and naming are one entry"
    assert desk.view.hasFocus()


def test_title_and_text_are_edited_where_they_stand(desk: Desk) -> None:
    heading = desk.view.canvas.frames["f16"].heading().center()
    desk.hand.double_click(heading)
    desk.type("Eyes")
    desk.key(KEY.Key_Return)
    assert desk.document.frames[0].title == "Eyes"
    desk.hand.click(heading)
    desk.key(KEY.Key_F2)
    desk.type("Nothing")
    desk.key(KEY.Key_Escape)
    assert desk.document.frames[0].title == "Eyes"
    desk.key(KEY.Key_F2)
    desk.type("Away")
    desk.hand.click(QPointF(300, 240))
    assert desk.document.frames[0].title == "Away", "going elsewhere writes"
    desk.hand.double_click(heading)
    desk.type("Seen from afar")
    desk.key(KEY.Key_Minus, CTRL)
    desk.view.zoom_by(0.8)
    assert desk.document.frames[0].title == "Seen from afar" and desk.view.hasFocus()


def test_a_moved_frame_takes_along_what_is_inside(desk: Desk) -> None:
    desk.hand.double_click(desk.view.canvas.wires[Wire("n4", "y", "n5", "x")].middle)
    at = desk.view.canvas.frames["f16"].heading().center()
    desk.hand.carry(at, at + QPointF(40, -80))
    assert desk.view.canvas.nodes["n2"].pos() == QPointF(276, -84)
    assert desk.document.nodes["n2"].position == (232, 0)
    desk.hand.release(at + QPointF(40, -80))
    assert place(desk, "n2") == (276, -84) and place(desk, "n9") == (108, 324)
    assert desk.document.frames[0].rect[:2] == (20, -120)
    bend = desk.document.bends[Wire("n4", "y", "n5", "x")][0]
    assert bend[1] == pytest.approx(14 - 84, abs=1)
    desk.key(KEY.Key_Z, CTRL)
    assert place(desk, "n2") == (232, 0) and desk.document.frames[0].rect[:2] == (-24, -36)


def test_a_frame_is_resized_by_its_edges(desk: Desk) -> None:
    rect = desk.view.canvas.frames["f16"].rect()
    edge = QPointF(rect.right(), rect.center().y())
    desk.hover(edge)
    assert desk.view.viewport().cursor().shape() == Qt.CursorShape.SizeHorCursor
    desk.hand.drag(edge, edge + QPointF(52, 200))
    assert desk.document.frames[0].rect == (-24, -36, 1404, 288)
    corner = desk.view.canvas.frames["f16"].rect().topLeft()
    desk.hand.carry(corner, corner + QPointF(2000, 2000))
    desk.key(KEY.Key_Escape)
    desk.hand.release(corner)
    assert desk.view.canvas.frames["f16"].rect().topLeft() == corner
    desk.hand.drag(corner, corner + QPointF(3000, 3000))
    assert desk.document.frames[0].rect[2:] == (80, 40), "never too small to be taken again"
    assert desk.session.history.undo_title == "Resize frame"


def test_delete_takes_the_frame_and_leaves_what_is_inside(desk: Desk) -> None:
    desk.hand.click(desk.view.canvas.frames["f16"].heading().center())
    assert desk.view.canvas.chosen_frames == {"f16"} and not desk.session.selection
    assert desk.window.actions_by_id["rename"].isEnabled()
    desk.key(KEY.Key_Delete)
    assert [f.id for f in desk.document.frames] == ["f17"] and len(desk.document.nodes) == 15
    desk.key(KEY.Key_A, CTRL)
    assert desk.view.canvas.chosen_frames == {"f17"}
    desk.key(KEY.Key_Delete)
    assert not desk.document.frames and not desk.document.nodes


def test_a_box_around_a_frame_selects_it(desk: Desk) -> None:
    desk.hand.drag(QPointF(-40, -45), QPointF(1350, 260))
    assert desk.view.canvas.chosen_frames == {"f16"} and "n2" in desk.session.selection


# -- notes -------------------------------------------------------------------------------------------------------------
def test_n_puts_a_note_down_and_it_is_written_moved_and_deleted(desk: Desk) -> None:
    desk.key(KEY.Key_N)
    assert isinstance(QApplication.focusWidget(), QPlainTextEdit)
    desk.type("Why")
    desk.key(KEY.Key_Return)
    desk.type("two rows?")
    desk.key(KEY.Key_Return, CTRL)
    note = desk.document.frames[-1]
    assert note.note and note.text == "Why\ntwo rows?"
    desk.view.grab()
    desk.session.do("Move", lambda d: edits.move(d, {i: (x, y + 900) for i, (x, y) in
                                                     ((n.id, n.position) for n in d.nodes.values())}))  # fmt: skip
    at = desk.view.canvas.frames[note.id].rect().center()
    desk.hand.drag(at, at + QPointF(100, 60))
    assert desk.document.frames[-1].rect[:2] == (note.rect[0] + 100, note.rect[1] + 60)
    desk.hand.double_click(desk.view.canvas.frames[note.id].rect().center())
    QApplication.focusWidget().selectAll()
    desk.key(KEY.Key_Backspace)
    desk.key(KEY.Key_Return, CTRL)
    assert len(desk.document.frames) == 2, "a note without a word is no note"


def test_a_note_grows_with_its_text(desk: Desk) -> None:
    long, id = add_frame(Document(), "", (0.0, 0.0, 160.0, 40.0), "word " * 60, note=True)
    desk.window.show_document(long, None)
    assert desk.view.canvas.frames[id].rect().height() > 150
    for zoom in (0.2, 0.5, 1.0):
        desk.view.zoom_by(zoom / desk.view.zoom)
        desk.view.grab()


def test_frames_in_a_block_stay_in_it(desk: Desk) -> None:
    desk.session.select(["n9", "n10", "n11"])
    desk.key(KEY.Key_G, CTRL)
    (block,) = desk.session.selection
    desk.session.enter(block)
    desk.session.select(["n9", "n10"])
    desk.key(KEY.Key_C)
    desk.key(KEY.Key_Return)
    made = desk.document.frames[-1]
    assert made.parent == block and set(desk.view.canvas.frames) == {made.id}
    desk.session.leave()
    assert made.id not in desk.view.canvas.frames and "f16" in desk.view.canvas.frames


def test_tidy_keeps_the_bends_that_still_fit_and_leaves_notes_alone(desk: Desk) -> None:
    desk.session.do("Note", lambda d: add_frame(d, "", (240.0, 60.0, 160.0, 40.0), "note", note=True)[0])
    rect = desk.document.frames[-1].rect
    wires = [Wire("n4", "y", "n5", "x"), Wire("n9", "y", "n10", "x")]
    for wire in wires:
        desk.hand.double_click(desk.view.canvas.wires[wire].middle)
    desk.session.do("Move", lambda d: edits.move(d, {"n9": (108.0, 700.0)}))
    desk.key(KEY.Key_L, CTRL)
    assert desk.session.history.undo_title == "Tidy"
    positions = desk.document.nodes
    assert wires[1] not in desk.document.bends
    assert desk.document.frames[-1].rect == rect
    same = positions["n4"].position[0] + 232 == positions["n5"].position[0]
    assert (wires[0] in desk.document.bends) == same


# -- delete ------------------------------------------------------------------------------------------------------------
def test_delete_backspace_and_ctrl_delete(desk: Desk) -> None:
    for key in (KEY.Key_Delete, KEY.Key_Backspace):
        desk.hand.click(header(desk.view, "n4"))
        desk.key(key)
        assert "n4" not in desk.document.nodes and not desk.document.wires_into["n5"]
        desk.key(KEY.Key_Z, CTRL)
    desk.hand.click(desk.view.canvas.nodes["n3"].scene_body().center())
    desk.key(KEY.Key_Delete, CTRL)
    assert "n3" not in desk.document.nodes and Wire("n2", "y", "n4", "x") in desk.document.wires
