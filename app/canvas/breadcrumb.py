"""Breadcrumb: which block is open, and the way out, top left over the canvas. At the top there is nothing to go back to."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from app.panels.words import empty, label
from nodes.document import Document

LEAVES = "Esc leaves"


class Breadcrumb(QFrame):
    """The network › the block around › the open block. `wanted` names the block to show, empty for the whole network."""

    wanted = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("segments", True)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(4, 0, 8, 0)
        self._row.setSpacing(0)
        self.steps: list[QPushButton] = []
        self._shown: list[tuple[str, str]] = []
        self.move(8, 8)
        self.hide()

    def show_level(self, document: Document, level: str) -> None:
        """Follow the session: hidden while the whole network is on view."""
        chain = [*document.chain(level), level] if level else []
        way = [("", document.title), *((id, self._title(document, id)) for id in chain)]
        if not level or way == self._shown:
            self.setVisible(bool(level))
            return
        self._shown = way
        empty(self._row)
        self.steps = []
        for id, title in way[:-1]:
            self._row.addWidget(self._step(id, title))
            self._row.addWidget(QLabel("›"))
        here = label(way[-1][1], "strong")
        here.setContentsMargins(8, 0, 12, 0)
        self._row.addWidget(here)
        self._row.addWidget(label(self._here(document, level), "caption"))
        self._measure()
        self.setAccessibleName(f"Open block: {' › '.join(title for _, title in way)}")
        self.setVisible(True)

    def _measure(self) -> None:
        """A layout counts no child that has not been shown yet."""
        for i in range(self._row.count()):
            item = self._row.itemAt(i)
            if item is not None and (child := item.widget()) is not None:
                child.show()
                child.ensurePolished()
        self._row.invalidate()
        self.setFixedWidth(self.sizeHint().width())
        self.adjustSize()

    def _title(self, document: Document, id: str) -> str:
        node = document.nodes[id]
        assert node.block is not None
        return f"{node.name} × {node.block.repeat}" if node.block.repeat > 1 else node.name

    def _here(self, document: Document, level: str) -> str:
        """Which repetition is on view, and the way out."""
        block = document.nodes[level].block
        assert block is not None
        return f"the first of {block.repeat} is shown  ·  {LEAVES}" if block.repeat > 1 else LEAVES

    def _step(self, id: str, title: str) -> QPushButton:
        step = QPushButton(title)
        step.setProperty("link", True)
        step.setCursor(Qt.CursorShape.PointingHandCursor)
        step.setAccessibleName(f"Back to {title}")
        step.clicked.connect(lambda: self.wanted.emit(id))
        self.steps.append(step)
        return step
