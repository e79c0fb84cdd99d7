"""FrameEditor: title and text of a frame, or the text of a note, typed where they stand."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from nodes.document import Frame

Write = Callable[[str, str], object]
LEAST = (220, 96)


class FrameEditor(QFrame):
    """`write` takes title and text. Enter writes (in a note Ctrl+Enter does), and so does going elsewhere; Esc leaves all
    as it was."""

    def __init__(self, parent: QWidget, frame: Frame, box: QRect, write: Write) -> None:
        super().__init__(parent)
        self._write, self._canvas, self._over = write, parent, False
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self.title = QLineEdit(frame.title, self)
        self.text = QPlainTextEdit(frame.text, self) if frame.note else QLineEdit(frame.text, self)
        self._make(frame.note, box)
        for field in (self.title, self.text):
            field.installEventFilter(self)
        self.show()
        self.raise_()
        first = self.text if frame.note else self.title
        first.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(first, QLineEdit):
            first.selectAll()

    def _make(self, note: bool, box: QRect) -> None:
        """A note's field covers the note; a frame's two stand in its heading."""
        row = QVBoxLayout(self) if note else QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.title.setVisible(not note)
        self.title.setAccessibleName("Title of the frame")
        self.title.setPlaceholderText("Title")
        self.text.setAccessibleName("Text of the note" if note else "Text of the frame")
        self.text.setPlaceholderText("Write what should be known here" if note else "What it is for")
        row.addWidget(self.title, 1)
        row.addWidget(self.text, 2)
        width, height = max(box.width(), LEAST[0] if note else 320), max(box.height(), LEAST[1]) if note else 28
        room = self._canvas.rect().adjusted(4, 4, -4, -4)
        width, height = min(width, room.width()), min(height, room.height())
        x = min(max(box.x(), room.left()), room.right() - width)
        self.setGeometry(x, min(max(box.y(), room.top()), room.bottom() - height), width, height)

    def _texts(self) -> tuple[str, str]:
        text = self.text.toPlainText() if isinstance(self.text, QPlainTextEdit) else self.text.text()
        return self.title.text(), text

    def finish(self) -> None:
        """Write, and be gone."""
        self._end(write=True)

    def _end(self, write: bool) -> None:
        """Once only: hiding it takes the focus away, which would end it again."""
        if self._over:
            return
        self._over = True
        had = self.isAncestorOf(QApplication.focusWidget() or self._canvas)
        if write:
            self._write(*self._texts())
        if had:
            self._canvas.setFocus()
        self.hide()
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.ShortcutOverride:
            # The window's shortcuts must not take letters from a field.
            event.accept()
            return True
        if kind == QEvent.Type.FocusOut and not self.isAncestorOf(QApplication.focusWidget() or self):
            self._end(write=True)
        if isinstance(event, QKeyEvent) and kind == QEvent.Type.KeyPress:
            return self._key(event)
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape:
            self._end(write=False)
            return True
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        held = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if enter and (held or isinstance(self.text, QLineEdit)):
            self._end(write=True)
            return True
        return False
