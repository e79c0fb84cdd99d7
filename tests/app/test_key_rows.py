"""Rows of the table of gestures that nothing else presses: files, training and redo by their keys, in the whole window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from app.worker.control import IDLE, PAUSED, RUNNING
from nodes import edits, files
from tests.app.conftest import tiny, to_front

Key, CTRL, SHIFT, ALT = (
    Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier,
)  # fmt: skip


def press(window, key, keys=Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget() or window.canvas, key, keys)


def test_ctrl_s_ctrl_shift_s_ctrl_o_and_ctrl_n(qtbot, window, tmp_path, monkeypatch):
    asked: list[str] = []

    def save_as(*_, **__):
        asked.append(str(tmp_path / f"{len(asked)}.onnx"))
        return asked[-1], ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", save_as)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: (asked[0], ""))
    press(window, Key.Key_S, CTRL)
    assert files.load(asked[0]).title == "LeNet" and window.session.history.clean
    window.session.do("Rename", lambda d: edits.retitle(d, "Mine"))
    press(window, Key.Key_S, CTRL)
    assert len(asked) == 1 and files.load(asked[0]).title == "Mine", "where it was saved before, without asking"
    window.session.do("Rename", lambda d: edits.retitle(d, "Other"))
    press(window, Key.Key_S, CTRL | SHIFT)
    assert [files.load(path).title for path in asked] == ["Mine", "Other"]
    press(window, Key.Key_O, CTRL)
    assert window.session.document.title == "Mine" and window.session.path.name == "0.onnx"
    press(window, Key.Key_N, CTRL)
    assert window.new_menu.isVisible()
    QTest.keyClick(window.new_menu, Key.Key_Escape)


def test_redo_has_two_keys(window):
    for keys in ((Key.Key_Y, CTRL), (Key.Key_Z, CTRL | SHIFT)):
        window.session.do("Rename", lambda d: edits.retitle(d, "Mine"))
        after = window.session.document
        press(window, Key.Key_Z, CTRL)
        assert window.session.document is not after
        press(window, *keys)
        assert window.session.document is after
        press(window, Key.Key_Z, CTRL)


def test_training_by_its_keys(qtbot, make_window):
    window = make_window(tiny(epochs=400))
    to_front(qtbot, window)

    def progress(name):
        return window.session.document.training.progress.get(name, 0)

    press(window, Key.Key_F11)
    qtbot.waitUntil(lambda: progress("step") == 1, timeout=30_000)
    press(window, Key.Key_F11, SHIFT)
    qtbot.waitUntil(lambda: progress("epoch") == 1, timeout=30_000)
    qtbot.waitUntil(lambda: window.control.state in (IDLE, PAUSED), timeout=30_000)
    press(window, Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: window.control.state == RUNNING, timeout=30_000)
    press(window, Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: window.control.state == PAUSED, timeout=30_000)
    press(window, Key.Key_Return, CTRL | ALT)
    qtbot.waitUntil(lambda: window.control.state == IDLE, timeout=30_000)
    assert 1 <= progress("epoch") < 400
