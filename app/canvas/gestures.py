"""Gestures: each press starts an object that follows the pointer and ends in at most one edit. Cancelling changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from nodes import edits
from nodes.document import Document, Wire
from nodes.problems import Refusal

if TYPE_CHECKING:
    from app.canvas.view import CanvasView

T = TypeVar("T")
#: A press becomes a drag after so many pixels.
START = 4


@dataclass(frozen=True)
class Pointer:
    """Where the pointer is: in the scene, in the viewport, and which keys are held."""

    scene: QPointF
    view: QPoint
    keys: Qt.KeyboardModifier

    def holds(self, key: Qt.KeyboardModifier) -> bool:
        return bool(self.keys & key)


class Gesture:
    """One press, and what follows until it is let go."""

    #: Whether a button is held meanwhile.
    held = True

    def __init__(self, view: CanvasView, start: Pointer) -> None:
        self.view, self.start = view, start
        self.dragged = False

    def move(self, at: Pointer) -> None:
        if not self.dragged and (at.view - self.start.view).manhattanLength() >= START:
            self.dragged = True
        if self.dragged:
            self.drag(at)

    def drag(self, at: Pointer) -> None:
        """The pointer moved, far enough to mean it."""

    def release(self, at: Pointer) -> None:
        """Let go."""

    def cancel(self) -> None:
        """Esc, or the window lost the pointer: everything as before."""

    def key(self, key: int) -> bool:
        """A key while the button is held. True if it meant something."""
        return False


class Pan(Gesture):
    """Drag the ground. A right button that did not move asks for the menu."""

    def __init__(self, view: CanvasView, start: Pointer, menu: bool = False) -> None:
        super().__init__(view, start)
        self._last, self._menu = start.view, menu

    def drag(self, at: Pointer) -> None:
        self.view.pan(at.view - self._last)
        self._last = at.view

    def release(self, at: Pointer) -> None:
        if self._menu and not self.dragged:
            self.view.menu_requested.emit(self.view.viewport().mapToGlobal(at.view))


class BoxSelect(Gesture):
    """A rubber band: what it touches is selected; Shift adds, Ctrl toggles."""

    def __init__(self, view: CanvasView, start: Pointer) -> None:
        super().__init__(view, start)
        canvas = view.canvas
        self._before = view.session.selection
        self._besides = (canvas.chosen_wires, canvas.chosen_bends, canvas.chosen_frames)
        self._rect = QRectF(start.scene, start.scene)

    def drag(self, at: Pointer) -> None:
        canvas = self.view.canvas
        self._rect = QRectF(self.start.scene, at.scene).normalized()
        inside = {i for i, item in canvas.nodes.items() if item.scene_body().intersects(self._rect)}
        self.view.session.select(combined(self._before, inside, at))
        _, bends, frames = self._besides
        found = set(canvas.bends_inside(self._rect)), set(canvas.frames_inside(self._rect))
        canvas.choose((), combined(bends, found[0], at), combined(frames, found[1], at))
        canvas.overlay.draw(self)

    def release(self, at: Pointer) -> None:
        self.view.canvas.overlay.draw(None)
        if not self.dragged:
            self.view.canvas.choose_wires(())
            self.view.session.select(combined(self._before, set(), at))

    def cancel(self) -> None:
        self.view.canvas.overlay.draw(None)
        self.view.canvas.choose(*self._besides)
        self.view.session.select(self._before)

    def bounds(self) -> QRectF:
        return self._rect.adjusted(-2, -2, 2, 2)

    def paint(self, painter: QPainter) -> None:
        ink = self.view.canvas.ink
        painter.setPen(ink.pen("accent", 1.0))
        painter.setBrush(ink.color("accent", 0.12))
        painter.drawRect(self._rect)


def combined(before: Set[T], inside: set[T], at: Pointer) -> set[T]:
    """Shift adds, Ctrl toggles, nothing replaces."""
    if at.holds(Qt.KeyboardModifier.ControlModifier):
        return set(before) ^ inside
    return set(before) | inside if at.holds(Qt.KeyboardModifier.ShiftModifier) else inside


class CutWires(Gesture):
    """A line across wires: those it crosses are cut."""

    def drag(self, at: Pointer) -> None:
        self._end = at.scene
        self.view.canvas.overlay.draw(self)

    def release(self, at: Pointer) -> None:
        self.view.canvas.overlay.draw(None)
        cut = [w for w, item in self.view.canvas.wires.items() if self.dragged and item.crosses(self.start.scene, at.scene)]
        if cut:
            self.view.session.do("Cut wires", lambda d: edits.disconnect(d, cut))

    def cancel(self) -> None:
        self.view.canvas.overlay.draw(None)

    def bounds(self) -> QRectF:
        return QRectF(self.start.scene, self._end).normalized().adjusted(-4, -4, 4, 4)

    def paint(self, painter: QPainter) -> None:
        painter.setPen(self.view.canvas.ink.pen("err", 1.5, dashed=True))
        painter.drawLine(self.start.scene, self._end)


def would_work(document: Document, wire: Wire, edit: Callable[[Document, Wire], Document]) -> str:
    """Why inserting on this wire is refused; empty when it is not."""
    try:
        edit(document, wire)
    except Refusal as refusal:
        return str(refusal)
    return ""
