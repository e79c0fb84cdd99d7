"""Nothing that is written is cut off, too small or drawn over, in the sizes that the window has."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QFontInfo, QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QTabBar, QWidget

from app import theme
from app.window import MainWindow
from nodes import edits
from nodes.document import Document
from nodes.example import new
from tests.app.conftest import settled
from tests.window_pictures import take

SIZES = ((1280, 720), (960, 540))
#: LOOK.md: no text below 10.5 px. (Fonts come in whole or half pixels.)
SMALLEST = 10.4


def words_of(widget: QWidget) -> str:
    """What is written on a widget that writes one line or a paragraph."""
    if isinstance(widget, QComboBox):
        return widget.currentText()
    return widget.text() if isinstance(widget, (QLabel, QAbstractButton)) else ""


def room_needed(widget: QWidget) -> tuple[int, int]:
    """Width and height that its words take."""
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.minimumSizeHint().width(), widget.heightForWidth(widget.width())
    if isinstance(widget, QComboBox):
        return widget.fontMetrics().horizontalAdvance(widget.currentText()) + 30, 0
    return widget.sizeHint().width(), 0


def out_of_sight(widget: QWidget) -> bool:
    """Whether an ancestor cuts it off at the side. (Below, one may scroll.)"""
    above = widget.parentWidget()
    while above is not None and not widget.isWindow():
        at = widget.mapTo(above, QPoint(0, 0))
        if at.x() < 0 or at.x() + widget.width() > above.width():
            return True
        above = None if above.isWindow() else above.parentWidget()
    return False


def flaws(window: QWidget) -> Iterator[str]:
    """Every text that is cut off or too small, in words."""
    for widget in window.findChildren(QWidget):
        text = words_of(widget)
        if isinstance(widget, QTabBar) and widget.isVisible() and widget.sizeHint().width() > widget.width():
            yield f"the tabs of {widget.accessibleName()} need {widget.sizeHint().width()} px and have {widget.width()}"
        if not text.strip() or not widget.isVisible() or widget.visibleRegion().isEmpty():
            continue
        need, have = room_needed(widget), (widget.width(), widget.height())
        if need[0] > have[0] or need[1] > have[1]:
            yield f"“{text}” needs {need} px and has {have}"
        if out_of_sight(widget):
            yield f"“{text}” is cut off by what it stands in"
        if QFontInfo(widget.font()).pixelSize() < SMALLEST:
            yield f"“{text}” is written in {QFontInfo(widget.font()).pixelSize()} px"


def overlaps(widgets: list[QWidget], window: QWidget) -> list[tuple[str, str]]:
    """Pairs of visible widgets that lie on each other."""
    placed = ((type(w).__name__, QRect(w.mapTo(window, QPoint(0, 0)), w.size())) for w in widgets if w.isVisible())
    seen = list(placed)
    return [(a, b) for i, (a, here) in enumerate(seen) for b, there in seen[i + 1 :] if here.intersects(there)]


def troubled() -> Document:
    """Errors and advice with repairs, long names, every kind of setting."""
    document = edits.set_setting(new("lenet"), "n5", "kernel_size", (40, 40))
    for i, type in enumerate(("GlobalAveragePool", "MultiHeadAttention", "BatchNormalization", "LSTM")):
        document, _ = edits.add(document, type, (300.0 * i, 600.0))
    return document


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("mode", ["dark", "light"])
def test_nothing_written_is_cut_off(make_window: Callable[..., MainWindow], mode: theme.Mode, size: tuple[int, int]) -> None:
    window = make_window(troubled())
    theme.apply(QApplication.instance(), mode)  # type: ignore[arg-type]
    window.resize(*size)
    settled()
    found: list[str] = []
    for tab in range(4):
        window.bottom.show_tab(tab)
        settled()
        found += flaws(window)
    window.show_inspector()
    for node in {n.type: n for n in window.session.document.nodes.values()}.values():
        window.session.select([node.id])
        settled()
        found += flaws(window.inspector)
    window.session.select([])
    window.messages.say("warn", "A sentence as long as they come, which says where it is, what was found, and what to do. " * 2)
    settled()
    found += flaws(window)
    assert not found, "\n".join(sorted(set(found)))


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_what_stands_over_the_canvas_does_not_overlap(make_window: Callable[..., MainWindow], size: tuple[int, int]) -> None:
    window = make_window(new("lenet"))
    window.resize(*size)
    settled()
    window.canvas.reset_zoom()
    settled()
    canvas = window.canvas
    assert overlaps([canvas.title, canvas.zoom_control, canvas.minimap], window) == []


def test_the_same_at_200_percent() -> None:
    """A scale counts from the program's start only: the tests above in a process of its own."""
    chosen = f"{__file__}::test_nothing_written_is_cut_off"
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", chosen, "-k", "light and 960"]
    ran = subprocess.run(command, env={**os.environ, "QT_SCALE_FACTOR": "2"}, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-3000:]


def test_a_picture_of_the_window_is_taken(qapp: QApplication, tmp_path: Path) -> None:
    picture = QImage(str(take("problems", "light", "960", tmp_path)))
    scale = picture.devicePixelRatio()
    assert picture.width() / scale >= 960 and picture.pixelColor(4, 4) == QColor(theme.LIGHT.panel)
