"""What is dragged, and what else that does: nodes onto a wire, nodes out of their wires, bends, frames and their edges."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from app.canvas.finding import FrameAt
from app.canvas.geometry import snapped
from app.canvas.gestures import Gesture, Pointer, combined
from app.canvas.moving import Move
from nodes import edits
from nodes.bends import Bend
from nodes.document import Document, Wire
from nodes.frames import Rect, place_frames
from nodes.rewiring import extract

if TYPE_CHECKING:
    from app.canvas.view import CanvasView

LEAST_FRAME = (80.0, 40.0)


class MoveNodes(Move):
    """Drag the selected nodes; a single loose one is inserted on the wire it is dropped on."""

    def __init__(self, view: CanvasView, start: Pointer, id: str) -> None:
        self._id = id
        self._click(view, start)
        super().__init__(view, start, view.session.document.nodes[id].position)
        self._onto: Wire | None = None

    def _click(self, view: CanvasView, at: Pointer) -> None:
        """Pressing selects; on one of several selected nodes it waits, for that may be a drag of them all."""
        session = view.session
        keeps = at.holds(Qt.KeyboardModifier.ControlModifier) or at.holds(Qt.KeyboardModifier.ShiftModifier)
        if keeps:
            session.select(combined(session.selection, {self._id}, at))
        elif self._id not in session.selection:
            view.canvas.choose()
            session.select([self._id])

    def clicked(self, at: Pointer) -> None:
        if at.keys == Qt.KeyboardModifier.NoModifier:
            self.view.canvas.choose()
            self.view.session.select([self._id])

    def drag(self, at: Pointer) -> None:
        super().drag(at)
        self._onto = self.view.wire_to_insert(at.scene, self._inserted) if self.loose() else None
        self.view.mark_wire(self._onto)

    def loose(self) -> bool:
        """Whether it is a single node that no wire holds."""
        document = self.view.session.document
        return len(self._from.nodes) == 1 and not document.wires_into[self._id] and not document.wires_out_of[self._id]

    def _inserted(self, document: Document, wire: Wire) -> Document:
        return edits.insert_node(document, wire, self._id)

    def release(self, at: Pointer) -> None:
        self.view.mark_wire(None)
        self.title = self.title if self._onto is None else "Insert"
        super().release(at)

    def edit(self, document: Document) -> Document:
        moved = super().edit(document)
        return moved if self._onto is None else edits.insert_node(moved, self._onto, self._id)

    def cancel(self) -> None:
        self.view.mark_wire(None)
        super().cancel()


class PullOut(MoveNodes):
    """Alt and Shift at the press: nodes out of their wires; what is left is joined where the shapes fit."""

    title = "Pull out"

    def _click(self, view: CanvasView, at: Pointer) -> None:
        if self._id not in view.session.selection:
            view.canvas.choose()
            view.session.select([self._id])

    def loose(self) -> bool:
        return False

    def free(self, at: Pointer) -> bool:
        return False

    def _crossing(self) -> list[Wire]:
        ids = self._from.nodes.keys()
        return [w for w in self.view.canvas.wires if (w.source in ids) != (w.target in ids)]

    def show(self) -> None:
        super().show()
        for wire in self._crossing():
            self.view.canvas.wires[wire].setVisible(False)

    def edit(self, document: Document) -> Document:
        return super().edit(extract(document, self._from.nodes))

    def _restore(self) -> None:
        for wire in self._crossing():
            self.view.canvas.wires[wire].setVisible(True)
        super()._restore()


class MoveBend(Move):
    """Drag a bend, with all that is selected if it is."""

    def __init__(self, view: CanvasView, start: Pointer, bend: Bend) -> None:
        canvas = view.canvas
        if start.holds(Qt.KeyboardModifier.ControlModifier) or start.holds(Qt.KeyboardModifier.ShiftModifier):
            canvas.choose(canvas.chosen_wires, combined(canvas.chosen_bends, {bend}, start), canvas.chosen_frames)
        elif bend not in canvas.chosen_bends:
            canvas.choose(bends=[bend])
            view.session.select(())
        wire, index = bend
        super().__init__(view, start, view.session.document.bends[wire][index])


class MoveFrame(Move):
    """Drag a frame by its heading, or a note; what stands inside goes with it."""

    def __init__(self, view: CanvasView, start: Pointer, id: str) -> None:
        choose_frame(view, start, id)
        super().__init__(view, start, view.canvas.frames[id].frame.rect[:2])


def choose_frame(view: CanvasView, at: Pointer, id: str) -> None:
    """Select a frame; Shift adds, Ctrl toggles."""
    canvas = view.canvas
    if at.holds(Qt.KeyboardModifier.ControlModifier) or at.holds(Qt.KeyboardModifier.ShiftModifier):
        canvas.choose(canvas.chosen_wires, canvas.chosen_bends, combined(canvas.chosen_frames, {id}, at))
    elif id not in canvas.chosen_frames:
        view.session.select(())
        canvas.choose(frames=[id])


class ResizeFrame(Gesture):
    """Drag a frame's edge or corner."""

    def __init__(self, view: CanvasView, start: Pointer, at: FrameAt) -> None:
        super().__init__(view, start)
        choose_frame(view, start, at.id)
        self._at, self._rect = at, view.canvas.frames[at.id].frame.rect
        self._to = self._rect

    def drag(self, at: Pointer) -> None:
        place = (at.scene.x(), at.scene.y())
        x, y = place if at.holds(Qt.KeyboardModifier.AltModifier) else snapped(*place)
        self._to = resized(self._rect, self._at.sides, x, y)
        self._show(self._to)

    def _show(self, rect: Rect) -> None:
        item = self.view.canvas.frames.get(self._at.id)
        if item is not None:
            item.present(replace(item.frame, rect=rect))
            self.view.canvas.reroute(self.view.canvas.wires)

    def release(self, at: Pointer) -> None:
        if self._to != self._rect:
            self.view.session.do("Resize frame", lambda d: place_frames(d, {self._at.id: self._to}))

    def cancel(self) -> None:
        frames = {f.id: f.rect for f in self.view.session.document.frames}
        if self._at.id in frames:
            self._show(frames[self._at.id])


def resized(rect: Rect, sides: frozenset[str], x: float, y: float) -> Rect:
    """A rectangle with the named sides at x or y, never smaller than can be taken again."""
    left, top, width, height = rect
    right, bottom = left + width, top + height
    if "left" in sides:
        left = min(x, right - LEAST_FRAME[0])
    elif "right" in sides:
        right = max(x, left + LEAST_FRAME[0])
    if "top" in sides:
        top = min(y, bottom - LEAST_FRAME[1])
    elif "bottom" in sides:
        bottom = max(y, top + LEAST_FRAME[1])
    return left, top, right - left, bottom - top
