"""The palette at the left: every layer by category, with a search field; drag one onto the canvas."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QModelIndex, QPersistentModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QDrag, QIcon
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.glyphs import glyph_for, glyph_icon, tile_icon
from app.panels.fuzzy import layer_score, nearest_layer
from app.panels.words import label
from app.shelf import Item, Shelf, kind
from app.theme import current, font
from nodes.layer import CATEGORIES, layer_types
from nodes.library import Entry

MIME = "application/x-netwright-layer"
TYPE = Qt.ItemDataRole.UserRole


class CategoryRows(QStyledItemDelegate):
    """Categories are drawn with a smaller mark than layers, so that their names fit the narrowest palette."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        if not index.parent().isValid():
            option.decorationSize = QSize(10, 10)


class LayerTree(QTreeWidget):
    """Categories and their layers. What is dragged carries the layer's type."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.setIndentation(8)
        self.setRootIsDecorated(False)
        self.setIconSize(QSize(18, 18))
        self.setItemDelegate(CategoryRows(self))
        self.setUniformRowHeights(True)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setExpandsOnDoubleClick(False)
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(8)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(1, 24)

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Under the pointer goes the layer's tile alone: the canvas draws where the layer will stand."""
        items = self.selectedItems()
        if items and items[0].data(0, TYPE) and items[0].flags() & Qt.ItemFlag.ItemIsDragEnabled:
            drag = QDrag(self)
            drag.setMimeData(self.mimeData(items))
            drag.setPixmap(items[0].icon(0).pixmap(18, 18))
            drag.setHotSpot(QPoint(-10, -14))
            drag.exec(Qt.DropAction.CopyAction)

    def mimeTypes(self) -> list[str]:
        return [MIME]

    def mimeData(self, items: Sequence[QTreeWidgetItem]) -> QMimeData:
        data = QMimeData()
        types = [t for i in items if (t := i.data(0, TYPE))]
        if types:
            data.setData(MIME, types[0].encode())
            data.setText(items[0].text(0))
        return data


class LayerPalette(QFrame):
    """`chosen` is emitted with a layer's type at double-click or Enter; `renamed` and `menu_wanted` are about a block of the
    library."""

    chosen = Signal(str)
    renamed = Signal(str, str)
    menu_wanted = Signal(str, QPoint)

    def __init__(self, shelf: Shelf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shelf = shelf
        self._editing = ""
        self.setProperty("surface", "panel")
        self.setObjectName("palette")
        self.search = QLineEdit(self, placeholderText="Search layers")
        self.search.setProperty("tall", True)
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Search layers")
        self._key = label("Tab", "keys")
        self._key.setFixedHeight(20)
        self._key.setToolTip("On the canvas, Tab asks for a layer at the pointer")
        self._lens = QAction(self)
        self.search.addAction(self._lens, QLineEdit.ActionPosition.LeadingPosition)
        self.tree = LayerTree(self)
        self.tree.setAccessibleName("Layers")
        self.none_found = label(role="caption", wraps=True)
        self.none_found.hide()
        self._lay_out()
        self._closed: set[str] = set()
        self.fill()
        self.search.textChanged.connect(self.filter)
        self.search.returnPressed.connect(self._take_first)
        self.tree.itemActivated.connect(self._activated)
        self.tree.itemClicked.connect(self._clicked)
        self.tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.tree.itemChanged.connect(self._changed)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(self._ask_for_menu)

    def _lay_out(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 8, 2, 0)  # the scroll bar stands in the margin at the right
        box.setSpacing(8)
        inside = QHBoxLayout(self.search)
        inside.setContentsMargins(0, 0, 6, 0)
        inside.addStretch(1)
        inside.addWidget(self._key)
        above = QVBoxLayout()
        above.setContentsMargins(0, 0, 6, 0)
        above.setSpacing(8)
        for widget in (self.search, self.none_found):
            above.addWidget(widget)
        box.addLayout(above)
        box.addWidget(self.tree)

    # -- contents ------------------------------------------------------------------------------------------------------
    def fill(self) -> None:
        """All layers, in the colours of the present theme."""
        tokens = current()
        self._lens.setIcon(glyph_icon("search", tokens.text3))
        self.tree.clear()
        for category in CATEGORIES:
            layers = [cls for cls in self._items().values() if cls.category == category]
            if not layers:
                continue
            group = QTreeWidgetItem([category, str(len(layers))])
            group.setFlags(Qt.ItemFlag.ItemIsEnabled)
            group.setFont(0, font("caption-strong"))
            group.setFont(1, font("smallest"))
            for column, color in ((0, tokens.text2), (1, tokens.text3)):
                group.setForeground(column, QColor(color))
            group.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.tree.addTopLevelItem(group)
            for cls in layers:
                item = self._row(cls, tile_icon(category, glyph_for(kind(cls.type), category), tokens))
                group.addChild(item)
                item.setFirstColumnSpanned(True)
            self._open(group, category not in self._closed)
        self.filter(self.search.text())

    def _open(self, group: QTreeWidgetItem, on: bool) -> None:
        group.setExpanded(on)
        group.setIcon(0, glyph_icon("chevron" if on else "chevron-right", current().text3, 12))

    def _items(self) -> dict[str, Item]:
        """Every layer, and every block of the library, those that cannot be used too."""
        return {**layer_types(), **self._shelf.entries}

    def _row(self, cls: Item, icon: QIcon) -> QTreeWidgetItem:
        item = QTreeWidgetItem([self._shelf.title(cls.type)])
        item.setIcon(0, icon)
        item.setData(0, TYPE, cls.type)
        item.setToolTip(0, cls.doc())
        if isinstance(cls, Entry) and cls.problem:
            # Grey, but it can be chosen: then the reason is said.
            item.setIcon(0, QIcon(icon.pixmap(QSize(18, 18), QIcon.Mode.Disabled)))
            item.setForeground(0, QColor(current().text3))
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsDragEnabled)
        return item

    # -- blocks of the library ------------------------------------------------------------------------------------------
    def edit_name(self, type: str) -> None:
        """A field in the row of a block."""
        for item in (g.child(i) for g in self._groups() for i in range(g.childCount())):
            if item.data(0, TYPE) == type:
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
                self._editing = type
                self.tree.setCurrentItem(item)
                self.tree.editItem(item)

    def _changed(self, item: QTreeWidgetItem) -> None:
        if self._editing and item.data(0, TYPE) == self._editing and item.text(0) != self._shelf.title(self._editing):
            type, self._editing = self._editing, ""
            self.renamed.emit(type, item.text(0))

    def _ask_for_menu(self, at: QPoint) -> None:
        item = self.tree.itemAt(at)
        if item is not None and item.data(0, TYPE) in self._shelf.entries:
            self.menu_wanted.emit(item.data(0, TYPE), self.tree.viewport().mapToGlobal(at))

    # -- search --------------------------------------------------------------------------------------------------------
    def filter(self, query: str) -> None:
        """Show the layers that fit; say so when none does."""
        types, best = self._items(), 0.0
        self._key.setVisible(not query)
        for group in self._groups():
            shown = 0
            for i in range(group.childCount()):
                item = group.child(i)
                found = layer_score(query, types[item.data(0, TYPE)])
                item.setHidden(found <= 0)
                shown += found > 0
                if query and found > best:
                    best = found
                    self.tree.setCurrentItem(item)
            group.setHidden(shown == 0)
            group.setText(1, str(shown))
        self.none_found.setVisible(bool(query) and best <= 0)
        self.none_found.setText(f"No layer is called “{query}”. Did you mean {nearest_layer(query)}?")

    def reveal(self, category: str) -> None:
        """Open a category and bring it to the top."""
        group = next((g for g in self._groups() if g.text(0) == category), None)
        if group is not None:
            self._open(group, True)
            self.tree.scrollToItem(group, QAbstractItemView.ScrollHint.PositionAtTop)

    def _groups(self) -> list[QTreeWidgetItem]:
        found = (self.tree.topLevelItem(g) for g in range(self.tree.topLevelItemCount()))
        return [group for group in found if group is not None]

    def visible_types(self) -> list[str]:
        items = [g.child(i) for g in self._groups() if not g.isHidden() for i in range(g.childCount())]
        return [i.data(0, TYPE) for i in items if not i.isHidden()]

    def type_in_focus(self) -> str:
        """The layer on the chosen row, while the keyboard is here; empty otherwise."""
        item = self.tree.currentItem() if self.tree.hasFocus() or self.search.hasFocus() else None
        return str(item.data(0, TYPE) or "") if item is not None and not item.isHidden() else ""

    def _take_first(self) -> None:
        item = self.tree.currentItem()
        if item and not item.isHidden() and item.data(0, TYPE):
            self.chosen.emit(item.data(0, TYPE))

    def _activated(self, item: QTreeWidgetItem) -> None:
        if item.data(0, TYPE):
            self.chosen.emit(item.data(0, TYPE))

    def _clicked(self, item: QTreeWidgetItem) -> None:
        if not item.data(0, TYPE):
            self._open(item, not item.isExpanded())
            (self._closed.discard if item.isExpanded() else self._closed.add)(item.text(0))
