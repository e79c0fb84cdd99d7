"""Frames, notes and bends without a mouse: heard, walked to, moved, written, deleted."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit

from app.canvas import accessible
from nodes.bends import bend
from nodes.document import Document, Wire
from nodes.example import new
from nodes.frames import add_frame
from tests.app.conftest import Heard

Text, Role, Key, CTRL = QAccessible.Text, QAccessible.Role, Qt.Key, Qt.KeyboardModifier.ControlModifier
WIRE = Wire("n2", "y", "n3", "x")


@pytest.fixture(scope="session", autouse=True)
def installed() -> None:
    accessible.install()


@pytest.fixture
def window(make_window):
    """LeNet with its two frames, a note, and a wire with two bends."""
    document, _ = add_frame(new("lenet"), "", (400.0, -140.0, 220.0, 60.0), "why two?", note=True)
    document, _ = bend(document, WIRE, (420.0, 40.0))
    document, _ = bend(document, WIRE, (440.0, 60.0))
    window = make_window(document)
    window.canvas.setFocus()
    return window


def press(*keys, held=Qt.KeyboardModifier.NoModifier) -> None:
    for key in keys:
        QTest.keyClick(QApplication.focusWidget(), key, held)


def note(document: Document):
    return next(f for f in document.frames if f.note)


def test_they_stand_in_the_list_with_name_role_and_words(window):
    canvas = QAccessible.queryAccessibleInterface(window.canvas)
    count = len(window.session.document.nodes)
    marks = [canvas.child(i) for i in range(count, count + 5)]
    assert [(m.role(), m.text(Text.Name)) for m in marks] == [
        (Role.Grouping, "Comment frame Feature extractor"), (Role.Grouping, "Comment frame Classifier"), (Role.Note, "Note"),
        (Role.ListItem, "Bend 1 of 2"), (Role.ListItem, "Bend 2 of 2"),
    ]  # fmt: skip
    assert "7 layers: Digits, conv1, relu1 …" in marks[0].text(Text.Description)
    assert marks[2].text(Text.Description) == "why two?"
    assert marks[3].text(Text.Description) == "wire from conv1 to relu1"
    assert [canvas.indexOfChild(m) for m in marks] == list(range(count, count + 5))
    for mark in marks:
        middle = mark.rect().center()
        assert canvas.childAt(middle.x(), middle.y()) is mark and not mark.state().selected
    press(Key.Key_J, Key.Key_J, Key.Key_J)
    assert marks[2].state().selected and marks[2].state().focused and canvas.focusChild() is marks[2]
    held = QAccessible.uniqueId(marks[2])
    press(Key.Key_Delete)
    assert QAccessible.accessibleInterface(held) is None and not [f for f in window.session.document.frames if f.note]


def test_j_walks_them_and_each_is_said(window):
    heard = Heard(window.announcer.said)
    press(Key.Key_J, Key.Key_J, Key.Key_J, Key.Key_J)
    assert [h for h in heard.all if h != "Nothing selected"][-2:] == ["Note, why two?", "Bend 1 of 2, wire from conv1 to relu1"]
    assert window.canvas.canvas.chosen_bends == {(WIRE, 0)} and not window.canvas.canvas.chosen_frames
    press(Key.Key_Right)
    assert window.session.selection == {"n3"} and not window.canvas.canvas.any_chosen, "on along the wire"
    press(Key.Key_J)
    assert window.canvas.canvas.chosen_frames == {"f16"} and not window.session.selection
    press(Key.Key_Right)
    assert window.session.selection == {"n1"}, "into the frame"
    press(Key.Key_J)
    QTest.keyClick(window.canvas, Key.Key_J, Qt.KeyboardModifier.ShiftModifier)
    assert window.canvas.canvas.chosen_bends == {(WIRE, 1)}, "back, and around"
    assert window.canvas.accessibleDescription() == "Bend 2 of 2, wire from conv1 to relu1"


def test_where_there_is_none_it_says_how_to_make_one(make_window):
    window = make_window(new("mlp").changed(frames=()))
    heard = Heard(window.announcer.said)
    window.canvas.setFocus()
    press(Key.Key_J)
    assert heard.all[-1].startswith("There is no frame, note or bend here")
    press(Key.Key_Left, held=CTRL)
    assert heard.all[-1].startswith("Select what is to be moved first")


def test_ctrl_and_arrows_move_what_is_selected(window):
    before = window.session.document
    press(Key.Key_J)
    press(Key.Key_Down, Key.Key_Down, Key.Key_Right, held=CTRL)
    (x, y, *_), moved = before.frames[0].rect, window.session.document
    assert moved.frames[0].rect[:2] == (x + 20, y + 40)
    assert moved.nodes["n2"].position == (232 + 20, 40), "what stands inside goes along"
    assert moved.nodes["n9"] == before.nodes["n9"]
    press(Key.Key_Z, held=CTRL)
    assert window.session.document == before, "steps in a row are one undo"
    press(Key.Key_J, Key.Key_J, Key.Key_J)
    press(Key.Key_Up, Key.Key_Left, held=CTRL)
    assert window.session.document.bends[WIRE] == ((400.0, 20.0), (440.0, 60.0))
    press(Key.Key_Delete)
    assert window.session.document.bends[WIRE] == ((440.0, 60.0),)
    press(Key.Key_Escape, Key.Key_Right)
    press(Key.Key_Up, held=CTRL)
    assert window.session.document.nodes["n1"].position == (0, -20), "a layer, too"


def test_enter_and_f2_write(window):
    press(Key.Key_J, Key.Key_J, Key.Key_J, Key.Key_Return)
    field = QApplication.focusWidget()
    assert isinstance(field, QPlainTextEdit)
    field.selectAll()
    QTest.keyClicks(field, "because")
    press(Key.Key_Return, held=CTRL)
    assert note(window.session.document).text == "because"
    press(Key.Key_J, Key.Key_J, Key.Key_J, Key.Key_F2)
    assert isinstance(QApplication.focusWidget(), QLineEdit)
    QTest.keyClicks(QApplication.focusWidget(), "Eyes")
    press(Key.Key_Return)
    assert window.session.document.frames[0].title == "Eyes"
