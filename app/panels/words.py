"""Small widgets in words: labels by role, icon buttons, rules, numbers as they are written here."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QLabel, QLayout, QPushButton, QToolButton, QWidget

from app.glyphs import glyph_icon
from app.theme import current


def label(text: str = "", role: str = "", wraps: bool = False) -> QLabel:
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        made.setProperty("role", role)
    made.setWordWrap(wraps)
    return made


def restyle(widget: QWidget, name: str, value: object) -> None:
    """Set a dynamic property and let the style sheet see it."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def button(text: str, clicked: Callable[[], object], **variant: bool) -> QPushButton:
    made = QPushButton(text)
    for name, value in variant.items():
        made.setProperty(name, value)
    made.clicked.connect(lambda: clicked())
    return made


def icon_button(glyph: str, tip: str, size: int = 28) -> QToolButton:
    made = QToolButton()
    made.setProperty("glyph", glyph)
    made.setIcon(glyph_icon(glyph, current().text2))
    made.setIconSize(QSize(16, 16))
    made.setFixedSize(size, size)
    made.setToolTip(tip)
    made.setAccessibleName(tip)
    return made


def recolor(widget: QWidget) -> None:
    """Draw the glyphs of all icon buttons below `widget` in the present theme."""
    for tool in widget.findChildren(QToolButton):
        glyph = tool.property("glyph")
        if glyph:
            tool.setIcon(glyph_icon(glyph, current().text2))


def rule() -> QFrame:
    made = QFrame()
    made.setProperty("rule", True)
    return made


def empty(layout: QLayout) -> None:
    """Take everything out of a layout, at once for the eye."""
    while (item := layout.takeAt(0)) is not None:
        if widget := item.widget():
            widget.hide()
            widget.deleteLater()
        elif inner := item.layout():
            empty(inner)


def short(number: float) -> str:
    """``0.0376``, ``2.6e−3`` … four digits that matter."""
    return f"{number:.3g}".replace("e-0", "e−").replace("-", "−")
