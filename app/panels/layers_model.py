"""LayersModel: the table of layers as Qt reads it, the network's totals in its last row; and the order it is shown in."""

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
from nodes.layer import layer_type
from nodes.numbers import Table

Index = QModelIndex | QPersistentModelIndex
Roles = Qt.ItemDataRole
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
#: Roles of our own: a row's node id (empty in the last row), what a column sorts by, and a share from 0 to 1 to be drawn.
ID, ORDER, SHARE = (Roles.UserRole + i for i in range(3))
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
    """A layer with its numbers; the network's own has no id."""

    id: str
    type: str
    category: str
    data: Data


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
        rows = []
        for id, data in verdict.rows:
            node = document.nodes[id]
            category = layer_type(node.type).category if node.known else "Block"
            rows.append(LayerRow(id, node.type, category, {**data, "name": node.name or node.type}))
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
        if role == ORDER:
            return COLUMNS[column].order(row.data)
        if role == SHARE:
            return row.data[HEAD[column]] if HEAD[column] in SHARES and row.id else None
        return self._looks(row, column, role)

    def text(self, row: LayerRow, column: int) -> str:
        """A cell: a count that is not known yet is a question mark, the total of a share is left out."""
        head, cell = HEAD[column], counted(COLUMNS[column].cell(row.data))
        if not row.id:
            return "" if head in ("output", "sees", *SHARES) else cell
        unknown = row.data["output_shape"] is None and head not in ("layer", "type")
        return "?" if unknown else cell

    def _looks(self, row: LayerRow, column: int, role: int) -> Any:
        if role == Roles.DecorationRole and column == 0 and row.id:
            return tile_icon(row.category, glyph_for(row.type, row.category), current())
        if role == Roles.TextAlignmentRole:
            return RIGHT if column > 1 else LEFT
        if role == Roles.FontRole:
            words = column < 2
            return font(("strong" if words else "number-strong") if not row.id else ("dense" if words else "mono-caption"))
        if role == Roles.ForegroundRole and column:
            return QColor(current().err if self.text(row, column) == "?" else current().text2)
        return None


class Order(QSortFilterProxyModel):
    """Sorted by a column, or in the network's order; the totals stay last."""

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Without a column the network's own order, which Qt would turn round with the last one."""
        super().sort(column, order if column >= 0 else Qt.SortOrder.AscendingOrder)
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)

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
