"""Layers of blocks in the narrow table: each is called so that it can be told from the others, in every order."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QFontMetrics, QImage
from PySide6.QtWidgets import QStyleOptionViewItem

from app.columns import HEAD
from app.panels.layers_model import HEADING, PATH
from app.panels.network_table import LayersView
from app.theme import font
from nodes.example import new
from nodes.grouping import group
from nodes.promotions import set_repeat

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def table(make_window) -> LayersView:
    """LeNet whose dense layers stand in a block with a long name, three times in a row."""
    document, block = group(new("lenet"), ["n11", "n12"], "bottleneck_of_the_classifier")
    window = make_window(set_repeat(document, block, 3))
    return window.inspector.network.view


def shown(view: LayersView, row: int) -> str:
    """What a row is called, cut to the room that it has."""
    index = view.order.index(row, 0)
    option = QStyleOptionViewItem()
    view.initViewItemOption(option)
    option.rect = view.visualRect(index)
    view.itemDelegateForIndex(index).initStyleOption(option, index)
    room = option.rect.width() - 2 * 8 - (option.decorationSize.width() if index.data(Qt.ItemDataRole.DecorationRole) else 0)
    return QFontMetrics(font("dense")).elidedText(option.text, view.textElideMode(), room)


def indexes(view: LayersView) -> list[QModelIndex]:
    return [view.order.index(row, 0) for row in range(view.order.rowCount())]


def sort(qtbot, view: LayersView, head: str) -> None:
    header = view.header()
    x = header.sectionViewportPosition(HEAD.index(head)) + header.sectionSize(HEAD.index(head)) // 2
    qtbot.mouseClick(header.viewport(), LEFT, pos=QPoint(x, header.height() // 2))


def test_layers_stand_under_the_heading_of_their_block(qtbot, table):
    rows = indexes(table)
    headings = [i.data() for i in rows if i.data(HEADING)]
    assert headings == [f"bottleneck_of_the_classifier.{n}" for n in (1, 2, 3)]
    below = [shown(table, i.row()) for i in rows if i.data(PATH) == "bottleneck_of_the_classifier.2."]
    assert below[1:] == ["fc2", "relu4"], "whole, though the column is narrow"
    inner = next(i for i in rows if i.data(PATH) and not i.data(HEADING))
    assert inner.data(Qt.ItemDataRole.ToolTipRole) == inner.data() == "bottleneck_of_the_classifier.1.fc2"
    assert inner.row() == next(i.row() for i in rows if i.data(HEADING)) + 1
    heading = next(i for i in rows if i.data(HEADING))
    qtbot.mouseClick(table.viewport(), LEFT, pos=table.visualRect(heading).center())
    window = table.window()
    assert [window.session.document.nodes[i].name for i in window.session.selection] == ["bottleneck_of_the_classifier"]


def test_in_another_order_the_block_stands_behind_the_name(qtbot, table):
    before = table.texts()
    sort(qtbot, table, "parameters")
    rows = indexes(table)
    assert not any(i.data(HEADING) for i in rows) and len(rows) == len(before) - 3 and rows[-1].data() == "total"
    assert [shown(table, i.row()) for i in rows[:3]] == ["fc1", "fc2", "fc2"]
    one, other = (row_picture(table, i) for i in rows[1:3])
    assert (one != other).any(), "their blocks' numbers are painted"
    sort(qtbot, table, "parameters")
    sort(qtbot, table, "parameters")
    assert table.texts() == before, "the network's own order, with its headings"


def row_picture(view: LayersView, index: QModelIndex) -> np.ndarray:
    rect = view.visualRect(index)
    image = view.viewport().grab(rect).toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint32).copy()
