"""NodeItem: a node as one bare item. It knows its look and its face; what to draw at which zoom is decided in `paint`."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsItem

from app.canvas import geometry as g
from app.canvas.faces import Face, idle_face
from app.canvas.ink import Ink
from app.canvas.items.node_paint import paint_bead, paint_far, paint_near, paint_node
from app.canvas.look import NodeLook
from app.canvas.ports import PortState

#: Room around the body for ports, outlines, port names, a bead's name and the large header.
MARGIN = 8.0


class NodeItem(QGraphicsItem):
    """One layer on the canvas."""

    def __init__(self, look: NodeLook, ink: Ink) -> None:
        super().__init__()
        self.look, self.ink = look, ink
        self._idle: Face = idle_face(look)
        self.face = self._idle
        self.gradient: float | None = None
        self.note = ""
        self.hovered = False
        #: 0 not selected, 1 one of several, 2 the only or the last one.
        self.chosen = 0
        #: What the gesture under way says of ports: state and the tag beside it, by (is output, name).
        self.port_states: dict[tuple[bool, str], tuple[PortState, str]] = {}
        self.setZValue(10)
        self._measure()

    # -- what it shows ---------------------------------------------------------------------------------------------------
    def show_look(self, look: NodeLook) -> None:
        if look != self.look:
            self.prepareGeometryChange()
            self.look = look
            self.face = self._idle = idle_face(look)
            self._measure()
            self.update()

    def show_face(self, face: Face | None, gradient: float | None, note: str) -> None:
        """A live face, or None for the drawing at rest."""
        face = face or self._idle
        if (face, gradient, note) != (self.face, self.gradient, self.note):
            self.prepareGeometryChange()
            self.face, self.gradient, self.note = face, gradient, note
            self._measure()
            self.update()

    def show_state(self, **state: Any) -> None:
        """Change hovered, chosen or port_states, and repaint only if something did."""
        if any(getattr(self, name) != value for name, value in state.items()):
            if "port_states" in state:
                self.prepareGeometryChange()
            for name, value in state.items():
                setattr(self, name, value)
            if "port_states" in state:
                self._measure()
            self.update()

    def port_state(self, output: bool, name: str) -> tuple[PortState, str]:
        plain = PortState.HOVER if self.hovered else PortState.PLAIN
        return self.port_states.get((output, name), (plain, ""))

    # -- where it is -------------------------------------------------------------------------------------------------------
    def body(self) -> QRectF:
        """The node's box in its own coordinates."""
        return self._body

    def _measure(self) -> None:
        """Work out body and bounds, which Qt asks for hundreds of times more often than they change."""
        self.size = self._extent()
        self._body = QRectF(0, 0, *self.size)
        small = self.look.bead or self.look.collapsed
        below = 44.0 if small else 0.0
        # Tags of a gesture are painted larger from afar. (What is larger than need be has its neighbours painted too.)
        named = 280.0 if self.port_states else (110.0 if len(self.look.ports) > 2 else (40.0 if small else 0.0))
        self._bounds = self._body.adjusted(-MARGIN - named, -MARGIN - 8, MARGIN + named, MARGIN + below)

    @property
    def outline(self) -> tuple[Any, ...]:
        """What the wires around it depend on: its size, and where its ports stand."""
        return self.size, self.look.collapsed, [(p.name, p.x, p.y) for p in self.look.ports]

    def _extent(self) -> tuple[float, float]:
        if self.look.bead:
            return g.BEAD
        if self.look.collapsed:
            return g.WIDTH, g.HEADER
        ports = max(len(self.look.inputs), len(self.look.outputs))
        costs = self.look.costs is not None
        return g.WIDTH, g.body_height(self.face.height, True, self.gradient is not None, ports, costs)

    def scene_body(self) -> QRectF:
        return self.body().translated(self.pos())

    def port_point(self, output: bool, name: str) -> QPointF:
        """A port's middle in the scene. A port nobody knows stands where the first one would."""
        look = self.look
        for port in look.outputs if output else look.inputs:
            if port.name == name:
                return QPointF(self.x() + port.x, self.y() + (g.LINE if look.collapsed else port.y))
        return QPointF(self.x() + (self.size[0] if output else 0), self.y() + g.LINE)

    # -- QGraphicsItem -------------------------------------------------------------------------------------------------------
    def boundingRect(self) -> QRectF:
        return self._bounds

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(self.body())
        return path

    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        zoom = option.levelOfDetailFromTransform(painter.worldTransform())
        if zoom < g.FAR:
            paint_far(painter, self, self.ink)
        elif self.look.bead:
            paint_bead(painter, self, self.ink, zoom)
        elif zoom < g.NEAR:
            paint_near(painter, self, self.ink, zoom)
        else:
            paint_node(painter, self, self.ink)
