"""A window of text beside the main one: a layer's page, all layers, the keys, what Netwright is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QDialog, QHBoxLayout, QTextBrowser, QVBoxLayout, QWidget

from app.panels.help_pages import LAYER, PICTURE, TEMPLATE, Page, layer_help, layers_page, sheet
from app.panels.picture import drawn
from app.panels.words import button, label
from app.theme import current

MARGIN = 12


class HelpCard(QDialog):
    """Not modal: read it while you work. `example_wanted` carries a layer's type, `template_wanted` a template's name."""

    example_wanted = Signal(str)
    template_wanted = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setModal(False)
        self._page: Callable[[], Page] | None = None
        self._shown = Page("")
        self.title, self.formula = label(role="title"), label(role="formula", wraps=True)
        self.text = QTextBrowser()
        self.text.setAccessibleName("Help")
        self.text.setOpenLinks(False)
        self.text.anchorClicked.connect(self._follow)
        self.example = button("Open an example", lambda: self.example_wanted.emit(self._shown.example))
        self.all = button("All layers", lambda: self.show_page(layers_page))
        self._lay_out()
        self.resize(640, 640)

    def _lay_out(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(24 - MARGIN, 20, 12, 16)
        box.setSpacing(8)
        for words in (self.title, self.formula):
            words.setContentsMargins(MARGIN + 1, 0, 0, 0)
            box.addWidget(words)
        box.addWidget(self.text)
        row = QHBoxLayout()
        row.setContentsMargins(MARGIN + 1, 0, 12, 0)
        row.setSpacing(8)
        for offered in (self.example, self.all):
            # Enter is for the link or the button that has the focus.
            offered.setAutoDefault(False)
            row.addWidget(offered)
        row.addStretch(1)
        row.addWidget(label("Esc closes", "caption"))
        box.addLayout(row)

    def show_page(self, page: Callable[[], Page]) -> None:
        self._page = page
        self._write()
        self.show()
        self.raise_()
        self.activateWindow()
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def recolor(self) -> None:
        if self._page is not None:
            self._write()

    def _follow(self, url: QUrl) -> None:
        address = url.toString()
        if address.startswith(LAYER):
            self.show_page(lambda: layer_help(address.removeprefix(LAYER)))
        elif address.startswith(TEMPLATE):
            self.template_wanted.emit(address.removeprefix(TEMPLATE))

    def _write(self) -> None:
        assert self._page is not None
        page = self._shown = self._page()
        self.setWindowTitle(page.title)
        self.title.setText(page.title)
        self.formula.setText(page.formula)
        self.formula.setVisible(bool(page.formula))
        self.example.setVisible(bool(page.example))
        self.all.setVisible(bool(page.example))
        self.example.setAccessibleName(f"Open an example with {page.example}")
        self.text.setStyleSheet(_frame())
        self.text.setAccessibleName(page.title)
        self.text.setAccessibleDescription(page.picture.alt if page.picture else "")
        document = self.text.document()
        document.setDefaultStyleSheet(sheet())
        document.setDocumentMargin(MARGIN)
        if page.picture is not None:
            image = drawn(page.picture, page.category, current(), self.devicePixelRatioF())
            document.addResource(QTextDocument.ResourceType.ImageResource, QUrl(PICTURE), image)
        self.text.setHtml(page.html)


def _frame() -> str:
    """No frame, but for the keyboard's focus."""
    tokens = current()
    return f"""
    QTextBrowser {{ border: 1px solid transparent; border-radius: 4px; background: transparent; padding: 0; }}
    QTextBrowser:focus {{ border-color: {tokens.accent}; }}
    """
