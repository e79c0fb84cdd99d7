"""The document's name in the middle of the menu bar."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMenuBar

from app.panels.words import bold


class Title(QLabel):
    """It stands behind the menus' right end where the middle is taken, and gives way where there is no room."""

    def __init__(self, bar: QMenuBar) -> None:
        super().__init__(bar)
        self._bar = bar
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_words(self, name: str, where: str) -> None:
        self.setText(f"{bold(escape(name))} — {escape(where)}" if where else bold(escape(name)))
        self.place()

    def place(self) -> None:
        self.adjustSize()
        menus_end = self._bar.actionGeometry(self._bar.actions()[-1]).right() + 16
        x = max(menus_end, (self._bar.width() - self.width()) // 2)
        self.setVisible(x + self.width() < self._bar.width())
        self.move(x, (self._bar.height() - self.height()) // 2)
