"""F10: one operator of a training step at a time, in the real window."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.panels.bottom import OPERATIONS
from nodes import edits
from nodes.example import new


def test_f10_walks_through_a_step(window: Any) -> None:
    page, document = window.bottom.operations, window.session.document
    QTest.keyClick(window.canvas, Qt.Key.Key_F10)
    assert window.bottom.tabs.currentIndex() == OPERATIONS and [o.type for o in page.done] == ["Conv"]
    assert window.session.selection == {"n2"} and page.list.topLevelItem(0).text(2) == "conv1"
    assert "reads" in page.details.text() and "8×6×24×24" in page.details.text()
    for _ in range(3):
        QTest.keyClick(window.canvas, Qt.Key.Key_F10)
    assert len(page.done) == 4 and page.caption.text().startswith("Operator 4 of ")
    page.list.setCurrentItem(page.list.topLevelItem(0))
    assert page.details.text().splitlines()[0].endswith("conv1.weight, conv1.bias)")
    assert window.session.document is document, "it only looks"


def test_it_ends_and_begins_again_and_forgets_another_network(window: Any) -> None:
    window.show_document(new("neuron"), None)
    page = window.bottom.operations
    while "is done" not in page.caption.text():
        QTest.keyClick(window.canvas, Qt.Key.Key_F10)
    total = len(page.done)
    QTest.keyClick(window.canvas, Qt.Key.Key_F10)
    assert total > 5 and len(page.done) == 1
    id = next(n.id for n in window.session.document.nodes.values() if n.type == "Dense")
    window.session.do("Change", lambda d: edits.set_setting(d, id, "bias", False))
    assert not page.done and "F10 runs one operator" in page.caption.text()


def test_what_cannot_be_stepped_through_says_why(window: Any) -> None:
    told: list[str] = []
    window.session.refused.connect(lambda refusal: told.append(str(refusal)))
    window.show_document(edits.set_setting(new("mlp"), "n3", "units", 60_000), None)
    QTest.keyClick(window.canvas, Qt.Key.Key_F10)
    assert told and "too many to look at one by one" in told[0]
