"""Which gesture a press begins: by button, by keys held, by what lies under the pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from app.canvas.carrying import MoveBend, MoveFrame, MoveNodes, PullOut, ResizeFrame
from app.canvas.duplicating import Duplicate, DuplicateFrame
from app.canvas.finding import FrameAt, PortAt
from app.canvas.gestures import BoxSelect, CutWires, Gesture, Pan, Pointer
from app.canvas.rewire import DragAll
from app.canvas.wiring import DragWire
from nodes import edits
from nodes.bends import Bend, bend
from nodes.document import Document, Wire

if TYPE_CHECKING:
    from app.canvas.view import CanvasView

ALT, SHIFT, CTRL = (
    Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier,
)  # fmt: skip
#: So many pixels of the screen about a frame's edge resize it.
EDGE = 5.0


def gesture_for(view: CanvasView, at: Pointer, button: Qt.MouseButton) -> Gesture | None:
    """The gesture that this press begins, or None."""
    if button == Qt.MouseButton.MiddleButton or (button == Qt.MouseButton.LeftButton and view.space_held):
        return Pan(view, at)
    if button == Qt.MouseButton.RightButton:
        return CutWires(view, at) if at.holds(CTRL) else _right(view, at)
    return _left(view, at) if button == Qt.MouseButton.LeftButton else None


def double_gesture(view: CanvasView, at: Pointer) -> Gesture | None:
    """The second press of a double click on a wire: a bend there, in the hand at once."""
    wire = view.canvas.wire_at(at.scene)
    if wire is None or view.canvas.bend_at(at.scene) is not None:
        return None
    made: list[Bend] = []

    def edit(document: Document) -> Document:
        document, new = bend(document, wire, (at.scene.x(), at.scene.y()))
        made.append(new)
        return document

    view.session.do("Bend wire", edit)
    return MoveBend(view, at, made[-1])


def frame_at(view: CanvasView, at: Pointer) -> FrameAt | None:
    return view.canvas.frame_at(at.scene, EDGE / view.zoom)


def _right(view: CanvasView, at: Pointer) -> Gesture:
    """A menu is about what it is opened on."""
    node = view.canvas.node_at(at.scene)
    wire = None if node else view.canvas.wire_at(at.scene)
    frame = None if node or wire else frame_at(view, at)
    if node is not None and node not in view.session.selection:
        view.canvas.choose()
        view.session.select([node])
    if wire is not None or frame is not None:
        view.session.select(())
        view.canvas.choose([wire] if wire else (), (), [frame.id] if frame else ())
    return Pan(view, at, menu=True)


def _left(view: CanvasView, at: Pointer) -> Gesture | None:
    out = at.holds(ALT) and at.holds(SHIFT)
    port = None if out else view.canvas.port_at(at.scene)
    if port is not None:
        return _on_port(view, at, port)
    node = view.canvas.node_at(at.scene)
    if node is not None:
        return _on_node(view, at, node)
    return CutWires(view, at) if out else _on_ground(view, at)


def _on_node(view: CanvasView, at: Pointer, node: str) -> Gesture:
    if at.keys == ALT | SHIFT:
        return PullOut(view, at, node)
    return Duplicate(view, at, node) if at.keys == ALT else MoveNodes(view, at, node)


def _on_ground(view: CanvasView, at: Pointer) -> Gesture | None:
    """Bends lie over wires, wires over frames."""
    joint = view.canvas.bend_at(at.scene)
    if joint is not None:
        return MoveBend(view, at, joint)
    wire = view.canvas.wire_at(at.scene)
    if wire is not None:
        return _on_wire(view, at, wire)
    frame = frame_at(view, at)
    if frame is None:
        return BoxSelect(view, at)
    if frame.sides:
        return ResizeFrame(view, at, frame)
    return DuplicateFrame(view, at, frame.id) if at.keys == ALT else MoveFrame(view, at, frame.id)


def _on_port(view: CanvasView, at: Pointer, port: PortAt) -> Gesture | None:
    """Drag a wire out of it; a joined input gives up its wire, and with Ctrl an output all of them; Alt clears it."""
    document = view.session.document
    ends = [w for w in document.wires if _at_port(w, port)]
    if at.holds(ALT):
        if ends:
            view.session.do("Clear port", lambda d: edits.disconnect(d, ends))
        return None
    if port.port.output and ends and at.holds(CTRL):
        return DragAll(view, at, port, ends)
    if port.port.output or not ends:
        return DragWire(view, at, port)
    wire = ends[-1]
    source = view.canvas.nodes[wire.source].look
    start = next((p for p in source.outputs if p.name == wire.source_port), None)
    return DragWire(view, at, PortAt(wire.source, start), wire) if start else None


def _at_port(wire: Wire, port: PortAt) -> bool:
    end = (wire.source, wire.source_port) if port.port.output else (wire.target, wire.target_port)
    return end == (port.node, port.port.name)


def _on_wire(view: CanvasView, at: Pointer, wire: Wire) -> Gesture | None:
    """Select the wire; Shift and Ctrl keep what was selected."""
    canvas = view.canvas
    if at.holds(CTRL):
        canvas.choose(canvas.chosen_wires ^ {wire}, canvas.chosen_bends, canvas.chosen_frames)
    elif at.holds(SHIFT):
        canvas.choose(canvas.chosen_wires | {wire}, canvas.chosen_bends, canvas.chosen_frames)
    else:
        view.session.select(())
        canvas.choose_wires([wire])
    return None
