"""The rows of the list that a dataset is chosen from: headings, and names with what they are."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QStandardItem
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.canvas.ink import Ink, text_width
from app.theme import current

ROW, HEADING_ROW, EDGE, GAP = 24, 28, 8, 16
#: What an item holds beside its text: the heading it is, or the words that say what it means.
HEADING, MEANING = Qt.ItemDataRole.UserRole + 1, Qt.ItemDataRole.UserRole + 2


def heading(text: str) -> QStandardItem:
    """A row that cannot be chosen. It has no text, so that nothing typed is completed to it."""
    item = QStandardItem("")
    item.setData(text, HEADING)
    item.setData(text, Qt.ItemDataRole.AccessibleTextRole)
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    return item


def entry(name: str, meaning: str) -> QStandardItem:
    """A row that can be chosen by its name."""
    item = QStandardItem(name)
    item.setData(meaning, MEANING)
    item.setData(f"{name}, {meaning}" if meaning else name, Qt.ItemDataRole.AccessibleTextRole)
    return item


class DatasetRows(QStyledItemDelegate):
    """Paints headings small, names in one column and their meanings in a second."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.names = 0.0  # how wide the column of names is

    def width(self, entries: list[tuple[str, str]]) -> int:
        """How wide the list must be for these names and meanings."""
        self.names = max(text_width(name, "body") for name, _ in entries)
        return round(EDGE + self.names + GAP + max(text_width(meaning, "caption") for _, meaning in entries) + EDGE)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, HEADING_ROW if index.data(HEADING) else ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        ink, row = Ink(current()), QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if index.data(HEADING):
            ink.text(painter, row.left() + EDGE, row.bottom() - 10, index.data(HEADING), "caption-strong", "text3")
        else:
            if option.state & QStyle.StateFlag.State_Selected:
                painter.setBrush(ink.brush("accenttint"))
                painter.drawRoundedRect(row, 4, 4)
            middle = row.center().y()
            ink.text(painter, row.left() + EDGE, middle, index.data(Qt.ItemDataRole.DisplayRole), "body", "text")
            meaning = index.data(MEANING) or ""
            ink.text(painter, row.left() + EDGE + self.names + GAP, middle, meaning, "caption", "text3")
        painter.restore()
