"""What stands over the canvas leaves it its presses and drops; the menu, the title and the view's ends."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.canvas.dropping import MIME
from app.canvas.rename import NameEditor
from app.panels import menus
from nodes import edits
from nodes.document import Document, Wire
from nodes.example import new
from tests.app.canvas.conftest import Open, header, port

LEFT = Qt.MouseButton.LeftButton


def drop(on: QWidget, at: QPoint, type: bytes) -> bool:
    """A drag from the palette, dropped as Qt does it: offered to the widget under it, then to each parent."""
    mime = QMimeData()
    mime.setData(MIME, type)
    none, copy = Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
    taker, point = on, QPoint(at)
    while not taker.acceptDrops():
        point, taker = taker.mapToParent(point), taker.parentWidget()
    enter = QDragEnterEvent(point, copy, mime, LEFT, none)
    QApplication.sendEvent(taker, enter)
    if enter.isAccepted():
        QApplication.sendEvent(taker, QDropEvent(QPointF(point), copy, mime, LEFT, none, QEvent.Type.Drop))
    return enter.isAccepted()


def test_a_dataset_dropped_on_the_box_that_asks_for_it(canvas: Open) -> None:
    view, _ = canvas(Document())
    assert drop(view.empty, QPoint(90, 150), b"Dataset")
    (node,) = view.session.document.nodes.values()
    assert node.type == "Dataset"
    middle = view.canvas.nodes[node.id].scene_body().center()
    assert (view.mapFromScene(middle) - view.empty.pos() - QPoint(90, 150)).manhattanLength() < 100


def test_the_hint_leaves_presses_and_the_wheel_to_the_canvas(canvas: Open) -> None:
    view, _ = canvas(Document())
    QTest.mouseDClick(view.empty, LEFT, pos=QPoint(300, 60))
    assert view.search.isVisible()
    QTest.keyClick(view.search.field, Qt.Key.Key_Escape)
    asked: list[object] = []
    view.menu_requested.connect(asked.append)
    QTest.mouseClick(view.empty, Qt.MouseButton.RightButton, pos=QPoint(300, 60))
    assert asked
    before = view.zoom
    wheel(view.empty, QPoint(300, 60))
    wheel(view.zoom_control, QPoint(3, 3))
    assert view.zoom > before * 1.3


def wheel(on: QWidget, at: QPoint) -> None:
    """As Qt does it for a real wheel: what a widget ignores goes to its parent."""
    taken, none = False, Qt.KeyboardModifier.NoModifier
    while not taken:
        turned = QWheelEvent(
            QPointF(at), QPointF(on.mapToGlobal(at)), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, none,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        taken = QApplication.sendEvent(on, turned) and turned.isAccepted()
        at, on = on.mapToParent(at), on.parentWidget()


def test_an_empty_network_is_shown_at_its_own_size(canvas: Open) -> None:
    view, _ = canvas(new("lenet"))
    view.zoom_by(0.5)
    view.session.opened(Document(), None)
    assert view.zoom == 1.0 and view.zoom_control.level.text() == "100 %"
    view.resize(900, 200)
    assert view.rect().contains(view.empty.begin.geometry().translated(view.empty.pos()))


def test_a_double_click_on_the_title_renames_the_network(canvas: Open) -> None:
    view, _ = canvas(new("lenet"))
    QTest.mouseDClick(view.title, LEFT, pos=QPoint(20, 10))
    (editor,) = view.findChildren(NameEditor)
    assert editor.isVisible() and not view.search.isVisible()
    QTest.keyClicks(editor, "Digits  of mine")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert view.session.document.title == "Digits of mine" == view.title.words[0]
    view.session.undo()
    assert view.session.document.title == "LeNet"


@pytest.mark.parametrize(("name", "part"), [(" ", "cannot be empty"), ("x" * 61, "at most 60")])
def test_a_name_that_cannot_be_read_is_refused(canvas: Open, name: str, part: str) -> None:
    view, _ = canvas(new("lenet"))
    told: list[str] = []
    view.session.refused.connect(lambda refusal: told.append(str(refusal)))
    assert not view.session.do("Rename", lambda d: edits.retitle(d, name))
    assert not view.session.do("Rename", lambda d: edits.rename(d, "n2", name))
    assert len(told) == 2 and all(part in t for t in told)
    assert edits.rename(new("lenet"), "n2", "two\nlines").nodes["n2"].name == "two lines"


def test_a_wire_dropped_on_its_own_layer_is_refused(canvas: Open) -> None:
    view, hand = canvas(new("lenet"))
    said: list[str] = []
    view.status_message.connect(said.append)
    before = view.session.document
    hand.drag(port(view, "n2", "y", True), header(view, "n2"))
    assert not view.search.isVisible() and view.session.document is before
    assert said[-1].startswith("✗ A layer cannot feed itself")


def test_the_dropped_wire_stays_while_a_layer_is_chosen(canvas: Open) -> None:
    view, hand = canvas(new("lenet"))
    hand.drag(port(view, "n5", "y", True), QPointF(1100, 300))
    assert view.search.isVisible() and view.canvas.overlay.boundingRect().width() > 50
    QTest.keyClick(view.search.field, Qt.Key.Key_Escape)
    assert view.canvas.overlay.boundingRect().isEmpty()


def test_fit_shows_what_stands_together(canvas: Open) -> None:
    view, _ = canvas(edits.move(new("lenet"), {"n3": (1e6, 0.0)}))
    said: list[str] = []
    view.status_message.connect(said.append)
    view.fit_all()
    seen = view.mapToScene(view.viewport().rect()).boundingRect()
    assert seen.contains(view.canvas.nodes["n2"].scene_body()) and view.zoom > 0.3
    assert said == ["1 layer stands too far away to be shown with the others: Tidy (Ctrl+L) brings everything together."]


# -- the menu ------------------------------------------------------------------------------------------------------------
def words(window, at: QPointF) -> list[str]:
    menu = menus.canvas_menu(window, at)
    return [a.text() for a in menu.actions() if a.text()]


def right_click(window, at: QPointF) -> None:
    QTest.mouseClick(window.canvas.viewport(), Qt.MouseButton.RightButton, pos=window.canvas.mapFromScene(at))
    popup = QApplication.activePopupWidget()
    assert popup is not None
    popup.close()


def test_the_menu_is_about_what_lies_under_the_pointer(window) -> None:
    scene = window.canvas.canvas
    node = scene.nodes["n2"].scene_body().center()
    right_click(window, node)
    assert window.session.selection == {"n2"}
    assert "Bypass" in words(window, node) and "Paste" not in words(window, node)
    wire = Wire("n1", "sample", "n2", "x")
    middle = scene.wires[wire].middle
    right_click(window, middle)
    assert scene.chosen_wires == {wire} and not window.session.selection
    assert words(window, middle) == ["Insert a layer here…", "Delete"]
    ground = scene.contents().bottomRight() + QPointF(20, 20)
    assert words(window, ground)[0] == "Add a layer here…" and "Bypass" not in words(window, ground)


def test_a_layer_is_inserted_on_a_wire_by_its_menu(qtbot, window) -> None:
    wire = Wire("n2", "y", "n3", "x")
    at = window.canvas.canvas.wires[wire].middle
    insert = next(a for a in menus.canvas_menu(window, at).actions() if a.text().startswith("Insert"))
    insert.trigger()
    search = window.canvas.search
    assert "Dense" not in [search.list.item(i).text() for i in range(search.list.count())]
    qtbot.keyClicks(search.field, "dropout")
    qtbot.keyClick(search.field, Qt.Key.Key_Return)
    (made,) = window.session.selection
    assert window.session.document.nodes[made].type == "Dropout"
    assert wire not in window.session.document.wires and window.session.history.undo_title == "Insert Dropout"
