"""The table of layers: a few columns in the inspector when nothing is selected, all of them in the bottom panel."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from app.canvas.ink import Ink
from app.canvas.items.node_costs import paint_share
from app.columns import HEAD
from app.panels.layer_name import LayerName
from app.panels.layers_model import ID, SHARE, SHARES, LayersModel, Order
from app.panels.legend import KeyCard, port_legend
from app.panels.words import label, rule
from app.session import Session
from app.theme import current

NOTHING_YET = "Select a layer and this side shows its settings, how its shape and its parameters come about, and its weights."
#: How wide a share's column is: the bars of both are measured alike.
BAR = 96
#: From this width on there is room for the types.
ROOMY = 860
MODES = dict.fromkeys(SHARES, QHeaderView.ResizeMode.Fixed) | {"layer": QHeaderView.ResizeMode.Stretch}
#: From this height on the inspector's table leaves room for the meaning of ports below it.
ROOM_FOR_PORTS = 760
FEW = ("layer", "output", "parameters")


class ShareBar(QStyledItemDelegate):
    """A share as a thin bar under its number."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        share = index.data(SHARE)
        if share:
            room = QRectF(option.rect).adjusted(8, 0, -3, 0)
            bar = QRectF(room.left(), room.bottom() - 4, room.width(), 3)
            painter.save()
            paint_share(painter, bar, share, HEAD[index.column()] == "space", Ink(current()))
            painter.restore()


class LayersView(QTreeView):
    """A click on a head sorts by it, once more turns that round, a third one gives the network's order back; a click on a row
    selects the layer."""

    def __init__(self, session: Session, columns: Iterable[str] = HEAD, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.layers = LayersModel(session)
        self.order = Order(self)
        self.order.setSourceModel(self.layers)
        self.setModel(self.order)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setUniformRowHeights(True)
        self.setIconSize(QSize(18, 18))
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setAccessibleName("Layers of this network")
        self._names, self._bars = LayerName(self), ShareBar(self)
        self.setItemDelegateForColumn(0, self._names)
        self._shown = set(columns)
        self._lay_out(self._shown)
        self.clicked.connect(self._chosen)
        self.activated.connect(self._chosen)

    def _lay_out(self, shown: set[str]) -> None:
        header = self.header()
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.DescendingOrder)
        self.setSortingEnabled(True)
        header.setSortIndicatorShown(False)
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(56)
        header.setResizeContentsPrecision(64)  # of a large network not every cell is measured
        for i, head in enumerate(HEAD):
            self.setColumnHidden(i, head not in shown)
            header.setSectionResizeMode(i, MODES.get(head, QHeaderView.ResizeMode.ResizeToContents))
            if head in SHARES:
                self.setItemDelegateForColumn(i, self._bars)
                self.setColumnWidth(i, BAR)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Names have the room of the types where it is scarce: the tile tells the type."""
        super().resizeEvent(event)
        self.setColumnHidden(HEAD.index("type"), "type" not in self._shown or self.width() < ROOMY)

    def _chosen(self, index: QModelIndex) -> None:
        if id := index.data(ID):
            self._session.reveal(id)

    def texts(self) -> list[list[str]]:
        """What is shown, row by row."""
        shown = [c for c in range(len(HEAD)) if not self.isColumnHidden(c)]
        return [[self.order.index(r, c).data() for c in shown] for r in range(self.order.rowCount())]


class NetworkTable(QWidget):
    """The inspector's: every layer with its output and its parameters, and the total."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 12, 12, 8)
        box.setSpacing(4)
        self.caption = label(role="caption", wraps=True)
        self.hint = label(NOTHING_YET, "second", wraps=True)
        self.view = LayersView(session, FEW, self)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for widget in (label("Network", "section"), self.caption, rule(), self.hint):
            box.addWidget(widget)
        box.addWidget(self.view, 1)
        self.keys, self.ports = KeyCard(), port_legend()
        box.addSpacing(8)
        box.addWidget(self.keys)
        box.addWidget(self.ports)
        self._rest = QWidget()
        box.addWidget(self._rest, 1)
        self.refresh()

    def refresh(self, force: bool = False) -> None:
        """Show the network as it is; its icons and colours too (`force`) after another theme."""
        some = bool(self._session.document.nodes)
        self.caption.setText("Nothing is selected. Click a layer to change its settings." if some else "No layers yet.")
        self.hint.setVisible(not some)
        self.view.setVisible(some)
        self.keys.setVisible(not some)
        self._show_ports()
        self._rest.setVisible(not some)
        self.view.layers.refresh()
        if force:
            self.view.layers.recolor()


    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_ports()

    def _show_ports(self) -> None:
        """The table has the room first."""
        self.ports.setVisible(bool(self._session.document.nodes) and self.height() >= ROOM_FOR_PORTS)


class LayersPage(QWidget):
    """The bottom panel's: all columns."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 4, 12, 8)
        box.setSpacing(4)
        self.view = LayersView(session, parent=self)
        self.caption = label(role="caption")
        box.addWidget(self.view, 1)
        box.addWidget(self.caption)
        session.document_changed.connect(lambda _: self.refresh())

    def refresh(self) -> None:
        """Nothing is worked out for a page that nobody sees."""
        if self.isVisible():
            self._show()

    def _show(self) -> None:
        self.view.layers.refresh()
        batch = self._session.numbers.batch if self._session.document.nodes else 0
        words = f"Memory is for batches of {batch:,}. The total of training has two more tensors as large as the largest."
        self.caption.setText(words if batch else "No layers yet.")

    def showEvent(self, event: object) -> None:
        self._show()

    def recolor(self) -> None:
        self.view.layers.recolor()
