"""Hover: what lies under the pointer while no button is held, and what it says of itself."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt

from app.canvas.finding import FrameAt
from app.canvas.items.frame import FrameItem
from app.canvas.items.node import NodeItem
from app.canvas.items.wire import WireItem
from app.canvas.scene import CanvasScene
from app.canvas.telling_blocks import more_about
from nodes.document import Frame
from nodes.layer import sample_shape

Item = NodeItem | WireItem | FrameItem


class Hover:
    """Marks at most one item."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self._item: Item | None = None

    @property
    def node(self) -> str | None:
        """The node that is marked."""
        return self._item.look.id if isinstance(self._item, NodeItem) else None

    @property
    def on_frame(self) -> bool:
        return isinstance(self._item, FrameItem)

    def follow(self, point: QPointF, frame: FrameAt | None = None) -> None:
        """The uppermost thing at `point`; `frame` is what lies there beneath nodes and wires."""
        found = self._under(point)
        self._mark(self._scene.frames[frame.id] if found is None and frame is not None else found)

    def clear(self) -> None:
        self._mark(None)

    def _under(self, point: QPointF) -> NodeItem | WireItem | None:
        port = self._scene.port_at(point)
        node = port.node if port else self._scene.node_at(point)
        if node is not None:
            return self._scene.nodes[node]
        wire = self._scene.wire_at(point)
        return self._scene.wires[wire] if wire is not None else None

    def _mark(self, item: Item | None) -> None:
        if item is self._item:
            return
        if self._item is not None:
            self._item.show_state(hovered=False)
        self._item = item
        if item is not None:
            item.show_state(hovered=True)


def cursor_over(frame: FrameAt | None) -> Qt.CursorShape:
    """What a press there would do to a frame."""
    shape = Qt.CursorShape
    if frame is None:
        return shape.ArrowCursor
    if len(frame.sides) == 2:
        return shape.SizeFDiagCursor if frame.sides in ({"left", "top"}, {"right", "bottom"}) else shape.SizeBDiagCursor
    if frame.sides:
        return shape.SizeHorCursor if frame.sides & {"left", "right"} else shape.SizeVerCursor
    return shape.SizeAllCursor


def tip_at(scene: CanvasScene, point: QPointF, edge: float) -> str:
    """A port's name, a node's type and name, a wire's shape, a frame's words; nothing over the ground."""
    document = scene.session.document
    port = scene.port_at(point)
    if port is not None:
        value = scene.value_at(port.node, port.port.name) if port.port.output else None
        return port.port.words if value is None or value.rank < 2 else f"{port.port.words}: {sample_shape(value)} per sample"
    node = scene.node_at(point)
    if node is not None:
        look = scene.nodes[node].look
        said = f"{look.type} ‘{document.nodes[node].name}’" + (f": {look.sentence}" if look.sentence else "")
        return "\n".join([said, *more_about(document, node)])
    wire = scene.wire_at(point)
    if wire is not None:
        return _wire_tip(scene.wires[wire].label)
    frame = scene.frame_at(point, edge)
    return _frame_tip(scene.frames[frame.id].frame) if frame else ""


def _wire_tip(label: str) -> str:
    return "not known yet" if label == "?" else ("one class number per sample" if label == "labels" else f"{label} per sample")


def _frame_tip(frame: Frame) -> str:
    """All of what a narrow frame shortens. A note shows all by itself."""
    return "" if frame.note else "\n".join(w for w in (frame.title, frame.text) if w)
