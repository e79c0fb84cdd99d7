"""The bottom panel's Step: one training step, an operator at a time (F10), forward, then backward, then the update."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QLabel, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from app.panels.words import label, minus
from app.session import Session
from app.theme import font
from nodes.document import Document
from nodes.operations import Operation, Operations, in_words
from runtime.errors import NetwrightError
from runtime.graph import describe_shape

BEGIN = "F10 runs one operator of one training step and shows what it reads and makes. The network itself is left as it is."
OVER = "The step is done: these were its {total:,} operators. F10 begins it again."
COLUMNS = ("", "operator", "layer", "phase", "gives")


class OperationsPage(QWidget):
    """A list that grows by a row each time, and beside it the numbers of the row that is chosen."""

    reached = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._steps: Operations | None = None
        self._of: Document | None = None
        self.done: list[Operation] = []
        self.caption = label(BEGIN, "caption", wraps=True)
        self.list = self._list()
        self.details = QLabel()
        self._lay_out()
        session.document_changed.connect(self._document_changed)

    def _list(self) -> QTreeWidget:
        made = QTreeWidget(self)
        made.setColumnCount(len(COLUMNS))
        made.setHeaderLabels(COLUMNS)
        made.setRootIsDecorated(False)
        made.setUniformRowHeights(True)
        made.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        made.setAccessibleName("Operators of the step")
        for column, width in enumerate((48, 150, 150, 80)):
            made.setColumnWidth(column, width)
        made.currentItemChanged.connect(lambda item, _: self._show(item))
        return made

    def _lay_out(self) -> None:
        self.details.setAccessibleName("Numbers of the operator")
        self.details.setFont(font("mono-caption"))
        self.details.setWordWrap(True)
        self.details.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.details.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        both = QHBoxLayout()
        both.addWidget(self.list, 3)
        both.addWidget(self.details, 2)
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 4, 12, 8)
        box.setSpacing(4)
        box.addWidget(self.caption)
        box.addLayout(both, 1)

    # -- going on ------------------------------------------------------------------------------------------------------
    def advance(self) -> str:
        """One operator more; the sentence of a refusal, if it cannot be."""
        if self._steps is None and (refused := self._begin()):
            return refused
        assert self._steps is not None
        found = self._steps.advance()
        if found is None:
            self.caption.setText(OVER.format(total=self._steps.total))
            self._steps = None
            return ""
        self._add(found)
        return ""

    def _begin(self) -> str:
        self.clear()
        try:
            self._steps = Operations(self._session.document)
        except NetwrightError as error:
            return str(error)
        self._of = self._session.document
        return ""

    def _add(self, found: Operation) -> None:
        assert self._steps is not None
        self.done.append(found)
        where = f"Operator {found.number:,} of {self._steps.total:,}"
        self.caption.setText(f"{where}, on the first {self._steps.samples} training samples.")
        gives = ", ".join(describe_shape(a.shape) for a in found.outputs.values())
        item = QTreeWidgetItem([str(found.number), found.type, self._name(found.layer), found.phase, gives])
        item.setFont(4, font("mono-caption"))
        self.list.addTopLevelItem(item)
        self.list.setCurrentItem(item)
        self.reached.emit(found.layer)

    def _name(self, path: str) -> str:
        node = self._session.document.unfolded.document.nodes.get(path)
        return node.name or node.type if node else ""

    def _show(self, item: QTreeWidgetItem | None) -> None:
        if item is None:
            self.details.clear()
            return
        found = self.done[int(item.text(0)) - 1]
        lines = [f"{', '.join(found.outputs)} = {found.type}({', '.join(found.inputs)})", ""]
        for title, arrays in (("reads", found.inputs), ("makes", found.outputs)):
            lines += [f"{title} {name}  {minus(in_words(array))}" for name, array in arrays.items()]
        self.details.setText("\n".join(lines))

    def clear(self) -> None:
        self._steps, self._of = None, None
        self.list.clear()  # while its rows still have their numbers
        self.done = []
        self.details.clear()
        self.caption.setText(BEGIN)

    def _document_changed(self, document: Document) -> None:
        """Of another network these numbers are no good."""
        if self._of is not None and not document.same_network(self._of):
            self.clear()
