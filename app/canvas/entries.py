"""The entries of the canvas's list, as accessibility tools see them: layers, comment frames and notes, bends of wires."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QAccessible, QAccessibleInterface

from app.canvas import spoken
from app.canvas.marking import Mark
from app.canvas.view import CanvasView

Text = QAccessible.Text


class Entry(QAccessibleInterface):
    """One entry of the list."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__()
        self._view = view

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
        return self._name() if kind == Text.Name else self._words()

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """Names are given by F2."""

    def rect(self) -> QRect:
        view = self._view
        if not self.isValid():
            return QRect()
        box = view.mapFromScene(self._place()).boundingRect()
        return QRect(view.viewport().mapToGlobal(box.topLeft()), box.size())

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        chosen = self._chosen()
        state.invalid = not self.isValid()
        state.selectable = state.focusable = state.multiSelectable = True
        state.selected = chosen
        state.focused = chosen and self._view.hasFocus()
        return state

    @abstractmethod
    def _name(self) -> str: ...

    @abstractmethod
    def _words(self) -> str: ...

    @abstractmethod
    def _place(self) -> QRectF:
        """In the scene."""

    @abstractmethod
    def _chosen(self) -> bool: ...


class LayerSpoken(Entry):
    """A layer."""

    def __init__(self, view: CanvasView, id: str) -> None:
        super().__init__(view)
        self._id = id

    def isValid(self) -> bool:
        return self._id in self._view.canvas.nodes

    def _name(self) -> str:
        look = self._view.canvas.nodes[self._id].look
        return look.name or look.title

    def _words(self) -> str:
        look, checked = self._view.canvas.nodes[self._id].look, self._view.session.checked
        return spoken.layer(look, spoken.problems_at(self._id, checked))

    def _place(self) -> QRectF:
        return self._view.canvas.nodes[self._id].scene_body()

    def _chosen(self) -> bool:
        return self._id in self._view.session.selection


class MarkSpoken(Entry):
    """A comment frame, a note, or a bend of a wire."""

    def __init__(self, view: CanvasView, mark: Mark) -> None:
        super().__init__(view)
        self._mark = mark

    def isValid(self) -> bool:
        return self._mark in self._view.marks()

    def role(self) -> QAccessible.Role:
        if not isinstance(self._mark, str) or not self.isValid():
            return QAccessible.Role.ListItem
        return QAccessible.Role.Note if self._view.canvas.frames[self._mark].frame.note else QAccessible.Role.Grouping

    def _name(self) -> str:
        return spoken.mark_name(self._view.canvas, self._mark)

    def _words(self) -> str:
        return spoken.mark_words(self._view.canvas, self._mark)

    def _place(self) -> QRectF:
        return self._view.mark_rect(self._mark)

    def _chosen(self) -> bool:
        return self._mark in self._view.canvas.chosen_frames | self._view.canvas.chosen_bends


def entry(view: CanvasView, key: Mark) -> Entry:
    """The entry for a layer's id, or for a mark."""
    if isinstance(key, str) and key in view.canvas.nodes:
        return LayerSpoken(view, key)
    return MarkSpoken(view, key)
