"""Keyboard shortcuts: every command with its keys; choose one, press other keys. What has them already is named first."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from app.commands import COMMANDS, Command
from app.keymap import BY_ID, TAKEN, Keymap, is_key, twins
from app.panels.announcer import announce
from app.panels.bindings import Bindings, native, words
from app.panels.fuzzy import score
from app.panels.key_field import KeyField
from app.panels.words import button, empty, label
from app.theme import font

ID = Qt.ItemDataRole.UserRole
HOW = "Enter on a command, then the new keys. They count at once."


class Shortcuts(QDialog):
    """Not modal: try the keys while it stands open."""

    def __init__(self, parent: QWidget, bindings: Bindings) -> None:
        super().__init__(parent)
        self._bindings = bindings
        self.setWindowTitle("Keyboard shortcuts")
        self.search = QLineEdit(placeholderText="Search commands and keys")
        self.search.setProperty("tall", True)
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Search commands and keys")
        self.table = self._table()
        self.table.setCurrentItem(self._items()[0])
        self.field = KeyField()
        self.said = label(HOW, "second", wraps=True)
        self.none = button("No keys", lambda: self._give(()), quiet=True)
        self.reset = button("Reset", self._reset_one, quiet=True)
        self.reset_all = button("Reset all", lambda: self._take(Keymap(), "All keys are as usual."))
        self.ways, self.buttons = QHBoxLayout(), list[QPushButton]()
        self._lay_out()
        self.search.textChanged.connect(self._filter)
        self.table.itemActivated.connect(lambda _: self.field.listen())
        self.table.currentItemChanged.connect(lambda *_: self._chosen())
        self.field.pressed.connect(self.try_key)
        self.field.left.connect(self.table.setFocus)
        bindings.changed.connect(self.refresh)
        self.refresh()

    def _table(self) -> QTreeWidget:
        table = QTreeWidget()
        table.setHeaderLabels(["command", "where", "keys"])
        table.setAccessibleName("Commands and their keys")
        table.setRootIsDecorated(False)
        table.setIndentation(0)
        table.setUniformRowHeights(True)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.header().setStretchLastSection(False)
        table.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, width in ((1, 110), (2, 210)):
            table.header().setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            table.header().resizeSection(column, width)
        for command in COMMANDS:
            item = QTreeWidgetItem([command.name, command.menu, ""])
            item.setData(0, ID, command.id)
            item.setFont(2, font("mono-caption"))
            table.addTopLevelItem(item)
        return table

    def _lay_out(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 16, 16, 12)
        box.setSpacing(8)
        box.addWidget(self.search)
        box.addWidget(self.table, 1)
        self.name = label(role="strong")
        row = QGridLayout()
        row.setHorizontalSpacing(8)
        for column, widget in enumerate((self.name, self.field, self.none, self.reset)):
            row.addWidget(widget, 0, column)
        row.setColumnStretch(1, 1)
        box.addLayout(row)
        last = QHBoxLayout()
        last.setSpacing(8)
        last.addWidget(self.said, 1)
        last.addLayout(self.ways)
        last.addWidget(self.reset_all)
        box.addLayout(last)
        for made in (self.none, self.reset, self.reset_all):
            made.setAutoDefault(False)
        self.resize(640, 500)

    # -- what is shown ---------------------------------------------------------------------------------------------------
    @property
    def chosen(self) -> Command:
        return BY_ID[self.table.currentItem().data(0, ID)]

    def refresh(self) -> None:
        keymap = self._bindings.keymap
        for item in self._items():
            id = item.data(0, ID)
            item.setText(2, words(keymap.keys(id)) or "–")
            item.setFont(0, font("strong" if keymap.changed(id) else "body"))
            item.setToolTip(0, "Changed" if keymap.changed(id) else "")
        self.reset_all.setEnabled(bool(keymap.own))
        self._filter(self.search.text())
        self._show_chosen()

    def _items(self) -> list[QTreeWidgetItem]:
        found = (self.table.topLevelItem(i) for i in range(self.table.topLevelItemCount()))
        return [item for item in found if item is not None]

    def _filter(self, text: str) -> None:
        for item in self._items():
            listed = len(text) > 1 and any(text.lower() in item.text(column).lower() for column in (1, 2))
            item.setHidden(bool(text) and not listed and score(text, item.text(0)) <= 0)
        if self.table.currentItem().isHidden():
            first = next((i for i in self._items() if not i.isHidden()), None)
            self.table.setCurrentItem(first or self.table.currentItem())

    def _chosen(self) -> None:
        self._say(HOW)
        self._show_chosen()

    def _show_chosen(self) -> None:
        id = self.chosen.id
        self.name.setText(self.chosen.name)
        self.field.setText("")
        self.none.setEnabled(bool(self._bindings.keymap.keys(id)))
        self.reset.setEnabled(self._bindings.keymap.changed(id))

    def _say(self, text: str, *ways: tuple[str, Callable[[], object]]) -> None:
        """A sentence, and what can be done."""
        self.said.setText(text)
        announce(self, text)
        empty(self.ways)
        self.buttons = [button(title, action) for title, action in ways]
        for made in self.buttons:
            made.setAutoDefault(False)
            self.ways.addWidget(made)
            made.show()  # at once: it may be given the focus

    # -- changes ---------------------------------------------------------------------------------------------------------
    def try_key(self, key: str) -> None:
        """Use it, unless it is another command's or not to be had."""
        command, keymap = self.chosen, self._bindings.keymap
        owner = keymap.owner(key)
        if key in TAKEN or not is_key(key):
            self._say(f"{TAKEN.get(key, f'{native(key)} cannot be used here')}: press other keys.")
            self.field.listen()
        elif owner is None or owner.id == command.id:
            self._give(twins(key))
        else:
            self._ask(command, owner, key)

    def _ask(self, command: Command, owner: Command, key: str) -> None:
        keymap = self._bindings.keymap
        taken, swapped = keymap.given(command.id, twins(key)), keymap.swapped(command.id, key)
        left = words(taken.keys(owner.id)) or "no keys"
        self._say(
            f"{native(key)} is “{owner.name}” ({owner.menu}) already; you want it for “{command.name}” ({command.menu}).",
            ("Swap", lambda: self._take(swapped, f"{owner.name} has {words(swapped.keys(owner.id)) or 'no keys'} now.")),
            ("Take it", lambda: self._take(taken, f"{owner.name} has {left} now.")),
            ("Leave it", lambda: self._say(HOW)),
        )
        self.buttons[0].setFocus(Qt.FocusReason.TabFocusReason)

    def _give(self, keys: tuple[str, ...]) -> None:
        command = self.chosen
        self._take(self._bindings.keymap.given(command.id, keys), f"{command.name}: {words(keys) or 'no keys'}.")

    def _reset_one(self) -> None:
        command, keymap = self.chosen, self._bindings.keymap.reset(self.chosen.id)
        self._take(keymap, f"{command.name}: {words(keymap.keys(command.id)) or 'no keys'}, as usual.")

    def _take(self, keymap: Keymap, sentence: str) -> None:
        self._bindings.take(keymap)
        self._say(sentence)
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)
