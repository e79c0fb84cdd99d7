"""DraggedWire: the picture of a wire in the hand, and the ghost of the layer that would repair it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath

from app.canvas.detours import Near, routed
from app.canvas.geometry import BEAD, READ
from app.canvas.ink import text_width
from app.canvas.look import counted
from app.canvas.ports import PortState, paint_port
from app.canvas.routes import Surroundings, Way, route
from app.glyphs import glyph_for, paint_glyph
from nodes.document import Wire
from nodes.layer import kind_of, layer_type, sample_shape
from nodes.problems import Repair
from runtime.errors import NetwrightError

if TYPE_CHECKING:
    from app.canvas.finding import PortAt
    from app.canvas.scene import CanvasScene

#: How far before the refusing port the ghost stands.
GHOST_AWAY = 122.0


class DraggedWire:
    """Drawn over everything while a wire is dragged."""

    def __init__(self, scene: CanvasScene, anchor: PortAt) -> None:
        self.scene, self.anchor = scene, anchor
        item = scene.nodes[anchor.node]
        self.start = item.port_point(anchor.port.output, anchor.port.name)
        self.end = self.start
        value = scene.value_at(anchor.node, anchor.port.name) if anchor.port.output else None
        self.kind = kind_of(value) if value is not None else anchor.port.kind
        self.shape = counted(sample_shape(value)) if value is not None and value.rank != 1 else ("labels" if value else "?")
        self._fits = True
        self._repair: Repair | None = None
        self._turns = False
        self.tip = self.start
        self._port: PortAt | None = None
        self._path, self._ghost = QPainterPath(), QPointF()
        self._label = QPointF()
        self._detached: Wire | None = None

    def follow(
        self, end: QPointF, port: PortAt | None, fits: bool, repair: Repair | None, detached: Wire | None
    ) -> None:
        """The pointer is at `end`, or over `port`."""
        self.end, self._port, self._fits, self._repair = end, port, fits, repair
        self._hide(detached)
        tip = end
        if port is not None:
            tip = self.scene.nodes[port.node].port_point(port.port.output, port.port.name)
        self.tip = tip
        self._ghost = self._ghost_place(tip) if repair and repair.layer else tip
        aim = self._ghost - QPointF(BEAD[0] / 2, 0) if repair and repair.layer and self.anchor.port.output else self._ghost
        a, b = (self.start, aim) if self.anchor.port.output else (aim, self.start)
        around = self._around()
        laid = routed(a, b, around, self._near()) if around else route(a, b)
        self._path, self._label, self._turns = laid.path, laid.label, laid.way is not Way.AHEAD

    def _hide(self, detached: Wire | None) -> None:
        """The wire that was picked up is not drawn twice."""
        if detached is not None and detached in self.scene.wires and self._detached is None:
            self._detached = detached
            self.scene.wires[detached].setVisible(False)

    def restore(self) -> None:
        if self._detached is not None and self._detached in self.scene.wires:
            self.scene.wires[self._detached].setVisible(True)

    def _around(self) -> Surroundings | None:
        """A wire over a port runs as it will run; one in the hand goes straight to it."""
        if self._port is None:
            return None
        ids = (self.anchor.node, self._port.node)
        source, target = ids if self.anchor.port.output else ids[::-1]
        frames = [f.rect() for f in self.scene.frames.values()]
        bodies = {id: node.scene_body() for id, node in self.scene.nodes.items()}
        return Surroundings(bodies[source], bodies[target], frames, sorted(b.bottom() for b in bodies.values()))

    def _near(self) -> Near:
        ids = {self.anchor.node, *([self._port.node] if self._port else [])}
        return self.scene.bodies_near({self.scene.nodes[i] for i in ids})

    def _ghost_place(self, tip: QPointF) -> QPointF:
        side = -1 if self.anchor.port.output else 1
        room = abs(tip.x() - self.start.x()) if (tip.x() - self.start.x()) * side < 0 else 2 * GHOST_AWAY
        return QPointF(tip.x() + side * min(GHOST_AWAY, room / 2), tip.y())

    def bounds(self) -> QRectF:
        return self._path.boundingRect().united(QRectF(self.end, self.tip).normalized()).adjusted(-80, -60, 80, 60)

    def paint(self, painter: QPainter) -> None:
        ink = self.scene.ink
        role = "accent" if self._port is None else ("ok" if self._fits else "err")
        painter.setPen(ink.pen(role, 2.5 if self.kind in ("maps", "volume") else 1.75))
        painter.setBrush(ink.color("canvas", 0.0))
        painter.drawPath(self._path)
        if self._path.boundingRect().width() > 60:
            self._paint_shape(painter, role)
        if self._repair and self._repair.layer:
            self._paint_ghost(painter)
        if self._fits:
            state = PortState.FITS if self._port else PortState.PLAIN
            paint_port(painter, self.tip, self.kind, self._port is None, state, ink)
        else:
            plug = self.tip + QPointF(-20 if self.anchor.port.output else 20, 0)
            painter.fillRect(QRectF(plug.x() - 6, plug.y() - 6, 12, 12), ink.brush("err"))

    def _paint_shape(self, painter: QPainter, role: str) -> None:
        y = self._label.y() - (0 if self._turns else 11)
        ink = self.scene.ink
        words = self.shape if self._fits else f"✗ {self.shape}"
        if self._turns:
            scale = _scale(painter)
            half = (text_width(words, "smallest") / 2 + 5) * scale
            painter.fillRect(QRectF(self._label.x() - half, y - 8 * scale, 2 * half, 16 * scale), ink.brush("canvas"))
        self._words(painter, QPointF(self._label.x(), y), words, "smallest", role)

    def _words(self, painter: QPainter, at: QPointF, words: str, role: str, color: str) -> None:
        """As large as they are read, from afar too."""
        scale = _scale(painter)
        painter.save()
        painter.translate(at)
        painter.scale(scale, scale)
        self.scene.ink.text(painter, 0, 0, words, role, color, 0.5)
        painter.restore()

    def _paint_ghost(self, painter: QPainter) -> None:
        """The layer that letting go would insert: dashed, in the accent, with the shape it gives."""
        ink, at = self.scene.ink, self._ghost
        assert self._repair is not None
        bead = QRectF(at.x() - BEAD[0] / 2, at.y() - BEAD[1] / 2, *BEAD)
        painter.setPen(ink.pen("err", 1.75, dashed=True))
        painter.drawLine(QPointF(bead.right(), at.y()), self.tip)
        painter.setPen(ink.pen("accent", 1.5, dashed=True))
        painter.setBrush(ink.brush("canvas"))
        painter.drawRoundedRect(bead, BEAD[1] / 2, BEAD[1] / 2)
        glyph = QRectF(at.x() - 8, at.y() - 8, 16, 16)
        paint_glyph(painter, glyph, _glyph(self._repair.layer), ink.color("accent"))
        if _scale(painter) > 1.0:
            return  # from afar its words would lie on each other and on what is beside it: the card says them
        lift = 11.0
        self._words(painter, QPointF(at.x(), bead.top() - lift), self._repair.layer, "caption", "accent")
        middle = (bead.right() + self.tip.x()) / 2
        self._words(painter, QPointF(middle, at.y() - lift), counted(self._repair.result), "smallest", "accent")


def _scale(painter: QPainter) -> float:
    """How much larger than in the scene words are written."""
    return max(1.0, READ / max(painter.worldTransform().m11(), 0.1))


def _glyph(layer: str) -> str:
    try:
        return glyph_for(layer, layer_type(layer).category)
    except NetwrightError:
        return "block"
