"""Which gesture a press begins: by button, by keys held, by what lies under the pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from app.canvas.gestures import BoxSelect, CutWires, Gesture, MoveNodes, Pan, Pointer
from app.canvas.scene import PortAt
from app.canvas.wiring import DragWire
from nodes import edits
from nodes.document import Wire

if TYPE_CHECKING:
    from app.canvas.view import CanvasView

ALT, SHIFT, CTRL = (
    Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier,
)  # fmt: skip


def gesture_for(view: CanvasView, at: Pointer, button: Qt.MouseButton) -> Gesture | None:
    """The gesture that this press begins, or None."""
    if button == Qt.MouseButton.MiddleButton or (button == Qt.MouseButton.LeftButton and view.space_held):
        return Pan(view, at)
    if button == Qt.MouseButton.RightButton:
        return CutWires(view, at) if at.holds(CTRL) else _right(view, at)
    return _left(view, at) if button == Qt.MouseButton.LeftButton else None


def _right(view: CanvasView, at: Pointer) -> Gesture:
    """A menu is about what it is opened on."""
    node = view.canvas.node_at(at.scene)
    wire = None if node else view.canvas.wire_at(at.scene)
    if node is not None and node not in view.session.selection:
        view.session.select([node])
    if wire is not None:
        view.session.select(())
        view.canvas.choose_wires([wire])
    return Pan(view, at, menu=True)


def _left(view: CanvasView, at: Pointer) -> Gesture | None:
    if at.holds(ALT) and at.holds(SHIFT):
        return CutWires(view, at)
    port = view.canvas.port_at(at.scene)
    if port is not None:
        return _on_port(view, at, port)
    node = view.canvas.node_at(at.scene)
    if node is not None:
        return MoveNodes(view, at, node)
    wire = view.canvas.wire_at(at.scene)
    return BoxSelect(view, at) if wire is None else _on_wire(view, at, wire)


def _on_port(view: CanvasView, at: Pointer, port: PortAt) -> Gesture | None:
    """Drag a wire out of it; a joined input gives up its wire; Alt clears it."""
    document = view.session.document
    ends = [w for w in document.wires if _at_port(w, port)]
    if at.holds(ALT):
        if ends:
            view.session.do("Clear port", lambda d: edits.disconnect(d, ends))
        return None
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
    chosen = view.canvas.chosen_wires
    if at.holds(CTRL):
        view.canvas.choose_wires(chosen ^ {wire})
    elif at.holds(SHIFT):
        view.canvas.choose_wires(chosen | {wire})
    else:
        view.session.select(())
        view.canvas.choose_wires([wire])
    return None
