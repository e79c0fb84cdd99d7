"""The canvas as accessibility tools see it: a list of layers. Qt knows painted items only as one picture; this tells it more.

Qt's cache holds what it was shown until it is told that it is gone: each interface is kept here, and deleted through the cache.
"""

from __future__ import annotations

from typing import Any, cast

from PySide6.QtCore import QRect
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget

from app.canvas import spoken
from app.canvas.view import CanvasView
from nodes.document import Document

Text = QAccessible.Text
#: The dynamic property by which a widget says that it is pressed like a button, whatever it is made of.
BUTTON = "accessible_button"


class LayerSpoken(QAccessibleInterface):
    """One layer: an entry of the list."""

    def __init__(self, view: CanvasView, id: str) -> None:
        super().__init__()
        self._view, self._id = view, id

    def isValid(self) -> bool:
        return self._id in self._view.canvas.nodes

    def object(self) -> Any:
        return None

    def parent(self) -> QAccessibleInterface:
        return QAccessible.queryAccessibleInterface(self._view)

    def childCount(self) -> int:
        return 0

    def child(self, index: int) -> Any:
        return None

    def childAt(self, x: int, y: int) -> Any:
        return None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def text(self, kind: QAccessible.Text) -> str:
        """Its name is what it is called; its description everything else."""
        if not self.isValid() or kind not in (Text.Name, Text.Description):
            return ""
        look, checked = self._view.canvas.nodes[self._id].look, self._view.session.checked
        if kind == Text.Name:
            return look.name or look.title
        return spoken.layer(look, spoken.problems_at(self._id, checked))

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """Names are given by F2."""

    def rect(self) -> QRect:
        view = self._view
        if not self.isValid():
            return QRect()
        box = view.mapFromScene(view.canvas.nodes[self._id].scene_body()).boundingRect()
        return QRect(view.viewport().mapToGlobal(box.topLeft()), box.size())

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        chosen = self._id in self._view.session.selection
        state.invalid = not self.isValid()
        state.selectable = state.focusable = state.multiSelectable = True
        state.selected = chosen
        state.focused = chosen and self._view.hasFocus()
        return state


class CanvasSpoken(QAccessibleWidget):
    """The list: its layers in the network's order, then the widgets that stand over the canvas."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view, QAccessible.Role.List)
        self._view = view
        self._layers: dict[str, LayerSpoken] = {}
        layers = self._layers
        view.session.document_changed.connect(self._forget_what_is_gone)
        view.destroyed.connect(lambda: _forget(layers, list(layers)))

    def _forget_what_is_gone(self, document: Document) -> None:
        _forget(self._layers, [i for i in self._layers if i not in document.nodes])

    def _ids(self) -> list[str]:
        return list(self._view.canvas.nodes)

    def layer(self, id: str) -> LayerSpoken:
        if id not in self._layers:
            self._layers[id] = LayerSpoken(self._view, id)
            QAccessible.registerAccessibleInterface(self._layers[id])
        return self._layers[id]

    def childCount(self) -> int:
        return len(self._ids()) + super().childCount()

    def child(self, index: int) -> QAccessibleInterface:
        ids = self._ids()
        return self.layer(ids[index]) if 0 <= index < len(ids) else super().child(index - len(ids))

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        ids = self._ids()
        mine = next((i for i, id in enumerate(ids) if self._layers.get(id) is child), -1)
        if mine >= 0:
            return mine
        found = super().indexOfChild(child)
        return found + len(ids) if found >= 0 else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        view = self._view
        local = view.viewport().mapFromGlobal(QRect(x, y, 1, 1).topLeft())
        id = view.canvas.node_at(view.mapToScene(local))
        return self.layer(id) if id is not None else super().childAt(x, y)

    def focusChild(self) -> QAccessibleInterface:
        chosen = next((i for i in self._ids() if i in self._view.session.selection), None)
        return self.layer(chosen) if chosen is not None else super().focusChild()


def _forget(layers: dict[str, LayerSpoken], ids: list[str]) -> None:
    for id in ids:
        gone = layers.pop(id)  # held until the cache has let it go
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
