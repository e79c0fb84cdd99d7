"""The command palette: every command and every layer in one list, found by a few letters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPixmap
from PySide6.QtWidgets import QFrame, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from app.commands import CANVAS, COMMANDS, Command, method, otherwise, possible
from app.glyphs import glyph_for, glyph_icon, tile_icon
from app.panels.announcer import announce
from app.panels.fuzzy import layer_score, nearest_layer, score
from app.panels.words import label
from app.shelf import kind
from app.theme import current, font, mix
from nodes.layer import layer_types

WIDTH, ROWS = 580, 12
#: How wide are: the place of a command (or why it waits), and its key.
PLACE, KEY = 200, 110


@cache
def _nothing() -> QIcon:
    """An icon for what has none, so that all titles begin in one line."""
    empty = QPixmap(16, 16)
    empty.fill(Qt.GlobalColor.transparent)
    return QIcon(empty)


@dataclass(frozen=True)
class Entry:
    title: str
    place: str
    key: str
    icon: QIcon
    found: float
    enabled: bool
    run: Callable[[], object]


class CommandPalette(QFrame):
    """A popup under the search field. Enter runs the first; Esc closes."""

    def __init__(self, window: Any) -> None:
        super().__init__(window, Qt.WindowType.Popup)
        self._window = window
        self.setProperty("surface", "raised")
        self.search = QLineEdit(self, placeholderText="Search commands and layers")
        self.search.setProperty("tall", True)
        self.search.setAccessibleName("Search commands and layers")
        self.list = QTreeWidget(self)
        self.list.setColumnCount(3)
        self.list.setAccessibleName("Commands and layers found")
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setIndentation(0)
        self.list.setIconSize(QSize(18, 18))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.header().setStretchLastSection(False)
        self.none = label(role="caption", wraps=True)
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 8, 8, 8)
        for widget in (self.search, self.none, self.list):
            box.addWidget(widget)
        self.search.textChanged.connect(self.refresh)
        self.search.installEventFilter(self)
        self.list.itemClicked.connect(lambda item: self._run(item))
        self.entries: list[Entry] = []

    def open(self, anchor: QWidget) -> None:
        """Show it centred under `anchor`."""
        self.setFixedWidth(WIDTH)
        for column, width in enumerate((WIDTH - PLACE - KEY - 40, PLACE, KEY)):
            self.list.header().resizeSection(column, width)
        below = anchor.mapToGlobal(anchor.rect().bottomLeft())
        self.move(below.x() + (anchor.width() - WIDTH) // 2, below.y() + 4)
        self.search.clear()
        self.refresh("")
        self.show()
        self.search.setFocus()

    # -- what is found -------------------------------------------------------------------------------------------------
    def refresh(self, query: str) -> None:
        found = [e for e in (*self._commands(query), *self._layers(query)) if e.found > 0]
        self.entries = sorted(found, key=lambda e: -e.found) if query else found
        self.list.clear()
        for entry in self.entries:
            self.list.addTopLevelItem(self._row(entry))
        self.none.setVisible(not found)
        self.list.setVisible(bool(found))
        # Whole rows only, and no more room than they need.
        self.list.setFixedHeight(self.list.sizeHintForRow(0) * min(len(found), ROWS) + 2 if found else 0)
        self.setFixedHeight(self.sizeHint().height())
        self.none.setText(f"No command or layer is called “{query}”. Did you mean {nearest_layer(query)}?")
        self._choose(0)

    def _commands(self, query: str) -> list[Entry]:
        return [self._command(c, score(query, c.name)) for c in COMMANDS if c.id != "palette"]

    def _command(self, command: Command, found: float) -> Entry:
        icon = glyph_icon(command.icon, current().text2) if command.icon else _nothing()
        enabled = possible(self._window, command)
        place = f"menu {command.menu}" if command.menu != CANVAS else "on the canvas"
        said = place if enabled else otherwise(self._window, command)
        run = lambda: method(self._window, command.action)()  # noqa: E731
        return Entry(command.title, said, self._window.keys.hint(command.id), icon, found, enabled, run)

    def _layers(self, query: str) -> list[Entry]:
        tokens = current()
        result: list[Entry] = []
        if self._window.starting.on:
            return result  # no canvas to add them to
        shelf = self._window.session.shelf
        for cls in shelf.items(layer_types()).values():
            icon = tile_icon(cls.category, glyph_for(kind(cls.type), cls.category), tokens)
            run = lambda t=cls.type: self._window.add_layer(t)  # noqa: E731
            score = 0.95 * layer_score(query, cls)
            result.append(Entry(f"Add {shelf.title(cls.type)}", cls.category, "", icon, score, True, run))
        return result

    def _row(self, entry: Entry) -> QTreeWidgetItem:
        item = QTreeWidgetItem([entry.title, entry.place, entry.key])
        item.setIcon(0, entry.icon)
        item.setFont(1, font("caption"))
        item.setFont(2, font("mono-caption"))
        item.setForeground(1, QColor(current().text3 if entry.enabled else current().text2))
        item.setTextAlignment(2, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        item.setDisabled(not entry.enabled)
        if not entry.enabled:
            # The reason beside it stays readable.
            faded = QColor(mix(current().text, current().raised, 0.4))
            for column in (0, 2):
                item.setForeground(column, faded)
        return item

    # -- keys ----------------------------------------------------------------------------------------------------------
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = event.key()
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run(self.list.currentItem())
                return True
            if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                self._move(1 if key == Qt.Key.Key_Down else -1)
                return True
        return super().eventFilter(watched, event)

    def _move(self, by: int) -> None:
        self._choose(self.list.indexOfTopLevelItem(self.list.currentItem()) + by)

    def _choose(self, row: int) -> None:
        item = self.list.topLevelItem(row)
        if item is not None:
            self.list.setCurrentItem(item)
            entry = self.entries[row]
            words = (entry.title, "" if entry.enabled else "not now", entry.place, entry.key)
            self.search.setAccessibleDescription(", ".join(w for w in words if w))
            announce(self.search, self.search.accessibleDescription())

    def _run(self, item: QTreeWidgetItem | None) -> None:
        if item is None or item.isDisabled():
            return
        entry = self.entries[self.list.indexOfTopLevelItem(item)]
        self.hide()
        entry.run()
