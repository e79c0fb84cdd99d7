"""Bindings: the keymap as the window uses it. It is kept when it changes, and whatever names a key is told."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from app import keymap
from app.keymap import Keymap
from runtime.errors import FileError


def native(key: str) -> str:
    """A key as it stands on this computer's keyboard."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText).replace("Return", "Enter")


def words(keys: tuple[str, ...]) -> str:
    """``Ctrl+Y or Ctrl+Shift+Z``; the two Enter keys are one."""
    return " or ".join(dict.fromkeys(native(k) for k in keys))


class Bindings(QObject):
    """`changed` is emitted when a key is another one; `failed` with a sentence when it could not be kept."""

    changed = Signal()
    failed = Signal(str)

    def __init__(self, file: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = file
        self.keymap, self.trouble = keymap.read(file)

    def take(self, changed: Keymap) -> None:
        """Use another keymap from now on, and at the next start."""
        self.keymap = changed
        try:
            keymap.write(self._file, changed)
        except FileError as error:
            self.failed.emit(f"The keys count until Netwright is closed: {error}")
        self.changed.emit()

    def hint(self, id: str) -> str:
        """A command's first key, or nothing."""
        keys = self.keymap.keys(id)
        return native(keys[0]) if keys else ""

    def tip(self, text: str, id: str) -> str:
        """``Undo (Ctrl+Z)``."""
        key = self.hint(id)
        return f"{text} ({key})" if key else text

    def name(self, root: QWidget) -> None:
        """Write the keys into the tips of all buttons below `root` that stand for a command."""
        for widget in (root, *root.findChildren(QWidget)):
            id = widget.property("command")
            if id:
                widget.setToolTip(self.tip(widget.accessibleName(), id))
