"""WireItem: a wire as one bare item, with the shape of what flows above its middle, or folded into two tags."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPainterPathStroker
from PySide6.QtWidgets import QGraphicsItem

from app.canvas.geometry import FAR, NEAR
from app.canvas.ink import Ink, text_width
from app.canvas.routes import FOLD, Route, Way, ahead
from nodes.document import Wire

WIDTHS = {"maps": 2.5, "volume": 2.5}
THIN = 1.75
HIT = 14.0
#: Half of the widest stroke, which is drawn thicker from afar (1.25 times 3 pixels), or of what the mouse hits.
THICK = 8.0
ABOVE = 11.0
#: A wire that falls or rises more than this is a slope; and how far beside it its label stands.
LEVEL, BESIDE = 14.0, 12.0
#: From a port to the tag of a folded wire; the name of a bead next door begins soon after.
TAG_AWAY = 5.0
#: Where a wire runs before the scene has told it.
NOWHERE = ahead(QPointF(), QPointF())
#: The radius of a bend's joint.
JOINT = 4.0


class WireItem(QGraphicsItem):
    """One wire. The scene tells it its route; it never looks at nodes."""

    def __init__(self, wire: Wire, ink: Ink) -> None:
        super().__init__()
        self.wire, self.ink = wire, ink
        self.kind, self.label = "vector", ""
        #: What kind, label and side were made from.
        self.told: object = None
        #: A wire between further ports (dataset's label → loss's target).
        self.side = False
        self.hovered = self.chosen = self.marked = False
        #: The points it passes through, and which of them are selected.
        self.bends: tuple[QPointF, ...] = ()
        self.chosen_bends: frozenset[int] = frozenset()
        self._start, self._end = QPointF(), QPointF()
        self._route: Route = NOWHERE
        self._touch: QPainterPath | None = None
        self._bounds: QRectF | None = None

    def follow(self, start: QPointF, end: QPointF, route: Route, bends: tuple[QPointF, ...] = ()) -> None:
        """Run along `route` from now on. (One that goes around is laid anew with every change, and mostly as it was.)"""
        if (start, end, route, bends) == (self._start, self._end, self._route, self.bends):
            return
        self.prepareGeometryChange()
        self._start, self._end, self._route, self.bends = start, end, route, bends
        self._touch = None
        self._bounds = None
        self.update()

    def present(self, kind: str, label: str, side: bool) -> None:
        if (kind, label, side) != (self.kind, self.label, self.side):
            self.prepareGeometryChange()
            self.kind, self.label, self.side = kind, label, side
            self._bounds = None
            self._stack()
            self._touch = None
            self.update()

    def show_state(self, **state: Any) -> None:
        """Change hovered, chosen, marked (a node is about to be dropped on it) or chosen_bends."""
        if any(getattr(self, name) != value for name, value in state.items()):
            self.prepareGeometryChange()
            for name, value in state.items():
                setattr(self, name, value)
            self._touch = None
            self._stack()
            self.update()

    def _stack(self) -> None:
        """Tags of folded wires lie over the wires that pass."""
        self.setZValue(5 if self.hovered or self.chosen else (2 if self.side else 1))

    @property
    def folded(self) -> bool:
        """Long side wires are two tags until somebody looks at them."""
        length = abs(self._end.x() - self._start.x()) + abs(self._end.y() - self._start.y())
        shown = self.hovered or self.chosen or self.marked or self.bends
        return self.side and length > FOLD and not shown

    def crosses(self, a: QPointF, b: QPointF) -> bool:
        """Whether the line from a to b cuts it."""
        line = QPainterPath(a)
        line.lineTo(b)
        stroker = QPainterPathStroker()
        stroker.setWidth(1.0)
        return stroker.createStroke(self._route.path).intersects(stroker.createStroke(line))

    @property
    def turns(self) -> bool:
        """Whether it goes around nodes (and so must follow when one of them grows)."""
        return self._route.way in (Way.AROUND, Way.OVER)

    @property
    def path(self) -> QPainterPath:
        return self._route.path

    @property
    def middle(self) -> QPointF:
        return self._route.label

    # -- QGraphicsItem -----------------------------------------------------------------------------------------------------
    def boundingRect(self) -> QRectF:
        # Worked out once after a change: Qt asks hundreds of times.
        if self._bounds is None:
            self._bounds = self._measured()
        return self._bounds

    def _measured(self) -> QRectF:
        """The line, the label at its middle, the tags at the ends of a side wire."""
        room = text_width(self._words(), "smallest") + BESIDE + 4
        middle = self._route.label
        label = QRectF(middle.x() - room, middle.y() - 24, 2 * room, 48)
        bounds = self._route.path.boundingRect().adjusted(-THICK, -THICK, THICK, THICK).united(label)
        if not self.side:
            return bounds
        return bounds.united(QRectF(self._start, self._end).normalized().adjusted(-100, -24, 100, 24))

    def shape(self) -> QPainterPath:
        if self._touch is None:
            self._touch = self._tags() if self.folded else self._stroke()
            # An unfolded wire still answers at its tags, or it would fold again under the pointer.
            if self.side and not self.folded:
                self._touch = self._touch.united(self._tags())
        return self._touch

    def _stroke(self) -> QPainterPath:
        stroker = QPainterPathStroker()
        stroker.setWidth(HIT)
        return stroker.createStroke(self._route.path)

    def _tags(self) -> QPainterPath:
        path = QPainterPath()
        for centre, text in self._tag_places():
            width = text_width(text, "smallest") + 12
            path.addRect(QRectF(centre.x() - width / 2, centre.y() - 9, width, 18))
        return path

    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        zoom = option.levelOfDetailFromTransform(painter.worldTransform())
        if self.folded:
            if zoom >= NEAR:
                self._paint_tags(painter)
            return
        painter.setPen(self.ink.pen(*self._stroke_look(max(1.0, 0.5 / zoom if zoom < FAR else 1.0))))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self._route.path)
        if zoom >= FAR:
            self._paint_bends(painter)
        if zoom >= NEAR:
            self._paint_label(painter)

    # -- parts ---------------------------------------------------------------------------------------------------------------
    def _stroke_look(self, thicker: float) -> tuple[str, float, bool]:
        width = WIDTHS.get(self.kind, THIN) * thicker
        if self.chosen or self.marked:
            return "accent", 3.0 * thicker, self.label == "?"
        return ("text" if self.hovered else "ctl"), round(width, 2), self.label == "?"

    def _paint_bends(self, painter: QPainter) -> None:
        """A small joint at each; filled where it is selected."""
        role = self._stroke_look(1.0)[0]
        for i, point in enumerate(self.bends):
            chosen = i in self.chosen_bends
            painter.setPen(self.ink.pen("accent" if chosen else role, 1.75))
            painter.setBrush(self.ink.brush("accent" if chosen else "canvas"))
            radius = JOINT * (1.3 if chosen or self.hovered or self.chosen else 1.0)
            painter.drawEllipse(point, radius, radius)

    def _words(self) -> str:
        return self.label

    def _paint_label(self, painter: QPainter) -> None:
        """Above the middle; on the way back it stands in the line. What does not fit is left out."""
        text, middle = self._words(), self._route.label
        width = text_width(text, "smallest")
        if width + 12 > self._route.room:
            return
        color = "accent" if self.chosen or self.marked else ("text" if self.hovered else "text2")
        if self._route.way is not Way.AHEAD:
            painter.fillRect(QRectF(middle.x() - width / 2 - 5, middle.y() - 8, width + 10, 16), self.ink.brush("canvas"))
            self.ink.text(painter, middle.x(), middle.y(), text, "smallest", color, 0.5)
        elif abs(self._end.y() - self._start.y()) <= LEVEL:
            self.ink.text(painter, middle.x(), middle.y() - ABOVE, text, "smallest", color, 0.5)
        elif width + BESIDE < self._route.room / 2:
            # Beside a slope, on the side that the wire turns away from.
            falls = self._end.y() > self._start.y()
            self.ink.text(painter, middle.x() + BESIDE, middle.y() + (-4 if falls else 8), text, "smallest", color)

    def _tag_places(self) -> list[tuple[QPointF, str]]:
        out, into = f"{self.wire.source_port} ↗", f"↘ {self.wire.source_port}"
        a = self._start + QPointF(TAG_AWAY + (text_width(out, "smallest") + 10) / 2, 0)
        b = self._end - QPointF(TAG_AWAY + (text_width(into, "smallest") + 10) / 2, 0)
        return [(a, out), (b, into)]

    def _paint_tags(self, painter: QPainter) -> None:
        for centre, text in self._tag_places():
            self.ink.label(painter, centre, text, "smallest", "text2", "raised", "line")
