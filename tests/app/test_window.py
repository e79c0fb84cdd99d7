"""The window as a whole: it starts, shows the network, follows themes and sizes, and every command stands in one table."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from app import theme
from app.canvas.geometry import FAR
from app.commands import COMMANDS, GROUPS, method
from app.keymap import Keymap, keys_text
from nodes.document import Document


def test_starts_with_lenet(window):
    assert window.session.document.title == "LeNet"
    assert "44,426" in window.status.parameters.text()
    assert window.status.problems.text() == "no problems"
    assert window.bottom.train_bar.train.isEnabled()
    assert "LeNet" in window.windowTitle() and "not saved yet" in window.windowTitle()


def test_every_command_names_a_method(window):
    for command in COMMANDS:
        assert callable(method(window, command.action)), command.id
        assert command.menu in GROUPS
        assert isinstance(command.when(window), bool)
    assert len({c.id for c in COMMANDS}) == len(COMMANDS)


def test_no_two_commands_share_a_key():
    keys = [k for c in COMMANDS for k in c.keys]
    assert len(keys) == len(set(keys))


def test_the_printed_keys_name_every_command():
    text = keys_text(Keymap())
    assert all(c.title.rstrip("…") in text for c in COMMANDS)


def test_ctrl_z_undoes_and_says_what(qtbot, window):
    window.add_layer("Dense")
    count = len(window.session.document.nodes)
    window.canvas.setFocus()
    assert "Add Dense" in window.actions_by_id["undo"].text()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(window.session.document.nodes) == count - 1
    qtbot.keyClick(window.canvas, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert len(window.session.document.nodes) == count


def test_theme_switches_and_is_remembered(qtbot, window):
    assert theme.current().dark
    qtbot.mouseClick(window.toolbar.theme, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.canvas.tokens is theme.current())
    assert not theme.current().dark
    assert window.store.value("theme") == "light"


def test_the_command_palette_finds_commands_and_synonyms(qtbot, window):
    window.open_palette()
    qtbot.keyClicks(window.commands.search, "fully")
    assert window.commands.entries[0].title == "Add Dense"
    before = len(window.session.document.nodes)
    qtbot.keyClick(window.commands.search, Qt.Key.Key_Return)
    assert len(window.session.document.nodes) == before + 1
    window.open_palette()
    qtbot.keyClicks(window.commands.search, "undo")
    qtbot.keyClick(window.commands.search, Qt.Key.Key_Return)
    assert len(window.session.document.nodes) == before


@pytest.mark.parametrize("size", [(960, 540), (1280, 720), (1920, 1080)])
def test_nothing_overlaps(window, size):
    window.resize(*size)
    for _ in range(3):  # the splitter lays out in a second round
        QApplication.processEvents()
    parts = [w for w in (window.palette_panel, window.canvas, window.bottom, window.inspector) if w.isVisible()]
    boxes = [_box(window, w) for w in parts]
    assert all(not a.intersects(b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])
    assert all(window.rect().contains(b) for b in boxes)
    assert window.canvas.width() >= 480 and window.canvas.height() >= 200
    bar = window.bottom.train_bar
    assert _box(window, bar).left() >= _box(window, window.bottom.tabs).right() - 1
    assert window.inspector.isVisible() == (size[0] >= 1100)


def test_hidden_panels_leave_a_rail_and_a_handle(qtbot, window):
    window.resize(960, 540)
    palette, inspector = window.palette_panel, window.inspector
    qtbot.waitUntil(lambda: not palette.isVisible())
    assert window.palette_rail.isVisible() and window.inspector_handle.isVisible()
    qtbot.mouseClick(window.palette_rail.buttons["Loss"], Qt.MouseButton.LeftButton)
    assert palette.isVisible() and not window.palette_rail.isVisible()
    qtbot.mouseClick(window.inspector_handle.open, Qt.MouseButton.LeftButton)
    assert inspector.isVisible() and not palette.isVisible(), "one drawer at a time"
    qtbot.keyClick(window.canvas, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert not inspector.isVisible()
    window.resize(1280, 720)
    qtbot.waitUntil(inspector.isVisible)
    assert palette.isVisible() and not window.palette_rail.isVisible()
    qtbot.keyClick(window.canvas, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert not palette.isVisible() and window.palette_rail.isVisible()


def test_the_smallest_window_names_the_layers_of_lenet(qtbot, window):
    window.resize(960, 540)
    qtbot.waitUntil(lambda: window.canvas.zoom >= FAR)
    control = window.canvas.zoom_control.geometry()
    bodies = [i.scene_body() for i in window.canvas.canvas.nodes.values()]
    assert not [b for b in bodies if window.canvas.mapFromScene(b).boundingRect().intersects(control)]


def test_the_theme_has_a_tick(window):
    window.theme_light()
    window.refresh_actions()
    ids = ("theme_dark", "theme_light", "theme_system")
    assert [id for id in ids if window.actions_by_id[id].isChecked()] == ["theme_light"]
    window.theme_dark()


def test_an_empty_network_says_what_train_needs(make_window):
    window = make_window(Document())
    assert window.status.problems.text() == "no problems" and window.bottom.badge.text() == ""
    assert not window.bottom.train_bar.train.isEnabled()
    assert window.bottom.train_bar.words.text() == "Train needs data, a layer and a loss"


def test_help_pages_are_set_in_words(window):
    window.show_layer_help("Conv2D")
    text = window.help_card.text.toPlainText()
    assert "kernel size" in text and "at first 3 × 3" in text and "kernel_size" not in text.split("In code")[0]
    assert "at first on" in text and "True" not in text.split("In code")[0]
    window.show_keys()
    text = window.help_card.text.toPlainText()
    assert "Ctrl+Enter" in text and "Return" not in text
    window.help_card.hide()


def test_the_command_palette_is_as_large_as_what_it_found(qtbot, window):
    window.open_palette()
    window.commands.search.setText("zzqqx")
    assert not window.commands.list.isVisible() and window.commands.height() < 120
    assert "No command or layer" in window.commands.none.text()
    window.commands.search.setText("")
    rows = window.commands.list
    assert rows.viewport().height() % rows.sizeHintForRow(0) <= 2
    undo = next(i for i in range(rows.topLevelItemCount()) if rows.topLevelItem(i).text(0) == "Undo")
    assert rows.topLevelItem(undo).isDisabled()
    assert rows.topLevelItem(undo).foreground(0) != rows.topLevelItem(0).foreground(0)
    window.commands.hide()


def test_a_mistake_of_ours_is_a_sentence(window):
    from app import main

    hook = main._hook(window)
    try:
        raise ZeroDivisionError("secret")
    except ZeroDivisionError as error:
        hook(type(error), error, error.__traceback__)
    assert window.messages.isVisible()
    assert "ZeroDivisionError" in window.messages.text.text() and "Traceback" not in window.messages.text.text()
    assert "secret" in window.bottom.log.toPlainText()


def _box(window: QWidget, part: QWidget):
    return part.rect().translated(part.mapTo(window, part.rect().topLeft()))


def test_tab_goes_through_the_window_as_it_is_read(window):
    """Qt's own order is the order in which the parts were made."""
    chain, widget = [], window.nextInFocusChain()
    while widget is not window:
        chain.append(widget)
        widget = widget.nextInFocusChain()
    bar, bottom = window.toolbar, window.bottom
    wanted = [
        bar.search, bar.export, window.palette_rail.open, window.palette_panel.search, window.canvas, bottom.tabs,
        bottom.train_bar.train, bottom.training.recipe, bottom.problems, bottom.log, window.inspector_handle.open,
    ]  # fmt: skip
    assert sorted(wanted, key=chain.index) == wanted
