"""AfarItem: the whole network seen from so far away that a node is a few pixels, painted at one go instead of item by item."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem

from app.canvas.ink import Ink
from app.canvas.items.node import NodeItem
from app.canvas.items.wire import WireItem


class AfarItem(QGraphicsItem):
    """Thousands of items take Python some ten microseconds each; here Qt is given all of one colour in one call."""

    def __init__(self, world: QRectF) -> None:
        super().__init__()
        self._world = world
        self._lines: list[tuple[str, QPainterPath]] = []
        self._boxes: list[tuple[str, list[QRectF]]] = []
        self._rings: list[tuple[str, list[QRectF]]] = []
        self.ink: Ink | None = None
        self.setZValue(20)
        self.setVisible(False)

    def show_items(self, nodes: Iterable[NodeItem], wires: Iterable[WireItem], ink: Ink) -> None:
        """Take over where everything is, and what stands out."""
        self.ink = ink
        lines = {"ctl": QPainterPath(), "accent": QPainterPath()}
        for wire in wires:
            if not wire.folded:
                lines["accent" if wire.chosen or wire.marked else "ctl"].addPath(wire.path)
        boxes: dict[str, list[QRectF]] = {}
        rings: dict[str, list[QRectF]] = {"err": [], "accent": []}
        for node in nodes:
            body = node.scene_body()
            boxes.setdefault(node.look.category, []).append(body)
            if node.chosen or node.look.level == "error":
                rings["accent" if node.chosen else "err"].append(body)
        self._lines, self._boxes, self._rings = list(lines.items()), list(boxes.items()), list(rings.items())
        self.update()

    def boundingRect(self) -> QRectF:
        return self._world

    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        if self.ink is None:
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for role, path in self._lines:
            # A pen of width 0 is one pixel at every zoom, and by far the fastest.
            painter.setPen(QPen(self.ink.color(role), 0))
            painter.drawPath(path)
        painter.setPen(Qt.PenStyle.NoPen)
        for category, bodies in self._boxes:
            painter.setBrush(self.ink.hue(category))
            painter.drawRects(bodies)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for role, bodies in self._rings:
            pen = QPen(self.ink.color(role), 2)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawRects(bodies)
