"""Accessibility: a name for everything that takes the keyboard, the canvas as a list of layers, what is said, what is seen."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QWidget

from app import theme
from app.canvas import accessible
from app.window import MainWindow
from nodes.document import Document, Wire
from nodes.example import new
from tests.app.conftest import Heard, tiny, train_to_end

Text, Role, Key = QAccessible.Text, QAccessible.Role, Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture(scope="session", autouse=True)
def installed() -> None:
    accessible.install()


@pytest.fixture(autouse=True)
def listened_to() -> Iterator[None]:
    """A tool listens, as far as Qt knows."""
    QAccessible.setActive(True)
    yield
    QAccessible.setActive(False)


def spoken_name(widget: QWidget) -> str:
    """What a tool calls it. On X11 a combo box is called by the label beside it."""
    found = QAccessible.queryAccessibleInterface(widget)
    if isinstance(widget, QComboBox):
        labels = [x for x in widget.window().findChildren(QLabel) if x.buddy() is widget]
        return widget.accessibleName() if labels else ""
    return found.text(Text.Name)


def nameless(window: QWidget) -> list[str]:
    return [
        f"{type(w).__name__} in {type(w.parent()).__name__}"
        for w in window.findChildren(QWidget)
        if w.focusPolicy() != Qt.FocusPolicy.NoFocus and not w.focusProxy() and w.isVisibleTo(window) and not spoken_name(w)
    ]


def test_every_widget_that_takes_keys_has_a_name(window):
    for id in {n.type: n.id for n in window.session.document.nodes.values()}.values():
        window.session.select([id])
        assert not nameless(window)
    for tab in range(window.bottom.tabs.count()):
        window.bottom.show_tab(tab)
        assert not nameless(window)


def test_names_where_nothing_is_selected_where_all_is_empty_and_after_training(qtbot, make_window):
    empty = make_window(Document())
    assert not nameless(empty)
    window = make_window(tiny())
    assert not nameless(window)
    train_to_end(qtbot, window)
    assert not nameless(window)
    window.resize(960, 540)
    qtbot.waitUntil(window.palette_rail.isVisible)
    assert not nameless(window)


def test_names_in_what_opens_over_the_window(window):
    window.open_palette()
    assert not nameless(window.commands)
    window.commands.hide()
    window.edit_shortcuts()
    assert not nameless(window.shortcuts)
    window.shortcuts.hide()
    window.show_keys()
    assert not nameless(window.help_card)
    window.help_card.hide()
    window.session.select(["n2", "n3"])
    window.canvas.group()
    window.open_chosen()
    assert window.session.level and not nameless(window)
    window.canvas.open_find()
    window.canvas.open_search()
    assert not nameless(window.canvas)


def test_every_button_says_what_it_does(window):
    for made in window.findChildren(QAbstractButton):
        found = QAccessible.queryAccessibleInterface(made)
        # Those inside of a field are Qt's own.
        if made.isVisibleTo(window) and not made.objectName().startswith("qt_") and not isinstance(made.parent(), QLineEdit):
            assert found.text(Text.Name), (made, made.parent())
    search = QAccessible.queryAccessibleInterface(window.toolbar.search)
    assert (search.role(), search.text(Text.Name)) == (Role.Button, "Search commands and layers")


# -- the canvas as a list --------------------------------------------------------------------------------------------------
def test_the_canvas_is_a_list_of_layers(window):
    canvas = QAccessible.queryAccessibleInterface(window.canvas)
    assert canvas.role() == Role.List
    layers = [canvas.child(i) for i in range(canvas.childCount())][: len(window.session.document.nodes)]
    assert {x.role() for x in layers} == {Role.ListItem}
    assert [x.text(Text.Name) for x in layers][:3] == ["Digits", "conv1", "relu1"]
    fc1 = next(x for x in layers if x.text(Text.Name) == "fc1")
    assert fc1.text(Text.Description) == "fc1, Dense, 120 units, output 120, 30,840 parameters, no problems"
    assert canvas.indexOfChild(fc1) == layers.index(fc1)
    assert not fc1.state().selected
    window.session.select(["n9"])
    assert fc1.state().selected and canvas.focusChild() is fc1
    middle = fc1.rect().center()
    assert window.canvas.viewport().mapToGlobal(QPoint()).x() < middle.x()
    assert canvas.childAt(middle.x(), middle.y()) is fc1
    assert canvas.child(canvas.childCount() - 1).role() != Role.ListItem, "the widgets over the canvas are there, too"


def test_what_a_tool_holds_of_a_layer_may_go(window, monkeypatch):
    first, window = window, MainWindow(new("lenet"))
    window.show()
    canvas = QAccessible.queryAccessibleInterface(window.canvas)
    held = [canvas.child(i) for i in range(15)]
    ids = [QAccessible.uniqueId(x) for x in held]
    window.session.select(["n9"])
    window.canvas.delete_selection()
    assert QAccessible.accessibleInterface(ids[8]) is None
    assert QAccessible.accessibleInterface(ids[0]) is held[0]
    window.session.opened(Document(), None)
    assert all(QAccessible.accessibleInterface(i) is None for i in ids)
    window.add_layer("Dense")
    last = QAccessible.uniqueId(canvas.child(0))
    assert QAccessible.accessibleInterface(last).text(Text.Name) == "fc1"
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    del canvas, held, window
    gc.collect()
    assert QAccessible.accessibleInterface(last) is None
    assert QAccessible.queryAccessibleInterface(first.canvas).childCount() > 15


# -- what is said ------------------------------------------------------------------------------------------------------------
def test_selection_edits_and_problems_are_said(window):
    heard = Heard(window.announcer.said)
    window.session.select(["n9"])
    assert heard.all == ["fc1, Dense, 120 units, output 120, 30,840 parameters, no problems"]
    assert window.canvas.accessibleDescription() == heard.all[0]
    window.session.select(["n9", "n2"])
    assert heard.all[-1] == "2 layers selected: conv1, fc1"
    window.session.select(["n9"])
    window.canvas.delete_selection()
    assert {"Delete fc1", "Nothing selected", "1 error"} <= set(heard.all)
    window.undo()
    assert "Undone: Delete fc1" in heard.all and "No problems" in heard.all
    window.redo()
    assert "Redone: Delete fc1" in heard.all


def test_blocks_are_said(window):
    heard = Heard(window.announcer.said)
    window.session.select(["n2", "n3"])
    window.canvas.group()
    assert "Make a block" in heard.all
    window.open_chosen()
    assert "Inside block" in heard.all
    QTest.keyClick(window.canvas, Key.Key_Escape)
    assert "The whole network" in heard.all and str(heard.all[-1]).startswith("block, ")


def test_a_problem_is_read_with_its_layer(window):
    window.session.do("Cut", lambda d: d.changed(wires=tuple(w for w in d.wires if w != Wire("n1", "sample", "n2", "x"))))
    heard = Heard(window.announcer.said)
    window.session.select(["n2"])
    assert heard.all[0].startswith("conv1, Conv2D, ") and "error: " in heard.all[0]


def test_wires_refusals_and_ports_are_said(window):
    heard = Heard(window.announcer.said)
    window.session.select(["n7"])
    QTest.keyClick(window.canvas, Key.Key_BracketRight)
    assert heard.all[-1] == "Input x of pool2, joined to relu2"
    QTest.keyClick(window.canvas, Key.Key_BracketRight)
    assert heard.all[-1] == "Output y of pool2, 16×4×4, joined to flatten1"
    for key in (Key.Key_W, Key.Key_Right, Key.Key_Right):
        QTest.keyClick(window.canvas, key)
    said = [str(x) for x in heard.all]
    assert any(x.startswith("✓ 256 at flatten1") for x in said), said
    assert any(x.startswith("✗ fc1 takes a vector") and "Enter: Insert Flatten" in x for x in said), said
    QTest.keyClick(window.canvas, Key.Key_Escape)
    window.messages.say("warn", "Something was refused.")
    assert heard.all[-1] == "Something was refused."


def test_what_enter_would_take_is_said(window):
    heard = Heard(window.announcer.said)
    window.session.select(["n7"])
    for key in (Key.Key_W, Key.Key_Tab):
        QTest.keyClick(window.canvas, key)
    QTest.keyClicks(window.canvas.search.field, "flatten")
    assert str(heard.all[-1]).startswith("Flatten") and "gives 256" in str(heard.all[-1])
    QTest.keyClick(window.canvas.search.field, Key.Key_Escape)
    window.open_palette()
    QTest.keyClicks(window.commands.search, "redo")
    assert window.commands.search.accessibleDescription() == "Redo, not now, Nothing was undone., Ctrl+Y"
    window.commands.hide()


def test_a_run_says_that_it_begins_and_ends(qtbot, make_window):
    window = make_window(tiny())
    heard = Heard(window.announcer.said)
    train_to_end(qtbot, window)
    qtbot.waitUntil(lambda: window.control.state == "idle")
    assert "Training" in heard.all and "Training has ended: 3 epochs trained" in heard.all


def test_a_refused_value_is_the_fields_description(qtbot, window):
    window.session.select(["n9"])
    field = window.inspector.page.rows["units"].field
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "-3")
    QTest.keyClick(field, Key.Key_Return)
    assert "-3" in field.accessibleDescription()
    field.selectAll()
    QTest.keyClicks(field, "7")
    QTest.keyClick(field, Key.Key_Return)
    assert field.accessibleDescription() == "Number of outputs."


# -- what is seen ------------------------------------------------------------------------------------------------------------
def picture(window: QWidget, part: QWidget) -> QImage:
    QApplication.processEvents()
    at = part.mapTo(window, QPoint())
    return window.grab(QRect(at, part.size()).intersected(window.rect())).toImage()


@pytest.mark.parametrize(("size", "mode"), [((1280, 720), "dark"), ((960, 540), "light")])
def test_the_focus_is_seen_wherever_tab_leads(qtbot, window, size, mode):
    getattr(window, f"theme_{mode}")()
    qtbot.waitUntil(lambda: window.canvas.tokens is theme.current())
    window.resize(*size)
    window.session.select(["n9"])
    if size[0] < 1100:
        window.show_inspector()
    seen: list[QWidget] = []
    for _ in range(6):
        QTest.keyClick(QApplication.focusWidget(), Key.Key_F6)
        for _ in range(60):
            part = QApplication.focusWidget()
            if part in seen:
                break
            seen.append(part)
            with_focus = picture(window, part)
            leave = Key.Key_F6 if part is window.canvas else Key.Key_Tab
            QTest.keyClick(part, leave)
            assert QApplication.focusWidget() is not part, f"{part} keeps the keyboard"
            assert picture(window, part) != with_focus, f"{part} looks the same without the keyboard"
    inside = {p for p in (window.canvas, window.bottom.tabs, window.toolbar.search, window.inspector.page.name) if p in seen}
    assert len(inside) == 4 and len(seen) > 20
    window.theme_dark()


def test_tab_goes_through_a_panel_from_top_to_bottom(window):
    window.session.select(["n9"])
    page = window.inspector.page
    page.name.setFocus(Qt.FocusReason.TabFocusReason)
    tops = []
    while page.isAncestorOf(QApplication.focusWidget()):
        part = QApplication.focusWidget()
        tops.append((part.mapTo(page, part.rect().center()).y() // 12, part.mapTo(page, QPoint()).x()))
        QTest.keyClick(part, Key.Key_Tab)
    assert len(tops) > 5 and tops == sorted(tops)


def test_the_dialogs_table_shows_that_it_has_the_keyboard(qtbot, window):
    window.edit_shortcuts()
    dialog = window.shortcuts
    qtbot.waitUntil(dialog.isActiveWindow)
    dialog.search.setFocus()
    without = picture(dialog, dialog.table)
    QTest.keyClick(dialog.search, Key.Key_Tab)
    assert QApplication.focusWidget() is dialog.table and picture(dialog, dialog.table) != without


def test_a_pointer_draws_no_ring(qtbot, window):
    QTest.keyClick(window.canvas, Key.Key_F6)
    QTest.mouseClick(window.canvas.viewport(), Qt.MouseButton.LeftButton)
    assert window.canvas.hasFocus() and window.focus_ring._ring is None
    QTest.keyClick(window.canvas, Key.Key_F6, SHIFT)
    QTest.keyClick(QApplication.focusWidget(), Key.Key_F6)
    assert window.canvas.hasFocus() and window.focus_ring._ring is not None


def test_the_smallest_window_has_room_for_the_find_bar_and_the_search(qtbot, window):
    window.resize(960, 540)
    qtbot.waitUntil(window.palette_rail.isVisible)
    window.canvas.open_find()
    assert window.canvas.rect().contains(window.canvas.find_bar.geometry())
    window.canvas.open_search()
    assert window.canvas.rect().contains(window.canvas.search.geometry())
    window.edit_shortcuts()
    assert window.shortcuts.width() <= 960 and window.shortcuts.minimumSizeHint().height() <= 540
