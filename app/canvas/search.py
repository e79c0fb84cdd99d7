"""SearchPalette: type a few letters, press Enter, and the layer stands at the pointer. `rank` is in app.canvas.ranking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from app.canvas.ink import Ink, shortened, text_width
from app.canvas.ranking import nearest, no_result, rank
from app.glyphs import glyph_for, paint_tile
from app.shelf import Item, kind
from app.tokens import Tokens

__all__ = ["Offer", "SearchPalette", "nearest", "no_result", "rank"]

WIDTH = 420
ROW = 30
MOST_ROWS = 9
#: What field, keys and edges take of its height.
AROUND = 90
KEYS = "↑↓ or Tab choose   ·   Enter place   ·   F1 its page   ·   Esc leave"


@dataclass(frozen=True)
class Offer:
    """One layer on the list: its type, a hint beside it, what it would give, and whether it needs a repair first."""

    type: str
    category: str
    hint: str = ""
    result: str = ""
    repaired: bool = False
    #: How it is called, where that is not its type.
    title: str = ""

    @property
    def words(self) -> str:
        return self.title or self.type


class _Rows(QStyledItemDelegate):
    """Paints an offer: tile, type, hint, result."""

    def __init__(self, ink: Ink, parent: QObject) -> None:
        super().__init__(parent)
        self._ink = ink

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(WIDTH - 20, ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        offer: Offer = index.data(Qt.ItemDataRole.UserRole)
        ink, row = self._ink, QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setBrush(ink.brush("accenttint"))
            painter.drawRoundedRect(row, 4, 4)
        middle = row.center().y()
        tile = QRectF(row.left() + 8, middle - 10, 20, 20)
        paint_tile(painter, tile, offer.category, glyph_for(kind(offer.type), offer.category), ink.tokens)
        ink.text(painter, row.left() + 36, middle, offer.words, "strong", "text")
        x = row.left() + 36 + text_width(offer.words, "strong") + 10
        result = f"→ {offer.result}" if offer.result else ""
        right = row.right() - 10 - text_width(result, "smallest")
        if offer.hint and x + text_width(offer.hint, "caption") < right - 8:
            ink.text(painter, x, middle, offer.hint, "caption", "text3")
        ink.text(painter, row.right() - 10, middle, result, "smallest", "text2", 1.0)
        painter.restore()


class SearchPalette(QFrame):
    """Asks for a layer. `chosen` carries its type; `closed` comes after every end; `help_wanted` asks for a type's page."""

    chosen = Signal(str)
    #: The same, to be wired behind the layer that is selected.
    chained = Signal(str)
    closed = Signal()
    help_wanted = Signal(str)
    #: What is said of the row that Enter would take.
    told = Signal(str)

    def __init__(self, parent: QWidget, tokens: Tokens) -> None:
        super().__init__(parent)
        self._canvas = parent
        self.setProperty("surface", "raised")
        self.setFixedWidth(WIDTH)
        # The canvas takes what its children leave: a wheel turned here must not zoom it.
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self.field = QLineEdit(self)
        self.field.setAccessibleName("Search layers")
        self.list = QListWidget(self)
        self.list.setAccessibleName("Layers found")
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.empty = QLabel(self)
        self.empty.setProperty("role", "second")
        self.empty.setWordWrap(True)
        self.keys = QLabel(self)
        self.keys.setTextFormat(Qt.TextFormat.PlainText)
        self.keys.setProperty("role", "caption")
        box = QVBoxLayout(self)
        box.setContentsMargins(10, 10, 10, 8)
        for widget in (self.field, self.list, self.empty, self.keys):
            box.addWidget(widget)
        self._offers: dict[str, Offer] = {}
        self._rows = MOST_ROWS
        self._behind = ""
        self._types: Mapping[str, Item] = {}
        self.set_tokens(tokens)
        self.field.textChanged.connect(self._filter)
        self.list.itemClicked.connect(lambda item: self._take())
        self.list.currentRowChanged.connect(self._tell)
        self.field.installEventFilter(self)
        self.hide()

    def set_tokens(self, tokens: Tokens) -> None:
        self.list.setItemDelegate(_Rows(Ink(tokens), self))
        self.list.setStyleSheet(f"QListWidget {{ background: {tokens.raised}; }}")

    def open(
        self, at: QPoint, offers: list[Offer], types: Mapping[str, Item], prompt: str = "Search layers", behind: str = ""
    ) -> None:
        """Show the offers by the point `at` of the parent, inside of it. `behind`: the layer that Shift+Enter wires it to."""
        self._behind = behind
        wired = f"\nShift+Enter place and wire behind {shortened(behind, 'caption', 200)}" if behind else ""
        self.keys.setText(KEYS + wired)
        self._offers, self._types = {o.type: o for o in offers}, types
        self.field.setPlaceholderText(prompt)
        self.field.clear()
        room = self._canvas.rect().adjusted(8, 8, -8, -8)
        self._rows = max(3, min(MOST_ROWS, (room.height() - AROUND) // ROW))
        self._filter("")
        self.show()
        self.raise_()
        self.adjustSize()
        x = max(room.left(), min(at.x(), room.right() - self.width()))
        y = max(room.top(), min(at.y(), room.bottom() - self.height()))
        self.move(x, y)
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def _filter(self, text: str) -> None:
        known = {name: self._types[name] for name in self._offers if name in self._types}
        found = [self._offers[name] for name in rank(text, known)]
        found.sort(key=lambda o: o.repaired)
        self.list.clear()
        for offer in found:
            item = QListWidgetItem(offer.words)
            item.setData(Qt.ItemDataRole.UserRole, offer)
            self.list.addItem(item)
        self.list.setVisible(bool(found))
        self.list.setFixedHeight(ROW * min(max(len(found), 1), self._rows) + 4)
        self.empty.setVisible(not found)
        self.empty.setText(no_result(text, known or self._types))
        self.list.setCurrentRow(0)
        self.adjustSize()

    def _tell(self, row: int) -> None:
        """``Dense, 64 units, gives 64, 3 of 12``; the list never has the keyboard, so no tool reads it."""
        item = self.list.item(row)
        if item is not None:
            offer: Offer = item.data(Qt.ItemDataRole.UserRole)
            result = f"gives {offer.result}" if offer.result else ""
            self.told.emit(", ".join(p for p in (offer.type, offer.hint, result, f"{row + 1} of {self.list.count()}") if p))

    def _take(self, chained: bool = False) -> None:
        item = self.list.currentItem()
        if item is not None:
            offer: Offer = item.data(Qt.ItemDataRole.UserRole)
            self.leave()
            (self.chained if chained else self.chosen).emit(offer.type)

    def leave(self) -> None:
        """Close without choosing."""
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def _help(self) -> None:
        """The page of the layer on the chosen row takes the keyboard, so the search ends."""
        item = self.list.currentItem()
        if item is not None:
            self.leave()
            self.help_wanted.emit(item.data(Qt.ItemDataRole.UserRole).type)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            # What is typed here is for the field, not for the window's shortcuts.
            event.accept()
            return True
        if event.type() == QEvent.Type.FocusOut and watched is self.field:
            self.leave()
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        return super().eventFilter(watched, event)

    def _key(self, key: int, shift: bool) -> bool:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Tab: 1, Qt.Key.Key_Backtab: -1}.get(Qt.Key(key))
        if step and self.list.count():
            self.list.setCurrentRow((self.list.currentRow() + step) % self.list.count())
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take(chained=shift and bool(self._behind))
        elif key == Qt.Key.Key_Escape:
            self.leave()
        elif key == Qt.Key.Key_F1:
            self._help()
        else:
            return False
        return True

