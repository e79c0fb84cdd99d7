"""Keys: one table behind menus, tips, palette and print; what the user changes counts at once, is kept, and survives damage."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.cli import main
from app.commands import COMMANDS
from app.folders import config_folder
from app.keymap import BY_ID, TAKEN, Keymap, is_key, keys_text, read, twins, write
from app.panels.key_field import KeyField
from app.window import MainWindow

Key, CTRL, SHIFT, ALT = (
    Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier,
)  # fmt: skip
IDS = [c.id for c in COMMANDS]


def press(key, held=Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget(), key, held)


# -- the map -------------------------------------------------------------------------------------------------------------
def test_every_key_of_the_table_can_be_read_and_pressed():
    for command in COMMANDS:
        for key in command.keys:
            assert is_key(key) and key not in TAKEN, key
            assert QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText) == key


@pytest.mark.parametrize("text", ["", "Ctrl+", "Strg+S", "ctrl+s", "Ctrl+S, Ctrl+T", "F", None, 3, "Ctrl+Nonsense"])
def test_what_is_no_key(text):
    assert is_key(text) == (text == "F")


STEPS = st.lists(st.tuples(st.sampled_from(["give", "swap", "reset", "none"]), st.sampled_from(IDS),
                           st.sampled_from([k for c in COMMANDS for k in c.keys] + ["Ctrl+K", "F7"])), max_size=12)  # fmt: skip


@given(STEPS)
def test_no_key_ever_gives_two_commands(steps):
    keymap = Keymap()
    for what, id, key in steps:
        keymap = {
            "give": lambda m, i, k: m.given(i, twins(k)), "swap": lambda m, i, k: m.swapped(i, k),
            "reset": lambda m, i, k: m.reset(i), "none": lambda m, i, k: m.given(i, ()),
        }[what](keymap, id, key)  # fmt: skip
        keys = [k for i in IDS for k in keymap.keys(i)]
        assert len(keys) == len(set(keys))


@settings(max_examples=20)
@given(STEPS)
def test_a_keymap_is_kept_as_it_is(tmp_path_factory, steps):
    file = tmp_path_factory.mktemp("keys") / "keys.json"
    keymap = Keymap()
    for _, id, key in steps:
        keymap = keymap.swapped(id, key)
    write(file, keymap)
    assert read(file) == (keymap, "")


@pytest.mark.parametrize(("text", "copy"), [
    ("{", "Ctrl+C"), ("[1, 2]", "Ctrl+C"), ('{"copy": 7}', "Ctrl+C"), ('{"copy": ["Strg+C"]}', "Ctrl+C"),
    ('{"copy": ["Esc"]}', "Ctrl+C"), ('{"copy": ["F7"], "cut": "F8"}', "F7"), ("\udcff", "Ctrl+C"), ("[" * 100_000, "Ctrl+C"),
])  # fmt: skip
def test_a_damaged_file_is_a_sentence(tmp_path, text, copy):
    file = tmp_path / "keys.json"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    keymap, trouble = read(file)
    assert keymap.keys("copy") == (copy,)
    assert str(file) in trouble and trouble.endswith(".")


def test_commands_of_a_newer_version_are_no_damage(tmp_path):
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"fly": ["F7"], "copy": ["F8"]}))
    keymap, trouble = read(file)
    assert (keymap.own, trouble) == ({"copy": ("F8",)}, "")


def test_keys_are_printed_as_they_are(home, capsys):
    write(config_folder() / "keys.json", Keymap().given("tidy", ("F7",)))
    main(["keys"])
    out = capsys.readouterr().out
    line = next(x for x in out.splitlines() if x.startswith("  Tidy"))
    assert line.split()[-1] == "F7"
    assert out.strip() == keys_text(Keymap().given("tidy", ("F7",)))


# -- the window ----------------------------------------------------------------------------------------------------------
def test_a_window_starts_with_damaged_settings(qtbot, make_window, home):
    (config_folder() / "keys.json").write_bytes(b"\x00\xff{")
    damaged = b"[General]\ngeometry=nonsense\ntheme=@Invalid()\nrecent_files=@ByteArray(\x00)\n"
    (config_folder() / "settings.ini").write_bytes(damaged)
    window = make_window()
    assert "keys.json could not be read" in window.messages.text.text()
    assert window.actions_by_id["undo"].shortcut().toString() == "Ctrl+Z"
    from app.main import _restore_size

    _restore_size(window)
    assert window.width() >= 960


def shortcuts(window):
    QTest.keyClicks(window.canvas, "")
    window.actions_by_id["shortcuts"].trigger()
    dialog = window.shortcuts
    dialog.activateWindow()
    return dialog


def choose(dialog, words: str) -> None:
    dialog.search.setFocus()
    dialog.search.clear()
    QTest.keyClicks(dialog.search, words)
    dialog.table.setFocus()


def test_new_keys_count_at_once_everywhere(qtbot, window):
    dialog = shortcuts(window)
    qtbot.waitUntil(dialog.isActiveWindow)
    choose(dialog, "export")
    assert dialog.chosen.id == "export"
    press(Key.Key_Return)
    assert isinstance(QApplication.focusWidget(), KeyField)
    press(Key.Key_K, CTRL)
    assert dialog.said.text() == "Export ONNX: Ctrl+K."
    action = window.actions_by_id["export"]
    assert [s.toString() for s in action.shortcuts()] == ["Ctrl+K"]
    assert window.toolbar.export.toolTip() == "Export ONNX (Ctrl+K)"
    assert json.loads((config_folder() / "keys.json").read_text()) == {"export": ["Ctrl+K"]}

    choose(dialog, "one step")
    press(Key.Key_Return)
    press(Key.Key_F7)
    assert window.bottom.train_bar.step.toolTip() == "One step (F7)"
    window.open_palette()
    QTest.keyClicks(window.commands.search, "one step")
    assert window.commands.entries[0].key == "F7"
    window.commands.hide()
    window.session.select(["n2"])
    choose(dialog, "about this layer")
    press(Key.Key_Return)
    press(Key.Key_H, ALT)
    assert window.inspector.page.help.toolTip() == "About Conv2D (Alt+H)"
    window.session.select(["n3"])
    assert window.inspector.page.help.toolTip() == "About ReLU (Alt+H)"

    again = MainWindow(settings=QSettings(str(config_folder() / "other.ini"), QSettings.Format.IniFormat))
    qtbot.addWidget(again)
    assert again.actions_by_id["export"].shortcut().toString() == "Ctrl+K"
    again.shut_down()


def test_a_key_that_was_changed_works(qtbot, window):
    window.keys.take(Keymap().swapped("walk_right", "D"))
    window.canvas.setFocus()
    press(Key.Key_Right)
    assert not window.session.selection
    press(Key.Key_D)
    assert window.session.selection == {"n1"}
    press(Key.Key_D)
    assert window.session.selection == {"n2"}


def test_a_conflict_names_both_and_can_be_swapped(qtbot, window):
    dialog = shortcuts(window)
    qtbot.waitUntil(dialog.isActiveWindow)
    choose(dialog, "tidy")
    press(Key.Key_Return)
    press(Key.Key_Z, CTRL)
    assert dialog.said.text() == "Ctrl+Z is “Undo” (Edit) already; you want it for “Tidy” (Network)."
    assert [b.text() for b in dialog.buttons] == ["Swap", "Take it", "Leave it"]
    assert not window.keys.keymap.own, "nothing has changed yet"
    assert QApplication.focusWidget() is dialog.buttons[0]
    press(Key.Key_Space)
    assert window.keys.keymap.own == {"tidy": ("Ctrl+Z",), "undo": ("Ctrl+L",)}
    QTest.mouseClick(dialog.reset, Qt.MouseButton.LeftButton)
    assert not window.keys.keymap.own, "Undo has its own again, too"

    press(Key.Key_Return)
    press(Key.Key_Z, CTRL)
    QTest.mouseClick(dialog.buttons[1], Qt.MouseButton.LeftButton)
    assert window.keys.keymap.own == {"tidy": ("Ctrl+Z",), "undo": ()}
    QTest.mouseClick(dialog.reset_all, Qt.MouseButton.LeftButton)
    assert not window.keys.keymap.own and not dialog.reset_all.isEnabled()


@pytest.mark.parametrize(("key", "held", "said"), [
    (Key.Key_Space, Qt.KeyboardModifier.NoModifier, "Space searches"), (Key.Key_Backtab, SHIFT, "Shift+Tab goes back"),
])  # fmt: skip
def test_keys_that_are_needed_are_refused(qtbot, window, key, held, said):
    dialog = shortcuts(window)
    qtbot.waitUntil(dialog.isActiveWindow)
    choose(dialog, "tidy")
    press(Key.Key_Return)
    press(key, held)
    assert dialog.said.text().startswith(said) and not window.keys.keymap.own
    press(Key.Key_Escape)
    assert QApplication.focusWidget() is dialog.table and dialog.isVisible()


def test_tab_and_enter_and_signs_are_read_as_keys(qtbot):
    field = KeyField()
    qtbot.addWidget(field)
    field.show()
    got: list[str] = []
    field.pressed.connect(got.append)
    for key, held in ((Key.Key_Tab, CTRL), (Key.Key_Enter, CTRL | Qt.KeyboardModifier.KeypadModifier),
                      (Key.Key_Plus, CTRL | SHIFT), (Key.Key_P, CTRL | SHIFT), (Key.Key_BracketLeft, Qt.KeyboardModifier(0))):
        field.listen()
        QTest.keyClick(field, Key.Key_Control, CTRL)
        QTest.keyClick(field, key, held)
    assert got == ["Ctrl+Tab", "Ctrl+Enter", "Ctrl++", "Ctrl+Shift+P", "["]


# -- the command palette ---------------------------------------------------------------------------------------------------
def test_the_palette_says_where_a_command_is_and_why_it_waits(window):
    window.open_palette()
    entries = {e.title: e for e in window.commands.entries}
    assert (entries["Tidy"].place, entries["Tidy"].key) == ("menu Network", "Ctrl+L")
    assert (entries["Start a wire"].place, entries["Start a wire"].enabled) == ("Select a layer first.", False)
    window.commands.hide()
    window.session.select(["n2"])
    window.open_palette()
    entries = {e.title: e for e in window.commands.entries}
    assert (entries["Start a wire"].place, entries["Start a wire"].key) == ("on the canvas", "W")
    window.commands.hide()


def test_every_command_that_can_wait_says_for_what():
    for command in COMMANDS:
        assert command.when.otherwise.endswith(".") or command.when is BY_ID["about"].when, command.id
        assert len(command.when.otherwise) <= 38, "it has a narrow column"
