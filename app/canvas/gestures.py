"""Gestures: each press starts an object that follows the pointer and ends in at most one edit. Cancelling changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from app.canvas.geometry import snapped
from nodes import edits
from nodes.document import Document, Wire
from nodes.layer import layer_type
from nodes.problems import Refusal
from runtime.errors import NetwrightError

if TYPE_CHECKING:
    from app.canvas.view import CanvasView

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
        self._before = view.session.selection
        self._rect = QRectF(start.scene, start.scene)

    def drag(self, at: Pointer) -> None:
        self._rect = QRectF(self.start.scene, at.scene).normalized()
        inside = {i for i, item in self.view.canvas.nodes.items() if item.scene_body().intersects(self._rect)}
        self.view.session.select(combined(self._before, inside, at))
        self.view.canvas.overlay.draw(self)

    def release(self, at: Pointer) -> None:
        self.view.canvas.overlay.draw(None)
        if not self.dragged:
            self.view.canvas.choose_wires(())
            self.view.session.select(combined(self._before, set(), at))

    def cancel(self) -> None:
        self.view.canvas.overlay.draw(None)
        self.view.session.select(self._before)

    def bounds(self) -> QRectF:
        return self._rect.adjusted(-2, -2, 2, 2)

    def paint(self, painter: QPainter) -> None:
        ink = self.view.canvas.ink
        painter.setPen(ink.pen("accent", 1.0))
        painter.setBrush(ink.color("accent", 0.12))
        painter.drawRect(self._rect)


def combined(before: frozenset[str], inside: set[str], at: Pointer) -> set[str]:
    """Shift adds, Ctrl toggles, nothing replaces."""
    if at.holds(Qt.KeyboardModifier.ControlModifier):
        return set(before) ^ inside
    return set(before) | inside if at.holds(Qt.KeyboardModifier.ShiftModifier) else inside


class MoveNodes(Gesture):
    """Drag the selected nodes. Items move at once, the document when they are let go; on a wire, one is inserted."""

    def __init__(self, view: CanvasView, start: Pointer, id: str) -> None:
        super().__init__(view, start)
        self._id = id
        self._click(at=start)
        chosen = view.session.selection or frozenset([id])
        self._from = {i: view.session.document.nodes[i].position for i in chosen}
        self._to = dict(self._from)
        self._onto: Wire | None = None

    def _click(self, at: Pointer) -> None:
        """Pressing selects; on one of several selected nodes it waits, for that may be a drag of them all."""
        session = self.view.session
        self.view.canvas.choose_wires(())
        if at.holds(Qt.KeyboardModifier.ControlModifier) or at.holds(Qt.KeyboardModifier.ShiftModifier):
            session.select(combined(session.selection, {self._id}, at))
        elif self._id not in session.selection:
            session.select([self._id])

    def drag(self, at: Pointer) -> None:
        self.view.canvas.keep_pictures(True)
        away = at.scene - self.start.scene
        lead = self._from.get(self._id) or next(iter(self._from.values()))
        x, y = lead[0] + away.x(), lead[1] + away.y()
        if not at.holds(Qt.KeyboardModifier.AltModifier):
            x, y = snapped(x, y)
        dx, dy = x - lead[0], y - lead[1]
        self._to = {i: (p[0] + dx, p[1] + dy) for i, p in self._from.items()}
        self._place(self._to)
        self._aim(at)

    def _place(self, positions: dict[str, tuple[float, float]]) -> None:
        for id, position in positions.items():
            self.view.canvas.nodes[id].setPos(*position)
        self.view.canvas.reroute_nodes(positions)

    def _aim(self, at: Pointer) -> None:
        """The wire that a single loose node would be inserted on."""
        document = self.view.session.document
        loose = len(self._from) == 1 and not document.wires_into[self._id] and not document.wires_out_of[self._id]
        self._onto = self.view.wire_to_insert(at.scene, self._inserted) if loose else None
        self.view.mark_wire(self._onto)

    def _inserted(self, document: Document, wire: Wire) -> Document:
        return edits.insert_node(document, wire, self._id)

    def release(self, at: Pointer) -> None:
        self.view.canvas.keep_pictures(False)
        self.view.mark_wire(None)
        if not self.dragged:
            if at.keys == Qt.KeyboardModifier.NoModifier:
                self.view.session.select([self._id])
            return
        if self._to == self._from:
            self._place(self._from)
            return
        title = "Move" if self._onto is None else "Insert"
        if not self.view.session.do(title, self._edit):
            self._place(self._from)

    def _edit(self, document: Document) -> Document:
        moved = edits.move(document, self._to)
        return moved if self._onto is None else edits.insert_node(moved, self._onto, self._id)

    def cancel(self) -> None:
        self.view.canvas.keep_pictures(False)
        self.view.mark_wire(None)
        # Back to where the document has them, which may have changed meanwhile.
        nodes = self.view.session.document.nodes
        self._place({i: nodes[i].position for i in self._from if i in nodes and i in self.view.canvas.nodes})


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


def can_stand_on_wire(type: str) -> bool:
    """Whether a layer has both an input and an output."""
    try:
        cls = layer_type(type)
    except NetwrightError:
        return False
    return bool(cls.inputs and cls.outputs)


def would_work(document: Document, wire: Wire, edit: Callable[[Document, Wire], Document]) -> str:
    """Why inserting on this wire is refused; empty when it is not."""
    try:
        edit(document, wire)
    except Refusal as refusal:
        return str(refusal)
    return ""
