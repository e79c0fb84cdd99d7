"""LayersModel: the table of layers as Qt reads it, with a heading for each repetition of a block, the network's totals in its
last row; and the order it is shown in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QColor

from app.canvas.look import counted
from app.columns import COLUMNS, HEAD, Data, counts_of
from app.glyphs import glyph_for, tile_icon
from app.session import Session
from app.theme import current, font
from nodes.build import Built
from nodes.document import Document, Node, own
from nodes.layer import layer_type
from nodes.numbers import Table

Index = QModelIndex | QPersistentModelIndex
Roles = Qt.ItemDataRole
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
#: Roles of our own: a row's node id (empty in the last row), what a column sorts by, a share (0 to 1) to be drawn; the part of
#: a name that tells the block (``stage1.2.``), and whether the row is its heading.
ID, ORDER, SHARE, PATH, HEADING = (Roles.UserRole + i for i in range(5))
SHARES = ("computation", "space")
#: What a narrow place calls a column, and what its head explains.
SHORT = {"parameters": "params"}
TIPS = {
    "output": "The shape of one sample as it leaves the layer.",
    "parameters": "Numbers that are learnt. Running means and variances are none.",
    "multiply-adds": "Multiplications, each with its addition, for one sample.",
    "computation": "The layer's share of all multiply-adds.",
    "space": "The layer's share of all parameters.",
    "sees": "The receptive field: how much of the input one place of the output can see.",
    "activations": "Memory for what it gives, for one batch. Training keeps it for the way back.",
    "training": "Activations, weights, gradients and the optimizer's state.",
}


@dataclass(frozen=True)
class LayerRow:
    """A layer with its numbers; the network's own has no id. A `heading` has its block's id and no numbers."""

    id: str
    type: str
    category: str
    data: Data
    path: str = ""
    heading: bool = False


class LayersModel(QAbstractTableModel):
    """Follows the session; every column of `app.columns`."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.rows: list[LayerRow] = []
        self._seen: tuple[Table, Built] | None = None
        self.refresh()

    def refresh(self) -> None:
        """What the session says now; nothing is done where it is shown already."""
        seen = self._session.numbers, self._session.checked.built
        if self._seen is not None and all(a is b for a, b in zip(seen, self._seen, strict=True)):
            return
        self._seen, rows = seen, self._read()
        if rows != self.rows:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()

    def recolor(self) -> None:
        self.beginResetModel()
        self.endResetModel()

    def _read(self) -> list[LayerRow]:
        verdict = self._session.verdict
        numbers, document = verdict.numbers, verdict.checked.built.plain.document
        rows: list[LayerRow] = []
        for id, data in verdict.rows:
            node = document.nodes[id]
            category = layer_type(node.type).category if node.known else "Block"
            path = _block_of(node, verdict.document)
            if path and (not rows or rows[-1].path != path):
                rows.append(LayerRow(id.rsplit("/", 2)[0], "", "", {"name": path.rstrip(".")}, path, heading=True))
            rows.append(LayerRow(id, node.type, category, {**data, "name": node.name or node.type}, path))
        sums = {"name": "so far" if self._session.checked.errors else "total", "type": "", "output_shape": None}
        return [*rows, LayerRow("", "", "", {**sums, **counts_of(numbers.total)})] if rows else []

    # -- QAbstractTableModel -------------------------------------------------------------------------------------------
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Roles.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Roles.DisplayRole:
            return SHORT.get(HEAD[section], HEAD[section])
        if role == Roles.InitialSortOrderRole:
            # Numbers the largest first. As int: PySide makes no number of the enum here.
            return (Qt.SortOrder.DescendingOrder if section > 1 else Qt.SortOrder.AscendingOrder).value
        if role == Roles.ToolTipRole:
            return TIPS.get(HEAD[section], "")
        return (RIGHT if section > 1 else LEFT) if role == Roles.TextAlignmentRole else None

    def data(self, index: Index, role: int = Roles.DisplayRole) -> Any:
        row, column = self.rows[index.row()], index.column()
        if role == Roles.DisplayRole:
            return self.text(row, column)
        if role == ID:
            return row.id
        if role == PATH:
            return row.path
        if role == HEADING:
            return row.heading
        if role == ORDER:
            return COLUMNS[column].order(row.data)
        if role == SHARE:
            return row.data[HEAD[column]] if HEAD[column] in SHARES and row.category else None
        return self._looks(row, column, role)

    def text(self, row: LayerRow, column: int) -> str:
        """A cell: a count that is not known yet is a question mark, the total of a share is left out."""
        if row.heading:
            return row.data["name"] if column == 0 else ""
        head, cell = HEAD[column], counted(COLUMNS[column].cell(row.data))
        if not row.id:
            return "" if head in ("output", "sees", *SHARES) else cell
        unknown = row.data["output_shape"] is None and head not in ("layer", "type")
        return "?" if unknown else cell

    def _looks(self, row: LayerRow, column: int, role: int) -> Any:
        if role == Roles.ToolTipRole and column == 0 and row.path:
            return row.data["name"]
        if role == Roles.DecorationRole and column == 0 and row.category:
            return tile_icon(row.category, glyph_for(row.type, row.category), current())
        if role == Roles.TextAlignmentRole:
            return RIGHT if column > 1 else LEFT
        if role == Roles.FontRole:
            words = column < 2
            if row.heading:
                return font("caption")
            return font(("strong" if words else "number-strong") if not row.id else ("dense" if words else "mono-caption"))
        if role == Roles.ForegroundRole and (column or row.heading):
            return QColor(current().err if self.text(row, column) == "?" else current().text2)
        return None


def _block_of(node: Node, drawn: Document) -> str:
    """The part of a name that tells the block: all but what the layer is called where it is drawn."""
    name = drawn.nodes[own(node.id)].name if "/" in node.id and own(node.id) in drawn.nodes else node.name
    return node.name.removesuffix(name) if name else ""


class Order(QSortFilterProxyModel):
    """Sorted by a column, or in the network's order; then blocks have headings. The totals stay last."""

    headed = True

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Without a column the network's own order, which Qt would turn round with the last one."""
        if column >= 0:
            self._head(False)
        super().sort(column, order if column >= 0 else Qt.SortOrder.AscendingOrder)
        if column < 0:
            self._head(True)
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)

    def _head(self, on: bool) -> None:
        if on != self.headed:
            self.headed = on
            self.invalidate()

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        return self.headed or not self.sourceModel().index(row, 0).data(HEADING)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Roles.DisplayRole) -> Any:
        """An arrow in words: Qt's own takes room from every column, sorted or not."""
        found = super().headerData(section, orientation, role)
        if role != Roles.DisplayRole or section != self.sortColumn():
            return found
        return f"{'↓' if self.sortOrder() == Qt.SortOrder.DescendingOrder else '↑'} {found}"

    def lessThan(self, left: Index, right: Index) -> bool:
        ends = [not self.sourceModel().data(i, ID) for i in (left, right)]
        if any(ends):
            return ends[1] == (self.sortOrder() == Qt.SortOrder.AscendingOrder)
        less: bool = self.sourceModel().data(left, ORDER) < self.sourceModel().data(right, ORDER)
        return less
