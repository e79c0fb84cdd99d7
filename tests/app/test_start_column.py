"""The start page's column: recent files, work that was kept, first help."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app import recent
from app.recent import Recent, entries, remember
from nodes import files
from nodes.document import Document
from nodes.example import new
from tests.app.conftest import press, settled

Key, LEFT = Qt.Key, Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier


def test_a_file_that_is_gone_says_so_and_can_be_removed(started, tmp_path):
    files.save(new("mlp"), tmp_path / "here.onnx")
    for name in ("gone.onnx", "here.onnx", "folder/lost.onnx"):
        remember(started.store, tmp_path / name, "Net", 1)
    started.starting.show()
    column = started.starting.page.column
    assert [row.accessibleDescription() for row in column.rows] == [
        "Its folder is not there now, today", "Net · 1 parameter, today", "Moved or deleted, today",
    ]  # fmt: skip
    settled()
    assert [row.remove.isVisible() for row in column.rows] == [True, False, True]
    QTest.mouseClick(column.rows[0], LEFT)
    assert started.starting.on and not started.messages.isVisible()
    QTest.mouseClick(column.rows[0].remove, LEFT)
    assert [row.entry.path.name for row in column.rows] == ["here.onnx", "gone.onnx"]
    settled()
    column.rows[1].setFocus()
    press(Key.Key_Delete)
    assert [row.entry.path.name for row in column.rows] == ["here.onnx"]
    assert [e.path.name for e in entries(started.store)] == ["here.onnx"]


def test_days_are_said_as_people_say_them(tmp_path):
    today = date(2025, 3, 2)
    told = {"2025-03-02T08:00": "today", "2025-03-01T23:00": "yesterday", "2025-02-12T10:00": "12 Feb",
            "2024-11-12T10:00": "12 Nov 2024", "": "", "nonsense": ""}  # fmt: skip
    assert {when: Recent(tmp_path, when=when).day(today) for when in told} == told
    assert Recent(tmp_path, when=(datetime.now() - timedelta(0)).isoformat()).day(date.today()) == "today"


def test_files_remembered_by_earlier_versions_are_listed(started, tmp_path):
    path = tmp_path / "old.onnx"
    path.write_bytes(b"")
    started.store.setValue(recent.KEY, [str(path), "{broken"])
    assert entries(started.store)[0] == Recent(path) and recent.recent(started.store) == [path]
    remember(started.store, path, "New", 5)
    assert [(e.path, e.title) for e in entries(started.store)] == [(path, "New"), (Path("{broken"), "")]


@pytest.fixture
def left_behind(make_window, monkeypatch, tmp_path):
    """A window ends as by a crash: its journal stays, and nobody holds its lock."""
    from app.autosave import left_behind as found_in
    from app.settings import state_folder

    crashed = make_window(Document())
    crashed.add_layer("Dense")
    crashed.autosave.write()
    crashed.autosave.presence.lock.unlock()
    monkeypatch.setattr(crashed.autosave, "close", lambda: crashed.autosave.writer.close())
    return lambda: found_in(state_folder())


def test_kept_work_is_opened_from_the_page(left_behind, started):
    started.offer_recovery()
    (row,) = started.starting.page.column.kept
    settled()
    assert row.text.text().startswith("Untitled, closed ") and not started.messages.isVisible()
    QTest.mouseClick(row.opens, LEFT)
    assert [n.type for n in started.session.document.nodes.values()] == ["Dense"]
    assert not started.starting.on and not left_behind()


def test_kept_work_is_discarded_from_the_page(left_behind, started):
    started.offer_recovery()
    settled()
    QTest.mouseClick(started.starting.page.column.kept[0].discards, LEFT)
    assert not started.starting.page.column.kept and not left_behind()


def test_kept_work_that_was_not_answered_is_offered_at_the_canvas(left_behind, started):
    started.offer_recovery()
    press(Key.Key_N, held=CTRL)
    assert started.messages.isVisible() and "Untitled" in started.messages.text.text()
    assert left_behind()


def test_help_for_the_first_time(started):
    five, keys = started.starting.page.column.learn
    QTest.mouseClick(five, LEFT)
    assert started.help_card.isVisible() and "Ctrl+Enter" in started.help_card.text.toPlainText()
    QTest.mouseClick(keys, LEFT)
    assert started.help_card.title.text() == "Keys"
    started.help_card.hide()
