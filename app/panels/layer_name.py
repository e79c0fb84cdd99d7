"""The first column of the table of layers: under the heading of its block a layer is called by its own name."""

from __future__ import annotations

import re

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from app.panels.layers_model import HEADING, PATH
from app.theme import current, font

Index = QModelIndex | QPersistentModelIndex
#: How far the layers of a block stand in, and how far a cell’s text is from its edge and its icon.
IN = 8


class LayerName(QStyledItemDelegate):
    """A heading has the whole row. In another order than the network's there are no headings: then the block stands in grey
    behind the name, and is what is cut off."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        path = index.data(PATH)
        if index.data(HEADING):
            view = option.widget
            option.rect = option.rect.adjusted(0, 0, view.width() if view else 0, 0)
        elif path:
            option.text = option.text.removeprefix(path)
            option.rect = option.rect.adjusted(IN if self._headed(index) else 0, 0, 0, 0)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        if index.data(PATH) and not index.data(HEADING) and not self._headed(index):
            self._paint_block(painter, option, index)

    def _headed(self, index: Index) -> bool:
        return index.model().headed  # type: ignore[attr-defined]

    def _paint_block(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """``stage1.2``; where there is no room for that, its numbers: ``1.2``."""
        name, path = index.data().removeprefix(index.data(PATH)), index.data(PATH).rstrip(".")
        begin = 2 * IN + option.decorationSize.width() + QFontMetrics(font("dense")).horizontalAdvance(name)
        room = QRect(option.rect).adjusted(begin, 0, -2, 0)
        metrics = QFontMetrics(font("caption"))
        words = next((w for w in (path, _numbers(path)) if metrics.horizontalAdvance(w) <= room.width()), "")
        painter.save()
        painter.setFont(font("caption"))
        painter.setPen(QColor(current().text3))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
        painter.restore()


def _numbers(path: str) -> str:
    """What is left of a block's name without its letters at the front: ``stage1.2`` is the second of the first."""
    found = re.search(r"[\d.]+$", path)
    return found.group().strip(".") if found else ""
