"""Hover: what lies under the pointer while no button is held, and what it says of itself."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from app.canvas.items.node import NodeItem
from app.canvas.items.wire import WireItem
from app.canvas.scene import CanvasScene
from nodes.layer import sample_shape


class Hover:
    """Marks at most one item."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self._item: NodeItem | WireItem | None = None

    def follow(self, point: QPointF) -> None:
        self._mark(self._under(point))

    def clear(self) -> None:
        self._mark(None)

    def _under(self, point: QPointF) -> NodeItem | WireItem | None:
        port = self._scene.port_at(point)
        node = port.node if port else self._scene.node_at(point)
        if node is not None:
            return self._scene.nodes[node]
        wire = self._scene.wire_at(point)
        return self._scene.wires[wire] if wire is not None else None

    def _mark(self, item: NodeItem | WireItem | None) -> None:
        if item is self._item:
            return
        if self._item is not None:
            self._item.show_state(hovered=False)
        self._item = item
        if item is not None:
            item.show_state(hovered=True)


def tip_at(scene: CanvasScene, point: QPointF) -> str:
    """A port's name, a node's type and name, a wire's shape; nothing over the ground."""
    document = scene.session.document
    port = scene.port_at(point)
    if port is not None:
        value = scene.value_at(port.node, port.port.name) if port.port.output else None
        return port.port.words if value is None or value.rank < 2 else f"{port.port.words}: {sample_shape(value)} per sample"
    node = scene.node_at(point)
    if node is not None:
        look = scene.nodes[node].look
        return f"{look.type} ‘{document.nodes[node].name}’" + (f": {look.sentence}" if look.sentence else "")
    wire = scene.wire_at(point)
    if wire is None:
        return ""
    label = scene.wires[wire].label
    return "not known yet" if label == "?" else ("one class number per sample" if label == "labels" else f"{label} per sample")
