"""Findable: what lies where on the canvas. It answers, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtWidgets import QGraphicsScene

from app.canvas.geometry import PORT_HIT
from app.canvas.items.frame import FrameItem
from app.canvas.items.node import NodeItem
from app.canvas.items.wire import WireItem
from app.canvas.look import PortLook
from nodes.bends import Bend
from nodes.document import Wire

#: The square around a bend that takes the mouse.
BEND_HIT = 20.0
#: A node's id; its left, upper, right and lower side.
Span = tuple[str, float, float, float, float]


@dataclass(frozen=True)
class PortAt:
    """A port under the pointer."""

    node: str
    port: PortLook


@dataclass(frozen=True)
class FrameAt:
    """A frame under the pointer, and which of its sides are (none: its heading, or the note itself)."""

    id: str
    sides: frozenset[str] = frozenset()


class Findable(QGraphicsScene):
    """Items by what they stand for."""

    nodes: dict[str, NodeItem]
    wires: dict[Wire, WireItem]
    frames: dict[str, FrameItem]

    def node_at(self, point: QPointF) -> str | None:
        """The uppermost node whose body holds the point."""
        found = self.items(point, Qt.ItemSelectionMode.IntersectsItemBoundingRect)
        return next((i.look.id for i in found if isinstance(i, NodeItem) and i.scene_body().contains(point)), None)

    def port_at(self, point: QPointF, reach: float = PORT_HIT / 2) -> PortAt | None:
        """The nearest port within its hit area."""
        best: tuple[float, PortAt] | None = None
        area = QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach)
        for item in self.items(area, Qt.ItemSelectionMode.IntersectsItemBoundingRect):
            if not isinstance(item, NodeItem) or not item.scene_body().adjusted(-reach, -reach, reach, reach).contains(point):
                continue
            for port in item.look.ports:
                away = item.port_point(port.output, port.name) - point
                distance = max(abs(away.x()), abs(away.y()))
                if distance <= reach and (best is None or distance < best[0]):
                    best = (distance, PortAt(item.look.id, port))
        return best[1] if best else None

    def wire_at(self, point: QPointF) -> Wire | None:
        found = self.items(point, Qt.ItemSelectionMode.IntersectsItemBoundingRect)
        return next((i.wire for i in found if isinstance(i, WireItem) and i.shape().contains(point)), None)

    def bend_at(self, point: QPointF) -> Bend | None:
        """The nearest bend of a wire within its hit area."""
        found = [((p - point).manhattanLength(), (w, i)) for w, item in self.wires.items() for i, p in enumerate(item.bends)]
        near = min(found, key=lambda f: f[0], default=None)
        return near[1] if near and near[0] <= BEND_HIT / 2 else None

    def frame_at(self, point: QPointF, reach: float) -> FrameAt | None:
        """The uppermost frame whose edge (within `reach`) or heading holds the point. Its inside is the ground."""
        for id, item in sorted(self.frames.items(), key=lambda f: -f[1].zValue()):
            sides = item.sides_at(point, reach)
            if sides or item.heading().contains(point):
                return FrameAt(id, sides)
        return None

    def inside(self, rect: QRectF) -> list[str]:
        """The nodes whose middle lies in a rectangle."""
        return [id for id, item in self.nodes.items() if rect.contains(item.scene_body().center())]

    def all_bends(self) -> list[Bend]:
        return [(w, i) for w, item in self.wires.items() for i in range(len(item.bends))]

    def bends_inside(self, rect: QRectF) -> list[Bend]:
        return [(w, i) for w, item in self.wires.items() for i, p in enumerate(item.bends) if rect.contains(p)]

    def frames_inside(self, rect: QRectF) -> list[str]:
        """The frames that lie in a rectangle wholly."""
        return [id for id, item in self.frames.items() if rect.contains(item.rect())]

    def spans(self, ids: Iterable[str] | None = None) -> Iterator[Span]:
        """Where these nodes (None: all) are. In numbers: a large network has very many."""
        for id in self.nodes if ids is None else ids:
            item = self.nodes[id]
            x, y, (width, height) = item.x(), item.y(), item.size
            yield id, x, y, x + width, y + height

    def near(self, size: QSizeF) -> list[str]:
        """The nodes that can be seen together with the middle one."""
        spans = list(self.spans())
        half = len(spans) // 2
        middle = QPointF(sorted(s[1] for s in spans)[half], sorted(s[2] for s in spans)[half])
        left, top = middle.x() - size.width() / 2, middle.y() - size.height() / 2
        right, bottom = left + size.width(), top + size.height()
        return [id for id, a, b, c, d in spans if left <= a and top <= b and c <= right and d <= bottom]

    def contents(self, ids: Iterable[str] | None = None) -> QRectF:
        """What the nodes cover (and the frames and bends, when no nodes are named)."""
        rect, sides = QRectF(), list(zip(*self.spans(ids), strict=True))[1:]
        if sides:
            left, top, right, bottom = sides
            rect.setCoords(min(left) - 8, min(top) - 8, max(right) + 8, max(bottom) + 24)
        for frame in self.frames.values() if ids is None else ():
            rect = rect.united(frame.rect().adjusted(-14, -2, 14, 2))
        for wire in self.wires.values() if ids is None else ():
            for point in wire.bends:
                rect = rect.united(QRectF(point.x() - 10, point.y() - 10, 20, 20))
        return rect
