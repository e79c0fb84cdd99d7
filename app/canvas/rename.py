"""NameEditor: a field over a name on the canvas. Enter renames, Esc leaves; a name that is refused stays to be mended."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget


class NameEditor(QLineEdit):
    """`rename` takes what was typed, and says whether it could be done."""

    def __init__(self, parent: QWidget, what: str, name: str, box: QRect, rename: Callable[[str], bool]) -> None:
        super().__init__(name, parent)
        self._rename, self._over, self._canvas = rename, False, parent
        self.setAccessibleName(what)
        self.setGeometry(box.x(), box.center().y() - 14, max(box.width(), 140), 28)
        self.returnPressed.connect(self._take)
        self.selectAll()
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take(self) -> None:
        """Rename; when that is refused the field stays open, marked wrong."""
        if self._rename(self.text()):
            self._leave()
        else:
            self.setProperty("wrong", True)
            self.style().unpolish(self)
            self.style().polish(self)

    def _leave(self) -> None:
        if not self._over:
            self._over = True
            self._canvas.setFocus()
            self.hide()
            self.deleteLater()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._leave()

    def event(self, event: QEvent) -> bool:
        # The window's shortcuts must not take letters from a field.
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)
