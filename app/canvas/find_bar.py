"""FindBar: a field over the canvas that finds layers. Enter goes on, Shift+Enter back, Esc returns to the canvas."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget

from app.canvas.matches import Match
from app.glyphs import glyph_icon
from app.tokens import Tokens

WIDTH = 340
HINT = "name, type, setting or problem"


class FindBar(QFrame):
    """`sought` carries what is typed, `stepped` the way to go on; the canvas shows what is found."""

    sought = Signal(str)
    stepped = Signal(int)
    closed = Signal()

    def __init__(self, parent: QWidget, tokens: Tokens) -> None:
        super().__init__(parent)
        self.setProperty("surface", "raised")
        self.setFixedWidth(WIDTH)
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self.field = QLineEdit(placeholderText="Find a layer")
        self.field.setAccessibleName("Find a layer")
        self.field.setAccessibleDescription(f"By {HINT}. Enter goes to the next one, Shift+Enter back, Esc leaves.")
        self.count = QLabel(HINT)
        self.count.setProperty("role", "caption")
        self.count.setTextFormat(Qt.TextFormat.PlainText)
        self.back = self._button("‹", "The one before (Shift+Enter)", -1)
        self.on = self._button("›", "The next one (Enter)", 1)
        self.leave_button = self._button("", "Leave (Esc)", 0)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.field, 1)
        for widget in (self.back, self.on, self.leave_button):
            row.addWidget(widget)
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 8, 6, 6)
        box.setSpacing(4)
        box.addLayout(row)
        box.addWidget(self.count)
        self.field.textChanged.connect(self.sought)
        self.field.installEventFilter(self)
        self.set_tokens(tokens)
        self.hide()

    def _button(self, text: str, tip: str, step: int) -> QToolButton:
        made = QToolButton()
        made.setText(text)
        made.setFixedSize(24, 24)
        made.setToolTip(tip)
        made.setAccessibleName(tip.split(" (")[0])
        made.clicked.connect(lambda: self.stepped.emit(step) if step else self.leave())
        return made

    def set_tokens(self, tokens: Tokens) -> None:
        self.leave_button.setIcon(glyph_icon("cross", tokens.text2))
        self.leave_button.setIconSize(QSize(14, 14))

    def open(self) -> None:
        self.show()
        self.raise_()
        self.field.selectAll()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.sought.emit(self.field.text())

    def show_found(self, found: list[Match], at: int) -> None:
        """``2 of 5 · units 120``."""
        for made in (self.back, self.on):
            made.setEnabled(len(found) > 1)
        text = self.field.text().strip()
        if found:
            self.count.setText(_fitting(f"{at + 1} of {len(found)} · {found[at].why}"))
        else:
            self.count.setText(_fitting(f"No layer has “{text}”: try its {HINT}.") if text else HINT)

    def leave(self) -> None:
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.key() not in _OURS:
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress and event.key() != Qt.Key.Key_Escape:
            self.stepped.emit(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
            return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)


_OURS = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter)
MOST = 56


def _fitting(text: str) -> str:
    return text if len(text) <= MOST else f"{text[: MOST - 1].rstrip()}…"
