"""The tab Text: what a network of characters writes, while it learns and when it is asked, in the real window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.panels.bottom import TRAINING, WRITING
from nodes import edits
from nodes.example import new
from tests.nodes.test_texts import TEXT, classes_in, reader

PATIENCE = 60_000


@pytest.fixture
def window(make_window: Any, tmp_path: Path) -> Any:
    path = tmp_path / "cats.txt"
    path.write_text(TEXT, encoding="utf-8")
    return make_window(edits.set_recipe(reader(f"{path}:length=10", classes_in(TEXT)), epochs=100_000))


def test_it_writes_while_it_learns(qtbot: Any, window: Any) -> None:
    page = window.bottom.writing
    assert window.bottom.tabs.isTabVisible(WRITING) and not page.texts
    window.control.toggle()
    qtbot.waitUntil(lambda: bool(page.texts), timeout=PATIENCE)
    first = page.texts[0]
    assert len(first.text) == 400 and set(first.text) <= set(TEXT)
    assert f"── step {first.step:,} ──" in page.page.toPlainText()
    window.bottom.show_tab(WRITING)
    qtbot.mouseClick(page.again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(page.texts) > 1 and page.texts[-1].step > first.step, timeout=PATIENCE)
    window.control.stop()
    qtbot.waitUntil(lambda: window.control.state == "idle", timeout=PATIENCE)


def test_prompt_and_temperature_count_from_the_next_text_on(qtbot: Any, window: Any) -> None:
    page = window.bottom.writing
    QTest.mouseClick(window.bottom.tabs, Qt.MouseButton.LeftButton, pos=window.bottom.tabs.tabRect(WRITING).center())
    page.prompt.setFocus()
    QTest.keyClicks(page.prompt, "the cat")
    QTest.keyClick(page.prompt, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(page.texts) == 1, timeout=PATIENCE)
    assert page.texts[0].text.startswith("the cat") and len(page.texts[0].text) == 407
    page.temperature.setFocus()
    page.temperature.selectAll()
    QTest.keyClicks(page.temperature, "0")
    QTest.keyClick(page.temperature, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(page.texts) == 2, timeout=PATIENCE)
    assert page.texts[1].text != page.texts[0].text


def test_what_cannot_be_written_says_why_and_the_run_goes_on(qtbot: Any, window: Any) -> None:
    page = window.bottom.writing
    window.control.toggle()
    qtbot.waitUntil(lambda: bool(page.texts), timeout=PATIENCE)
    window.bottom.show_tab(WRITING)
    page.prompt.setFocus()
    QTest.keyClicks(page.prompt, "Zoo")
    QTest.keyClick(page.prompt, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "characters that the training text had not (Z)" in page.caption.text(), timeout=PATIENCE)
    assert window.control.state == "running"
    page.temperature.setFocus()
    page.temperature.selectAll()
    QTest.keyClicks(page.temperature, "99")
    QTest.keyClick(page.temperature, Qt.Key.Key_Return)
    assert page.caption.text() == "temperature takes a number from 0 to 10, and ‘99’ was given."
    assert page.temperature.text() == "0.8"


def test_another_network_has_no_such_tab(window: Any) -> None:
    window.bottom.show_tab(WRITING)
    window.show_document(new("mlp"), None)
    assert not window.bottom.tabs.isTabVisible(WRITING) and window.bottom.tabs.currentIndex() == TRAINING
    assert not window.bottom.writing.page.toPlainText()
