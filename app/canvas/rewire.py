"""DragAll: Ctrl at an output takes all its wires in the hand, for another output. Dropped on the ground they are gone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath

from app.canvas.finding import PortAt
from app.canvas.gestures import Gesture, Pointer
from app.canvas.look import counted
from app.canvas.ports import PortState, paint_port
from app.canvas.routes import ahead
from app.canvas.wiring import REACH
from nodes import edits
from nodes.document import Document, Wire
from nodes.layer import sample_shape
from nodes.rewiring import move_source
from runtime.errors import NetwrightError

if TYPE_CHECKING:
    from app.canvas.view import CanvasView


class DragAll(Gesture):
    """All wires of one output, by the end that is fed."""

    def __init__(self, view: CanvasView, start: Pointer, anchor: PortAt, wires: Sequence[Wire]) -> None:
        super().__init__(view, start)
        self.anchor, self.wires = anchor, list(wires)
        self.over: PortAt | None = None
        self._home = True
        self._end = start.scene
        self._refusals: dict[tuple[str, str], str] = {}

    @property
    def _count(self) -> str:
        return "the wire" if len(self.wires) == 1 else f"all {len(self.wires)} wires"

    def drag(self, at: Pointer) -> None:
        canvas = self.view.canvas
        port = canvas.port_at(at.scene, REACH)
        self.over = port if port and port.port.output else self._first_output(canvas.node_at(at.scene))
        self._home = self.over is not None and self._key(self.over) == self._key(self.anchor)
        self._end = canvas.nodes[self.over.node].port_point(True, self.over.port.name) if self.over else at.scene
        for wire in self.wires:
            canvas.wires[wire].setVisible(False)
        canvas.overlay.draw(self)
        self._mark_ports()
        self.view.status_message.emit(self._words())

    def _first_output(self, node: str | None) -> PortAt | None:
        outputs = self.view.canvas.nodes[node].look.outputs if node else ()
        return PortAt(node, outputs[0]) if node and outputs else None

    def _key(self, port: PortAt) -> tuple[str, str]:
        return port.node, port.port.name

    def _mark_ports(self) -> None:
        """The output under the pointer says whether it may have them."""
        for id, item in self.view.canvas.nodes.items():
            here = self.over is not None and not self._home and self.over.node == id
            state = PortState.REFUSES if here and self._refusal() else PortState.FITS
            mark = "✗" if state is PortState.REFUSES else "✓"
            item.show_state(port_states={(True, self.over.port.name): (state, mark)} if here and self.over else {})

    def _refusal(self) -> str:
        """Why the output under the pointer cannot have them; empty when it can. Worked out once for each."""
        assert self.over is not None
        key = self._key(self.over)
        if key not in self._refusals:
            try:
                self._edit(self.view.session.document)
                self._refusals[key] = ""
            except NetwrightError as refusal:
                self._refusals[key] = str(refusal)
        return self._refusals[key]

    def _edit(self, document: Document) -> Document:
        if self.over is None:
            return edits.disconnect(document, self.wires)
        return move_source(document, self.wires, self.over.node, self.over.port.name)

    def _words(self) -> str:
        if self.over is None:
            return f"Drop {self._count} on another output, or here to take {'it' if len(self.wires) == 1 else 'them'} away"
        if self._home:
            return "Back where it was: nothing changes" if len(self.wires) == 1 else "Back where they were: nothing changes"
        if reason := self._refusal():
            return f"✗ {reason}"
        value = self.view.canvas.value_at(*self._key(self.over))
        shape = f": {counted(sample_shape(value))}" if value is not None and value.rank > 1 else ""
        name = self.view.session.document.nodes[self.over.node].name
        return f"✓ {name} feeds {self._count}{shape}"

    # -- the end ---------------------------------------------------------------------------------------------------------
    def release(self, at: Pointer) -> None:
        if not self.dragged:
            return
        self.drag(at)
        words = self._words()
        refused = self.over is not None and not self._home and bool(self._refusal())
        self.cancel()
        if refused:
            self.view.status_message.emit(words)
        elif not self._home:
            title = "Disconnect" if self.over is None else "Move wires"
            self.view.session.do(title, self._edit)

    def cancel(self) -> None:
        canvas = self.view.canvas
        canvas.overlay.draw(None)
        for wire in self.wires:
            if wire in canvas.wires:
                canvas.wires[wire].setVisible(True)
        for item in canvas.nodes.values():
            item.show_state(port_states={})
        self.view.status_message.emit("")

    # -- the picture -----------------------------------------------------------------------------------------------------
    def _path(self) -> QPainterPath:
        path = QPainterPath()
        for wire in self.wires:
            path.addPath(ahead(self._end, self._fed(wire)).path)
        return path

    def _fed(self, wire: Wire) -> QPointF:
        return self.view.canvas.nodes[wire.target].port_point(False, wire.target_port)

    def bounds(self) -> QRectF:
        return self._path().boundingRect().adjusted(-12, -12, 12, 12)

    def paint(self, painter: QPainter) -> None:
        ink = self.view.canvas.ink
        refused = self.over is not None and not self._home and bool(self._refusal())
        wide = self.anchor.port.kind in ("maps", "volume")
        painter.setPen(ink.pen("err" if refused else ("accent" if self.over is None else "ok"), 2.5 if wide else 1.75))
        painter.setBrush(ink.color("canvas", 0.0))
        painter.drawPath(self._path())
        if self.over is None:
            paint_port(painter, self._end, self.anchor.port.kind, True, PortState.PLAIN, ink)
