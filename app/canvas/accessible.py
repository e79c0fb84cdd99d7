"""The canvas as accessibility tools see it: a list of layers, frames, notes and bends. Qt knows painted items only as one
picture; this tells it more.

Qt's cache holds what it was shown until it is told that it is gone: each interface is kept here, and deleted through the cache.
"""

from __future__ import annotations

from typing import Any, cast

from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget

from app.canvas.entries import Entry, entry
from app.canvas.marking import Mark
from app.canvas.pressing import EDGE
from app.canvas.view import CanvasView
from nodes.document import Document

#: A layer by its id, or a mark.
Key = Mark
#: The dynamic property by which a widget says that it is pressed like a button, whatever it is made of.
BUTTON = "accessible_button"


class CanvasSpoken(QAccessibleWidget):
    """The list: its layers in the network's order, its frames, notes and bends, then the widgets that stand over the canvas."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view, QAccessible.Role.List)
        self._view = view
        self._entries: dict[Key, Entry] = {}
        entries = self._entries
        view.session.document_changed.connect(self._forget_what_is_gone)
        view.destroyed.connect(lambda: _forget(entries, list(entries)))

    def _forget_what_is_gone(self, document: Document) -> None:
        there: set[Key] = {*document.nodes, *(f.id for f in document.frames)}
        there |= {(w, i) for w, points in document.bends.items() for i in range(len(points))}
        _forget(self._entries, [key for key in self._entries if key not in there])

    def _keys(self) -> list[Key]:
        return [*self._view.canvas.nodes, *self._view.marks()]

    def entry(self, key: Key) -> Entry:
        """What a layer (by its id) or a mark is to the tools."""
        if key not in self._entries:
            self._entries[key] = entry(self._view, key)
            QAccessible.registerAccessibleInterface(self._entries[key])
        return self._entries[key]

    def childCount(self) -> int:
        return len(self._keys()) + super().childCount()

    def child(self, index: int) -> QAccessibleInterface:
        keys = self._keys()
        return self.entry(keys[index]) if 0 <= index < len(keys) else super().child(index - len(keys))

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        keys = self._keys()
        mine = next((i for i, key in enumerate(keys) if self._entries.get(key) is child), -1)
        if mine >= 0:
            return mine
        found = super().indexOfChild(child)
        return found + len(keys) if found >= 0 else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        view = self._view
        local = view.viewport().mapFromGlobal(QRect(x, y, 1, 1).topLeft())
        key = self._key_at(view.mapToScene(local))
        return self.entry(key) if key is not None else super().childAt(x, y)

    def _key_at(self, point: QPointF) -> Key | None:
        canvas = self._view.canvas
        if (found := canvas.node_at(point) or canvas.bend_at(point)) is not None:
            return found
        frame = canvas.frame_at(point, EDGE / self._view.zoom)
        return frame.id if frame else None

    def focusChild(self) -> QAccessibleInterface:
        chosen = next((i for i in self._view.canvas.nodes if i in self._view.session.selection), self._view.chosen_mark())
        return self.entry(chosen) if chosen is not None else super().focusChild()


def _forget(entries: dict[Key, Entry], keys: list[Key]) -> None:
    for key in keys:
        gone = entries.pop(key)  # held until the cache has let it go
        QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(gone))


def interface_for(key: str, made: Any) -> QAccessibleInterface | None:
    """Qt asks here for each object once, when a tool looks at it; None leaves it as Qt would have it."""
    if isinstance(made, CanvasView):
        made.interface = CanvasSpoken(made)
        return made.interface
    if isinstance(made, QWidget) and made.property(BUTTON):
        button = QAccessibleWidget(made, QAccessible.Role.Button)
        cast(Any, made).interface = button  # kept as long as the widget
        return button
    return None


def install() -> None:
    """Once for each process."""
    QAccessible.installFactory(cast(Any, interface_for))
