"""Shelf: the user's library of blocks as the window knows it, and adding by name: a layer's type, or a block's on the shelf."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, Signal

from app.folders import data_folder
from nodes import edits, library
from nodes.document import BLOCK, Document, Position, Wire
from nodes.layer import Layer, layer_type, layer_types
from nodes.library import SHELF, Entry
from nodes.problems import Refusal
from nodes.swapping import swap, take_place

#: What can be put into a network, as a search knows it.
Item = type[Layer] | Entry


def kind(type: str) -> str:
    """The type of node that comes of a name."""
    return BLOCK if type.startswith(SHELF) else type


class Shelf(QObject):
    """What is in the folder; `changed` comes when that is no longer what it was, whoever changed it."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None, folder: Path | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._entries: dict[str, Entry] | None = None
        self._watch = QFileSystemWatcher(self)
        self._watch.directoryChanged.connect(lambda _: self.refresh())

    @property
    def folder(self) -> Path:
        return self._folder or data_folder() / "blocks"

    @property
    def entries(self) -> Mapping[str, Entry]:
        """Every block by what it is added by, those with a problem too. Read at first use."""
        if self._entries is None:
            self._entries = self._read()
        return self._entries

    def _read(self) -> dict[str, Entry]:
        if self.folder.is_dir() and str(self.folder) not in self._watch.directories():
            self._watch.addPath(str(self.folder))
        return {entry.type: entry for entry in library.entries(self.folder)}

    def refresh(self) -> None:
        before, self._entries = self._entries, self._read()
        if before != self._entries:
            self.changed.emit()

    # -- adding by name ------------------------------------------------------------------------------------------------
    def sound(self) -> dict[str, Entry]:
        """The blocks that can be added."""
        return {type: entry for type, entry in self.entries.items() if not entry.problem}

    def items(self, types: Mapping[str, type[Layer]]) -> dict[str, Item]:
        """These layers, and all blocks that can be added."""
        return {**types, **self.sound()}

    def has(self, type: str) -> bool:
        return type in layer_types() or type in self.entries

    def title(self, type: str) -> str:
        """How it is called."""
        return self.entries[type].name if type in self.entries else type

    def add(
        self, document: Document, type: str, position: Position = (0.0, 0.0), name: str = "", parent: str = ""
    ) -> tuple[Document, str]:
        """A new layer, or a copy of a block; returns the document and its id. Raises `Refusal`."""
        if not type.startswith(SHELF):
            return edits.add(document, type, position, name=name, parent=parent)
        if type not in self.entries:
            raise Refusal(f"The library has no block called ‘{type.removeprefix(SHELF)}’ any more: choose another one.")
        return library.take(document, self.entries[type], position, parent, name)

    def insert(
        self, document: Document, wire: Wire, type: str, position: Position | None = None
    ) -> tuple[Document, str]:
        """The same on a wire, halfway between its ends where no position is given. Raises `Refusal`."""
        a, b = document.node(wire.source), document.node(wire.target)
        middle = ((a.position[0] + b.position[0]) / 2, (a.position[1] + b.position[1]) / 2)
        document, id = self.add(document, type, position or middle, parent=a.parent)
        return edits.insert_node(document, wire, id), id

    def swap(self, document: Document, id: str, type: str) -> tuple[Document, str]:
        """The same in another node's place, with its wires; returns the document and what stands there. Raises `Refusal`."""
        old = document.node(id)
        if old.block is None and not type.startswith(SHELF):
            return swap(document, id, type), id
        document, new = self.add(document, type, parent=old.parent)
        return take_place(document, id, new), new

    def may_stand_on_wire(self, type: str) -> bool:
        """Whether it has both an input and an output."""
        if type in self.entries:
            return type in self.sound()
        return type in layer_types() and bool(layer_type(type).inputs and layer_type(type).outputs)
