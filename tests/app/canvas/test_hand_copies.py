"""Copies of layers together with comment frames and notes, by keys and by the mouse, into blocks and out of them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication

from nodes.document import Frame
from nodes.document_json import from_json, to_json
from nodes.frames import add_frame
from tests.app.canvas.conftest import Desk, header

ALT, SHIFT, CTRL = (
    Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier,
)  # fmt: skip
KEY = Qt.Key


@pytest.fixture
def note(desk: Desk) -> str:
    """A note above ReLU and pooling, which are selected with it."""
    document, id = add_frame(desk.document, "", (460.0, -120.0, 200.0, 60.0), "why two?", note=True)
    desk.session.do("Add note", lambda _: document)
    desk.hand.click(header(desk.view, "n4"))
    desk.hand.click(desk.view.canvas.nodes["n3"].scene_body().center(), SHIFT)
    desk.hand.click(desk.view.canvas.frames[id].rect().center(), SHIFT)
    assert desk.session.selection == {"n3", "n4"} and desk.view.canvas.chosen_frames == {id}
    return id


def notes(desk: Desk) -> list[Frame]:
    return [f for f in desk.document.frames if f.note]


def offset(desk: Desk, frame: Frame) -> tuple[float, float]:
    """Where a note stands, seen from the pooling that is selected with it."""
    x, y = next(desk.document.nodes[i].position for i in desk.session.selection if desk.document.nodes[i].type == "MaxPool2D")
    return frame.rect[0] - x, frame.rect[1] - y


@pytest.mark.parametrize("keys", ["copy", "duplicate"])
def test_a_note_that_is_selected_is_copied_with_its_layers(desk: Desk, note: str, keys: str) -> None:
    before, place = desk.document, offset(desk, notes(desk)[0])
    if keys == "copy":
        desk.key(KEY.Key_C, CTRL)
        desk.key(KEY.Key_V, CTRL)
    else:
        desk.key(KEY.Key_D, CTRL)
    old, new = notes(desk)
    assert new.text == old.text and offset(desk, new) == place and new.rect[1] > old.rect[1]
    assert desk.view.canvas.chosen_frames == {new.id} and len(desk.session.selection) == 2
    desk.key(KEY.Key_Z, CTRL)
    assert desk.document == before, "one undo"
    desk.key(KEY.Key_Y, CTRL)
    assert from_json(to_json(desk.document)).same_drawing(desk.document)


def test_alt_drag_takes_a_copy_of_the_note_along(desk: Desk, note: str) -> None:
    before, start = desk.document, header(desk.view, "n4")
    desk.hand.carry(start, start + QPointF(40, 400), ALT)
    assert desk.view.canvas.frames[note].rect().top() == -120, "only outlines move"
    desk.view.grab()
    desk.hand.release(start + QPointF(40, 400), ALT)
    old, new = notes(desk)
    moved = new.rect[0] - old.rect[0], new.rect[1] - old.rect[1]
    assert moved[1] == pytest.approx(400, abs=20)
    assert desk.document.nodes["n4"].position[1] == 0 and offset(desk, new) == (-112, -120)
    assert desk.view.canvas.chosen_frames == {new.id}
    desk.key(KEY.Key_Z, CTRL)
    assert desk.document == before


def test_alt_drag_on_a_frames_heading_copies_it_with_what_stands_inside(desk: Desk) -> None:
    before = desk.document
    inside = desk.view.canvas.inside(desk.view.canvas.frames["f16"].rect())
    at = desk.view.canvas.frames["f16"].heading().center()
    desk.hand.carry(at, at + QPointF(0, 900), ALT)
    desk.view.grab()
    desk.hand.release(at + QPointF(0, 900), ALT)
    assert [f.title for f in desk.document.frames].count(before.frames[0].title) == 2
    assert len(desk.document.nodes) == len(before.nodes) + len(inside) and desk.session.selection == set(
        list(desk.document.nodes)[-len(inside) :]
    )
    assert desk.document.frames[0].rect == before.frames[0].rect
    desk.key(KEY.Key_Z, CTRL)
    assert desk.document == before


def test_cutting_and_deleting_take_the_note_and_pasting_brings_it_back(desk: Desk, note: str) -> None:
    before = desk.document
    desk.key(KEY.Key_X, CTRL)
    assert not notes(desk) and not {"n3", "n4"} & desk.document.nodes.keys()
    desk.key(KEY.Key_V, CTRL)
    assert [(f.text, f.rect) for f in notes(desk)] == [("why two?", before.frames[-1].rect)]
    desk.key(KEY.Key_Delete)
    assert not notes(desk)
    for _ in range(3):
        desk.key(KEY.Key_Z, CTRL)
    assert desk.document == before


def test_a_frame_alone_is_copied_alone(desk: Desk) -> None:
    desk.hand.click(desk.view.canvas.frames["f16"].heading().center())
    desk.key(KEY.Key_C, CTRL)
    desk.key(KEY.Key_V, CTRL)
    assert len(desk.document.frames) == 3 and len(desk.document.nodes) == 15
    rects = [desk.view.canvas.frames[f.id].rect() for f in desk.document.frames]
    assert not any(rects[2].intersects(r) for r in rects[:2]), "it covers no other"


def test_notes_go_into_blocks_and_out_of_them(desk: Desk, note: str) -> None:
    before = desk.document
    desk.key(KEY.Key_G, CTRL)
    (block,) = desk.session.selection
    assert notes(desk)[0].parent == block, "a note that is selected goes into the block that is made"
    desk.key(KEY.Key_D, CTRL)
    twin = next(iter(desk.session.selection))
    assert [f.parent for f in notes(desk)] == [block, twin], "a copy of a block has a note of its own"
    desk.key(KEY.Key_Delete)
    assert [f.parent for f in notes(desk)] == [block], "what stood in a block goes with it"
    desk.session.select([block])
    desk.key(KEY.Key_Return)
    desk.hand.click(desk.view.canvas.frames[note].rect().center())
    desk.key(KEY.Key_C, CTRL)
    desk.key(KEY.Key_Escape)
    desk.key(KEY.Key_Escape)
    assert desk.session.level == ""
    desk.key(KEY.Key_V, CTRL)
    assert [f.parent for f in notes(desk)] == [block, ""]
    desk.key(KEY.Key_Delete)
    desk.session.select([block])
    desk.key(KEY.Key_G, CTRL | SHIFT)
    assert [(f.text, f.parent) for f in notes(desk)] == [("why two?", "")], "dissolving brings it out"
    while desk.document != before:
        assert desk.session.history.undo_title
        desk.key(KEY.Key_Z, CTRL)


def test_a_block_pasted_into_itself_stands_inside_it(desk: Desk) -> None:
    desk.session.select(["n3", "n4"])
    desk.key(KEY.Key_G, CTRL)
    (block,) = desk.session.selection
    desk.key(KEY.Key_C, CTRL)
    desk.key(KEY.Key_Return)
    desk.key(KEY.Key_V, CTRL)
    (inner,) = desk.session.selection
    assert desk.document.nodes[inner].parent == block and desk.document.chain(inner) == [block]
    from_json(to_json(desk.document))


def test_a_damaged_frame_on_the_clipboard_is_refused(desk: Desk, note: str) -> None:
    desk.key(KEY.Key_C, CTRL)
    text, before = QGuiApplication.clipboard().text(), desk.document
    for bad in (text.replace("460.0", "NaN"), text.replace("why two?", "x" * 9000)):
        QGuiApplication.clipboard().setText(bad)
        desk.key(KEY.Key_V, CTRL)
    assert [len(f.text) for f in notes(desk)] == [8, 4000], "the first is refused, the second cut to its length"
    assert desk.document != before
