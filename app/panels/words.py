"""Small widgets in words: labels by role, icon buttons, rules, numbers as they are written here."""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QLayout, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.glyphs import glyph_icon
from app.theme import current

#: A longer word may be broken anywhere (a folder's path, a name without spaces).
LONG_WORD = 18
BREAK = "\u200b"
#: A folding button's border and padding, left and right.
FOLD_MARGIN = 18


def breakable(text: str) -> str:
    """`text` with invisible places to break its long words at: a label cannot become narrower than its longest word."""
    text = re.sub(r"·(?=\S)", f"·{BREAK}", text)  # a product, at any of its dots
    if all(len(word) <= LONG_WORD for word in text.replace(BREAK, " ").split()):
        return text
    words = re.split(r"(\s)", text)
    return "".join(w if len(w) <= LONG_WORD else re.sub(r"(\W|.{12})(?=.)", rf"\1{BREAK}", w) for w in words)


class Words(QLabel):
    """A label that wraps, within words too where it must."""

    def __init__(self) -> None:
        super().__init__()
        self._plain = ""
        self.setWordWrap(True)

    def setText(self, text: str) -> None:
        self._plain = text
        super().setText(breakable(text))

    def text(self) -> str:
        return self._plain


def label(text: str = "", role: str = "", wraps: bool = False) -> QLabel:
    made = Words() if wraps else QLabel()
    made.setText(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        made.setProperty("role", role)
    return made


class Folding(QPushButton):
    """A button as narrow as its place: what does not fit goes on in the next line."""

    def __init__(self, text: str, clicked: Callable[[], object]) -> None:
        super().__init__(text)
        self._plain = text
        self.setProperty("folds", True)
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.clicked.connect(lambda: clicked())

    def text(self) -> str:
        return self._plain

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setText(folded(self._plain, self.fontMetrics(), self.width() - FOLD_MARGIN))


def folded(text: str, metrics: QFontMetrics | QFontMetricsF, width: int) -> str:
    """`text` with a new line before each word that would leave `width` pixels."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and metrics.horizontalAdvance(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return "\n".join(lines)


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


def icon_button(glyph: str, tip: str, size: int = 28, command: str = "") -> QToolButton:
    """`command`: what it stands for in the command table; its key is added to the tip (`app.panels.bindings`)."""
    made = QToolButton()
    made.setProperty("command", command)
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


def divide(box: QVBoxLayout) -> None:
    """A line with air around it, between two parts of a panel."""
    box.addSpacing(6)
    box.addWidget(rule())
    box.addSpacing(4)


def pass_focus_on(widget: QWidget) -> None:
    """Before a widget goes: the keyboard returns to the canvas. Qt would give it to the next button, wherever that is."""
    focus = QApplication.focusWidget()
    canvas = widget.window().findChild(QWidget, "canvas")
    if focus is not None and canvas is not None and (focus is widget or widget.isAncestorOf(focus)):
        canvas.setFocus()


def empty(layout: QLayout) -> None:
    """Take everything out of a layout, at once for the eye."""
    while (item := layout.takeAt(0)) is not None:
        if widget := item.widget():
            pass_focus_on(widget)
            widget.hide()
            widget.deleteLater()
        elif inner := item.layout():
            empty(inner)


def minus(text: str) -> str:
    """Arithmetic with the sign that it has; a hyphen between letters stays one."""
    return re.sub(r"(?<![A-Za-z])-|-(?![A-Za-z])", "−", text)


def bold(text: str) -> str:
    """For rich text. Not <b>: that is a weight of 700, and the bundled face ends at 600."""
    return f'<span style="font-weight: 600">{text}</span>'


def short(number: float) -> str:
    """``0.0376``, ``2.6e−3`` … four digits that matter."""
    return f"{number:.3g}".replace("e-0", "e−").replace("-", "−")
