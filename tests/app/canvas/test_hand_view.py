"""Looking around under the hand, in the whole window: add, pan, zoom, fit, select, minimap, the bar at a node, motion."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QInputDevice, QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.canvas import motion
from nodes import edits
from nodes.document import Document
from tests.app.canvas.conftest import LEFT, Desk, header

SHIFT, CTRL, NONE = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier
KEY = Qt.Key
EMPTY = QPointF(300, 240)


# -- add ---------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("how", ["tab", "space", "double", "shift-a"])
def test_every_way_to_the_search_adds_a_layer(desk: Desk, how: str) -> None:
    if how == "double":
        desk.hand.double_click(EMPTY)
    else:
        keys = {"tab": (KEY.Key_Tab, NONE), "space": (KEY.Key_Space, NONE), "shift-a": (KEY.Key_A, SHIFT)}[how]
        desk.key(*keys)
    assert desk.view.search.isVisible()
    desk.type("fully connected")
    desk.key(KEY.Key_Return)
    (id,) = desk.session.selection
    assert desk.document.nodes[id].type == "Dense" and not desk.view.search.isVisible()


def test_space_searches_when_it_is_let_go_and_not_after_a_drag(desk: Desk) -> None:
    QTest.keyPress(desk.view, KEY.Key_Space)
    assert not desk.view.search.isVisible()
    before = desk.view.mapToScene(QPoint(0, 0))
    desk.hand.drag(EMPTY, EMPTY + QPointF(50, 20))
    assert desk.view.mapToScene(QPoint(0, 0)) != before
    QTest.keyRelease(desk.view, KEY.Key_Space)
    assert not desk.view.search.isVisible()
    assert not desk.session.selection, "no box was drawn"


# -- pan and zoom ------------------------------------------------------------------------------------------------------
def wheel(desk: Desk, at: QPoint, pixels: QPoint, angle: int, phase: Qt.ScrollPhase, keys: Qt.KeyboardModifier = NONE) -> None:
    port = desk.view.viewport()
    event = QWheelEvent(
        QPointF(at), QPointF(port.mapToGlobal(at)), pixels, QPoint(0, angle), Qt.MouseButton.NoButton, keys, phase, False
    )
    QApplication.sendEvent(port, event)


@pytest.mark.parametrize("button", [Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton])
def test_middle_and_right_drag_pan(desk: Desk, button: Qt.MouseButton) -> None:
    at, goal = QPoint(300, 300), QPoint(360, 330)
    under = desk.view.mapToScene(at)
    hand, scene = desk.hand, desk.view.mapToScene
    hand.press(scene(at), button=button)
    hand.move(scene(QPoint(330, 320)), held=button)
    hand.move(scene(goal), held=button)
    hand.release(scene(goal), button=button)
    assert (desk.view.mapToScene(goal) - under).manhattanLength() < 2
    assert QApplication.activePopupWidget() is None, "no menu"


def test_two_fingers_pan_and_the_wheel_zooms_at_the_pointer(desk: Desk) -> None:
    at = QPoint(400, 300)
    under = desk.view.mapToScene(at)
    wheel(desk, at, QPoint(30, -20), -160, Qt.ScrollPhase.ScrollUpdate)
    assert desk.view.zoom == 1.0
    assert (desk.view.mapToScene(at + QPoint(30, -20)) - under).manhattanLength() < 2
    under = desk.view.mapToScene(at)
    wheel(desk, at, QPoint(), 120, Qt.ScrollPhase.NoScrollPhase)
    assert desk.view.zoom == pytest.approx(1.15)
    assert (desk.view.mapToScene(at) - under).manhattanLength() < 3
    wheel(desk, at, QPoint(0, 20), 120, Qt.ScrollPhase.ScrollUpdate, CTRL)
    assert desk.view.zoom == pytest.approx(1.15**2)


def test_pinch_zooms(desk: Desk) -> None:
    pad = QPointingDevice("pad", 1, QInputDevice.DeviceType.TouchPad, QPointingDevice.PointerType.Finger,
                          QInputDevice.Capability.Position, 2, 0)  # fmt: skip
    at = QPointF(400, 300)
    kind = Qt.NativeGestureType.ZoomNativeGesture
    under = desk.view.mapToScene(at.toPoint())
    QApplication.sendEvent(desk.view.viewport(), QNativeGestureEvent(kind, pad, 2, at, at, at, 0.25, QPointF()))
    assert desk.view.zoom == pytest.approx(1.25)
    assert (desk.view.mapToScene(at.toPoint()) - under).manhattanLength() < 3


def test_ctrl_and_equals_minus_and_zero(desk: Desk) -> None:
    desk.key(KEY.Key_Equal, CTRL)
    assert desk.view.zoom == pytest.approx(1.2)
    desk.key(KEY.Key_0, CTRL)
    assert desk.view.zoom == 1.0
    desk.key(KEY.Key_Minus, CTRL)
    assert desk.view.zoom == pytest.approx(1 / 1.2)


# -- fit and select ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("key", [KEY.Key_F, KEY.Key_Period])
def test_f_and_the_full_stop_fit_the_selection_and_home_everything(desk: Desk, key: Qt.Key) -> None:
    desk.session.select(["n4"])
    desk.key(key)
    centre = desk.view.mapFromScene(desk.view.canvas.nodes["n4"].scene_body().center())
    assert (centre - desk.view.viewport().rect().center()).manhattanLength() < 20
    desk.key(KEY.Key_Home)
    assert desk.view.seen().contains(desk.view.canvas.contents())


def test_l_selects_downstream_shift_l_upstream_and_ctrl_a_all(desk: Desk) -> None:
    desk.hand.click(header(desk.view, "n5"))
    desk.key(KEY.Key_L)
    assert desk.session.selection == {f"n{i}" for i in range(5, 16)}
    desk.hand.click(header(desk.view, "n5"))
    desk.key(KEY.Key_L, SHIFT)
    assert desk.session.selection == {f"n{i}" for i in range(1, 6)}
    desk.key(KEY.Key_A, CTRL)
    assert desk.session.selection == set(desk.document.nodes)


# -- minimap -----------------------------------------------------------------------------------------------------------
def test_the_minimap_comes_when_something_is_out_of_view(desk: Desk) -> None:
    map = desk.view.minimap
    desk.key(KEY.Key_Home)
    assert not map.isVisible()
    desk.view.zoom_at(2.0, QPointF(300, 200))
    assert map.isVisible()
    map.grab()
    for id in desk.document.nodes:
        assert QPointF(map.rect().center()) != map.on_map(desk.view.canvas.nodes[id].scene_body()).center()
        assert map.rect().contains(map.on_map(desk.view.canvas.nodes[id].scene_body()).toRect())
    picture = map.grab().toImage()
    place = map.on_map(desk.view.canvas.nodes["n15"].scene_body()).center().toPoint()
    color = picture.pixelColor(place * picture.devicePixelRatio())
    assert color.name() == desk.view.canvas.ink.hue("Loss").name(), "in the colour of its category"


def test_dragging_on_the_minimap_pans(desk: Desk) -> None:
    map = desk.view.minimap
    desk.view.zoom_at(2.0, QPointF(300, 200))
    goal = desk.view.canvas.nodes["n15"].scene_body().center()
    there = map.on_map(desk.view.canvas.nodes["n15"].scene_body()).center().toPoint()
    QTest.mousePress(map, LEFT, pos=there)
    assert (desk.view.seen().center() - goal).manhattanLength() < 20
    QTest.mouseMove(map, there - QPoint(20, 0))
    QTest.mouseRelease(map, LEFT, pos=there - QPoint(20, 0))
    assert not desk.session.selection, "the canvas under it saw nothing"


def test_the_minimap_is_switched_off_in_its_menu_and_stays_so(desk: Desk) -> None:
    desk.view.zoom_at(2.0, QPointF(300, 200))
    action = desk.window.actions_by_id["minimap"]
    assert action.isCheckable() and desk.view.minimap.isVisible()
    action.trigger()
    assert not action.isChecked() and not desk.view.minimap.isVisible()
    desk.window.recall()
    assert not desk.view.minimap.wanted
    action.trigger()
    assert desk.view.minimap.isVisible()


# -- the bar at a node -------------------------------------------------------------------------------------------------
def rest(qtbot: QtBot, desk: Desk, node: str) -> None:
    desk.hover(header(desk.view, node))
    assert not desk.view.node_bar.isVisible(), "it comes late"
    qtbot.waitUntil(desk.view.node_bar.isVisible)


def test_a_bar_comes_to_a_node_on_which_the_pointer_rests(qtbot: QtBot, desk: Desk) -> None:
    bar = desk.view.node_bar
    rest(qtbot, desk, "n5")
    body = desk.view.mapFromScene(desk.view.canvas.nodes["n5"].scene_body()).boundingRect()
    assert not bar.geometry().intersects(body) and desk.view.rect().contains(bar.geometry())
    desk.hover(desk.view.mapToScene(bar.geometry().bottomLeft() + QPoint(-6, 0)))
    assert bar.isVisible(), "the way to it may stray"
    desk.hover(EMPTY)
    assert not bar.isVisible()


def test_its_buttons_bypass_explain_and_delete(qtbot: QtBot, desk: Desk) -> None:
    bar = desk.view.node_bar
    rest(qtbot, desk, "n4")
    qtbot.mouseClick(bar.buttons["bypass"], LEFT)
    assert desk.document.nodes["n4"].bypassed and not bar.isVisible()
    desk.hover(EMPTY)
    rest(qtbot, desk, "n4")
    qtbot.mouseClick(bar.buttons["help"], LEFT)
    assert desk.window.help_card.isVisible()
    assert "largest number of each window" in desk.window.help_card.text.toPlainText()
    desk.window.help_card.hide()
    desk.hover(EMPTY)
    rest(qtbot, desk, "n4")
    qtbot.mouseClick(bar.buttons["delete"], LEFT)
    assert "n4" not in desk.document.nodes and "n3" in desk.document.nodes


def test_a_press_sends_the_bar_away(qtbot: QtBot, desk: Desk) -> None:
    rest(qtbot, desk, "n5")
    desk.hand.press(header(desk.view, "n5"))
    assert not desk.view.node_bar.isVisible()
    desk.hand.release(header(desk.view, "n5"))


# -- motion ------------------------------------------------------------------------------------------------------------
@pytest.fixture
def moving() -> Iterator[None]:
    motion.reduce(False)
    yield
    motion.reduce(None)


def test_fit_glides_and_a_press_stops_it(qtbot: QtBot, desk: Desk, moving: None) -> None:
    desk.view.zoom_by(3.0)
    zooms: list[float] = []
    desk.view.zoom_changed.connect(zooms.append)
    desk.key(KEY.Key_Home)
    assert desk.view.zoom == pytest.approx(3.0, rel=0.2), "not yet there"
    qtbot.waitUntil(lambda: desk.view.seen().contains(desk.view.canvas.contents()))
    assert len(zooms) > 1 and zooms == sorted(zooms, reverse=True)
    assert desk.view.whole
    desk.view.zoom_by(3.0)
    desk.key(KEY.Key_Home)
    desk.hand.press(desk.view.mapToScene(QPoint(20, 200)))
    assert not desk.view._glide.running
    desk.hand.release(desk.view.mapToScene(QPoint(20, 200)))


def test_tidy_glides_to_where_the_document_has_it(qtbot: QtBot, desk: Desk, moving: None) -> None:
    desk.session.do("Move", lambda d: edits.move(d, {"n5": (500.0, 900.0)}))
    desk.view.tidy()
    goal = QPointF(*desk.document.nodes["n5"].position)
    item = desk.view.canvas.nodes["n5"]
    assert goal != QPointF(500, 900) and item.pos() != goal
    qtbot.waitUntil(lambda: item.pos() == goal)
    desk.session.undo()
    assert item.pos() == QPointF(500, 900)


def test_reduced_motion_is_there_at_once_and_is_remembered(desk: Desk, moving: None) -> None:
    action = desk.window.actions_by_id["still"]
    action.trigger()
    assert action.isChecked() and motion.reduced()
    desk.view.zoom_by(3.0)
    desk.key(KEY.Key_Home)
    assert desk.view.seen().contains(desk.view.canvas.contents())
    motion.reduce(None)
    desk.window.recall()
    assert desk.window.is_still()


def test_an_empty_network_has_no_minimap(desk: Desk) -> None:
    desk.window.show_document(Document(), None)
    desk.view.zoom_by(3.0)
    assert not desk.view.minimap.isVisible()
