"""What the inspector shows when nothing is selected: every layer with its output and its parameters, and the total."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from app.canvas.look import counted
from app.glyphs import glyph_for, tile_icon
from app.panels.words import label, rule
from app.session import Session
from app.theme import current, font
from nodes.build import Built, NodeBuilt
from nodes.document import Document, Node
from nodes.layer import layer_type, sample_shape

NOTHING_YET = "Select a layer and this side shows its settings, how its shape and its parameters come about, and its weights."
#: Rows that are made in one go.
AT_ONCE = 200
ID = Qt.ItemDataRole.UserRole
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def output_text(built: NodeBuilt | None) -> str:
    value = built.output if built else None
    if value is None:
        return "?"
    return "scalar" if value.rank == 0 else counted(sample_shape(value))


class NetworkTable(QWidget):
    """A click selects the layer on the canvas."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._shown: tuple[Document, Built] | None = None
        self._waiting: Iterator[str] = iter(())
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._more)
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 12, 12, 8)
        box.setSpacing(4)
        self.caption = label(role="caption", wraps=True)
        self.hint = label(NOTHING_YET, "second", wraps=True)
        self.tree = self._tree()
        for widget in (label("Network", "section"), self.caption, rule(), self.hint):
            box.addWidget(widget)
        box.addWidget(self.tree, 1)
        self._rest = QWidget()
        box.addWidget(self._rest, 1)
        self.tree.itemClicked.connect(self._clicked)
        self.tree.itemActivated.connect(self._clicked)
        self.refresh()

    def _tree(self) -> QTreeWidget:
        tree = QTreeWidget()
        tree.setHeaderLabels(["layer", "output", "params"])
        for column in (1, 2):
            tree.headerItem().setTextAlignment(column, RIGHT)
        tree.setRootIsDecorated(False)
        tree.setIndentation(0)
        tree.setIconSize(QSize(18, 18))
        tree.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        tree.setAccessibleName("Layers of this network")
        header = tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        return tree

    def refresh(self, force: bool = False) -> None:
        """Show the network as it is; nothing is done where it is shown already (unless colours are others: `force`)."""
        built = self._session.checked.built
        document = built.plain.document
        if not force and self._shown is not None and self._shown[0] is self._session.document and self._shown[1] is built:
            return
        self._shown = self._session.document, built
        some = bool(document.nodes)
        self.caption.setText("Nothing is selected. Click a layer to change its settings." if some else "No layers yet.")
        self.hint.setVisible(not some)
        self.tree.setVisible(some)
        self._rest.setVisible(not some)
        self.tree.clear()
        self._waiting = iter([*document.order(), *document.cycle()])
        if len(document.nodes) <= AT_ONCE:
            self._more()
        else:
            self._later.start()
        total = QTreeWidgetItem(["so far" if self._session.checked.errors else "total", "", f"{built.parameter_count:,}"])
        for column in range(3):
            total.setFont(column, font("number-strong" if column else "strong"))
        total.setTextAlignment(2, RIGHT)
        self.tree.addTopLevelItem(total)

    def _more(self) -> None:
        """The next rows, before the total; those of a large network come bit by bit, so that nothing waits for them."""
        assert self._shown is not None
        built = self._shown[1]
        document = built.plain.document
        rows = [self._row(document.nodes[id], built.nodes.get(id)) for id in islice(self._waiting, AT_ONCE)]
        self.tree.insertTopLevelItems(max(0, self.tree.topLevelItemCount() - 1), rows)
        if rows and len(document.nodes) > AT_ONCE:
            self._later.start()

    def _row(self, node: Node, built: NodeBuilt | None) -> QTreeWidgetItem:
        tokens = current()
        shape = output_text(built)
        params = f"{built.parameters:,}" if built and built.parameters else ("?" if shape == "?" else "–")
        item = QTreeWidgetItem([node.name or node.type, shape, params])
        category = layer_type(node.type).category if node.known else "Block"
        item.setIcon(0, tile_icon(category, glyph_for(node.type, category), tokens))
        item.setData(0, ID, node.id)
        for column in (1, 2):
            item.setFont(column, font("mono-caption"))
            item.setTextAlignment(column, RIGHT)
        item.setForeground(1, QColor(tokens.err if shape == "?" else tokens.text2))
        return item

    def _clicked(self, item: QTreeWidgetItem) -> None:
        if item.data(0, ID):
            self._session.reveal(item.data(0, ID))
