"""The inspector at the right: the selected layer, or the whole network where none is selected."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from app.panels.network_table import NetworkTable
from app.panels.node_page import NodePage
from app.panels.words import pass_focus_on
from app.session import Session


class Inspector(QFrame):
    """Follows the session's selection and document."""

    help_wanted = Signal(str)
    page_made = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "panel")
        self._session = session
        self._stack = QStackedWidget(self)
        self.network = NetworkTable(session, self._stack)
        self.page: NodePage | None = None
        self._stack.addWidget(self.network)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._stack)
        session.selection_changed.connect(lambda _: self.refresh())
        session.document_changed.connect(lambda _: self.refresh())
        self.refresh()

    def refresh(self, force: bool = False) -> None:
        chosen = self._session.selection
        if len(chosen) != 1:
            self._leave()
            self.network.refresh(force)
            if chosen:
                self.network.caption.setText(f"{len(chosen)} layers are selected. Click one to change its settings.")
            return
        node = self._session.document.nodes[next(iter(chosen))]
        if force or self.page is None or not self.page.fits(node):
            self._leave()
            self.page = NodePage(self._session, node)
            self.page.help.clicked.connect(lambda: self.help_wanted.emit(node.type))
            self.page.help_wanted.connect(self.help_wanted)
            self._stack.addWidget(_scrolled(self.page, f"Settings of {node.name or node.type}"))
            self.page_made.emit(self.page)
        self.page.refresh()
        self._stack.setCurrentIndex(1)

    def _leave(self) -> None:
        self.page = None
        self._stack.setCurrentIndex(0)
        while (old := self._stack.widget(1)) is not None:
            pass_focus_on(old)
            self._stack.removeWidget(old)
            old.deleteLater()

    def first_field(self) -> QWidget:
        """Where the keyboard begins here: the layer's name, or the table of all layers."""
        return self.page.name if self.page else self.network.view

    def first_setting(self) -> QWidget:
        """The layer's first setting that is shown; its name, where it has none."""
        rows = self.page.rows.values() if self.page else ()
        return next((row.field for row in rows if row.isVisibleTo(self)), self.first_field())


def _scrolled(inside: QWidget, name: str) -> QScrollArea:
    area = QScrollArea()
    area.setAccessibleName(name)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(inside)
    return area
