"""A window of text beside the main one: a layer's page, the keys, what Netwright is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QTextBrowser, QVBoxLayout, QWidget

from app.panels.help_pages import Page, sheet
from app.panels.words import label


class HelpCard(QDialog):
    """Not modal: read it while you work."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setModal(False)
        self._page: Callable[[], Page] | None = None
        self.title, self.formula = label(role="title"), label(role="formula", wraps=True)
        self.text = QTextBrowser()
        self.text.setOpenExternalLinks(True)
        self.text.setStyleSheet("QTextBrowser { border: none; background: transparent; padding: 0; }")
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 12, 16)
        box.setSpacing(8)
        for widget in (self.title, self.formula, self.text):
            box.addWidget(widget)
        self.resize(640, 520)

    def show_page(self, page: Callable[[], Page]) -> None:
        self._page = page
        self._write()
        self.show()
        self.raise_()
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def recolor(self) -> None:
        if self._page is not None:
            self._write()

    def _write(self) -> None:
        assert self._page is not None
        title, formula, html = self._page()
        self.setWindowTitle(title)
        self.title.setText(title)
        self.formula.setText(formula)
        self.formula.setVisible(bool(formula))
        self.text.document().setDefaultStyleSheet(sheet())
        self.text.document().setDocumentMargin(0)
        self.text.setHtml(html)
