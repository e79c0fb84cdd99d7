"""The inspector on blocks and inside of them: what goes onto a face, under which name, and the ways from one to the other."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from app.panels.block_settings import NOTHING
from app.panels.face_popup import FacePopup
from nodes import edits
from nodes.example import new
from nodes.grouping import group
from nodes.promotions import promote
from tests.app.conftest import train_to_end

CONV, RELU, POOL, SECOND = "n2", "n3", "n4", "n5"


@pytest.fixture
def window(make_window):
    """LeNet with a block of two convolutions; the first one's filters stand on its face as ‘width’. It is open."""
    document, block = group(new("lenet"), [CONV, RELU, POOL, SECOND], "stage")
    document = edits.set_setting(document, SECOND, "filters", 18)
    window = make_window(promote(document, CONV, "filters", "width"))
    window.session.enter(block)
    return window


def block_of(window):
    return next(n for n in window.session.document.nodes.values() if n.block)


def ask(window, id: str, setting: str) -> FacePopup:
    """Press the + beside a setting."""
    window.session.select([id])
    promoting = window.inspector.page.promoting
    assert promoting.plus[setting].isVisible() and not promoting.there[setting].isVisible()
    promoting.plus[setting].click()
    assert promoting.popup is not None and promoting.popup.isVisible()
    return promoting.popup


def test_a_new_name_is_offered_and_enter_takes_it(qtbot, window):
    popup = ask(window, CONV, "stride")
    assert popup.name.currentText() == "stride" and popup.said.text() == "Its stride is stride = 1×1."
    qtbot.keyClick(popup.name, Qt.Key.Key_Return)
    assert block_of(window).settings == {"width": 6, "stride": (1, 1)}
    assert window.session.history.undo_title == "Put stride on the block’s face"
    promoting = window.inspector.page.promoting
    assert promoting.there["stride"].isVisible() and not promoting.plus["stride"].isVisible()
    assert promoting.there["stride"].toolTip() == "It is ‘stride’ on the face of stage: go there"
    promoting.there["stride"].click()
    assert window.session.level == "" and window.session.selection == {block_of(window).id}


def test_an_existing_name_is_joined_with_the_factor_that_leaves_it_as_it_is(qtbot, window):
    popup = ask(window, SECOND, "filters")
    popup.name.lineEdit().selectAll()
    qtbot.keyClicks(popup.name.lineEdit(), "width")
    assert popup.factor.text() == "3"
    assert popup.said.text() == "Its filters is 3 × width = 18, set together with conv1."
    popup.factor.selectAll()
    qtbot.keyClicks(popup.factor, "4")
    assert "4 × width = 24" in popup.said.text()
    qtbot.mouseClick(popup.put, Qt.MouseButton.LeftButton)
    row = window.inspector.page.rows["filters"]
    assert row.field.text() == "24"
    window.session.select([CONV])
    field = window.inspector.page.rows["filters"].field
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "10")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert block_of(window).settings["width"] == 10
    window.session.select([SECOND])
    assert window.inspector.page.rows["filters"].field.text() == "40"


def test_what_does_not_go_together_is_said_before(qtbot, window):
    popup = ask(window, SECOND, "kernel_size")
    before = window.session.document
    popup.name.setEditText("width")
    assert "‘width’ on the face of stage is 6, and its kernel size is 5×5" in popup.said.text()
    assert not popup.put.isEnabled() and popup.height() >= popup.sizeHint().height() - 1
    qtbot.keyClick(popup.name, Qt.Key.Key_Return)
    popup.name.setEditText("kernel")
    popup.factor.setText("x")
    popup.factor.textEdited.emit("x")
    assert "whole number" in popup.said.text()
    qtbot.keyClick(popup.name, Qt.Key.Key_Escape)
    assert QApplication.activePopupWidget() is None
    assert window.session.document is before


def test_bypassed_goes_onto_the_face(qtbot, window):
    popup = ask(window, RELU, "bypassed")
    assert popup.name.currentText() == "skip relu1"
    popup.name.setEditText("linear")
    qtbot.keyClick(popup.name, Qt.Key.Key_Return)
    assert block_of(window).settings["linear"] is False
    window.inspector.page.bypass.field.click()
    assert block_of(window).settings["linear"] is True and window.canvas.canvas.nodes[RELU].look.bypassed


def test_a_setting_of_the_face_is_renamed_taken_off_and_leads_in(qtbot, window):
    window.session.leave()
    settings = window.inspector.page._block
    actions = {a.text(): a for a in settings.menu("width").actions()}
    assert [t for t in actions if t] == ["Rename…", "Take it off the face", "Go to conv1"]
    actions["Rename…"].trigger()
    field = settings.renaming
    assert field is not None and field.hasFocus()
    qtbot.keyClicks(field, "channels")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert block_of(window).settings == {"channels": 6} and list(settings.rows) == ["channels"]
    {a.text(): a for a in settings.menu("channels").actions()}["Go to conv1"].trigger()
    assert window.session.selection == {CONV} and window.session.level == block_of(window).id
    window.session.leave()
    settings = window.inspector.page._block
    {a.text(): a for a in settings.menu("channels").actions()}["Take it off the face"].trigger()
    assert block_of(window).settings == {} and settings.rows == {}


def test_a_block_with_nothing_on_its_face_says_how_to_put_it_there(make_window):
    document, block = group(new("lenet"), [CONV, RELU], "stage")
    window = make_window(document)
    window.session.select([block])
    said = [w.text() for w in window.inspector.page.findChildren(QLabel) if w.isVisible()]
    assert NOTHING in said


def test_a_problem_inside_leads_in_and_is_repaired_from_outside(window):
    window.session.do("Too large", lambda d: edits.set_setting(d, CONV, "kernel_size", (40, 40)))
    window.session.leave()
    cards = {b.text(): b for b in window.inspector.page.findChildren(QPushButton)}
    cards["Go to conv1"].click()
    assert window.session.selection == {CONV}
    window.session.leave()
    cards = {b.text(): b for b in window.inspector.page.findChildren(QPushButton)}
    cards["Make the kernel 28×28"].click()
    assert window.session.document.nodes[CONV].settings["kernel_size"] == (28, 28)
    window.undo()
    window.bottom.show_tab(1)
    window.bottom.problems.rows[0].mousePressEvent(None)
    assert window.session.level == block_of(window).id and window.session.selection == {CONV}


def test_training_goes_on_while_a_block_is_open(qtbot, window):
    recipe = {"epochs": 1, "batch_size": 512}
    window.session.do("Short", lambda d: edits.set_recipe(edits.set_setting(d, CONV, "filters", 4), **recipe))
    done = train_to_end(qtbot, window)
    document = window.session.document
    assert done and window.session.level == block_of(window).id
    path = document.path(CONV)
    live = window.session.live
    assert f"{path}/weight" in document.weights and path in live.activations and path in live.gradients
    window.canvas.canvas._show_faces()
    inside = window.canvas.canvas.nodes[CONV]
    assert inside.gradient is not None and type(inside.face).__name__ == "Maps"
    window.session.leave()
    assert window.canvas.canvas.nodes[block_of(window).id].gradient is not None
    for _ in range(2):
        window.undo()
    assert window.session.document.nodes[block_of(window).id].settings == {"width": 6} and not window.session.document.weights
