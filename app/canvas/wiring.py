"""DragWire: a wire from a port to the pointer. It knows before it is dropped what would come of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt, QTimer

from app.canvas.card import RefusalCard
from app.canvas.finding import PortAt
from app.canvas.gestures import Gesture, Pointer
from app.canvas.look import counted
from app.canvas.ports import PortState
from app.canvas.wire_ghost import DraggedWire
from nodes import edits
from nodes.build import misfit
from nodes.document import Document, Wire
from nodes.layer import Port, kind_of, layer_type
from nodes.problems import Refusal, Repair
from runtime.errors import NetwrightError

if TYPE_CHECKING:
    from app.canvas.view import CanvasView

REACH = 20.0
Key = tuple[str, str]


@dataclass(frozen=True)
class Verdict:
    """What would come of dropping the wire on a port: the shape behind it, or a refusal with repairs."""

    wire: Wire
    shape: str = ""
    refusal: Refusal | None = None

    @property
    def repairs(self) -> tuple[Repair, ...]:
        return self.refusal.repairs if self.refusal else ()


class DragWire(Gesture):
    """From an output to an input or back. `detached` is the wire that was picked up from its input."""

    def __init__(self, view: CanvasView, start: Pointer, anchor: PortAt, detached: Wire | None = None) -> None:
        super().__init__(view, start)
        self.anchor, self.detached = anchor, detached
        self.base = self._without_detached(view.session.document)
        self.over: PortAt | None = None
        self.choice = 0
        self._home = False
        self.picture = DraggedWire(view.canvas, anchor)
        self._verdicts: dict[Key, Verdict] = {}
        self._todo = [(id, port) for id, port in self._ports() if self._may_fit(id, port.port.name)]
        self._card = RefusalCard(view, view.tokens)  # the view, not its viewport: over the title too
        self._timer = QTimer(view, interval=0)
        self._timer.timeout.connect(self._look_ahead)

    def _without_detached(self, document: Document) -> Document:
        return edits.disconnect(document, [self.detached]) if self.detached else document

    # -- the ports it may end at -----------------------------------------------------------------------------------------
    def _ports(self) -> list[tuple[str, PortAt]]:
        """Every port of the other side, of other nodes."""
        result = []
        for id, item in self.view.canvas.nodes.items():
            for port in item.look.inputs if self.anchor.port.output else item.look.outputs:
                if id != self.anchor.node:
                    result.append((id, PortAt(id, port)))
        return result

    def wire_to(self, port: PortAt) -> Wire:
        a, b = (self.anchor, port) if self.anchor.port.output else (port, self.anchor)
        return Wire(a.node, a.port.name, b.node, b.port.name)

    def _may_fit(self, id: str, name: str) -> bool:
        """A quick look at kinds and loops; the full answer is `verdict`."""
        wire = self.wire_to(next(p for i, p in self._ports_of(id) if p.port.name == name))
        value = self.view.canvas.value_at(wire.source, wire.source_port)
        port = _input(self.base, wire)
        if port is None or wire.source in self.base.downstream(wire.target):
            return False
        return value is None or kind_of(value) in port.accepts

    def _ports_of(self, id: str) -> list[tuple[str, PortAt]]:
        look = self.view.canvas.nodes[id].look
        return [(id, PortAt(id, p)) for p in (look.inputs if self.anchor.port.output else look.outputs)]

    def verdict(self, port: PortAt) -> Verdict:
        """What dropping there would come to. Worked out once for each port."""
        key = (port.node, port.port.name)
        if key not in self._verdicts:
            wire = self.wire_to(port)
            try:
                self._verdicts[key] = Verdict(wire, edits.preview(self.base, wire))
            except Refusal as refusal:
                self._verdicts[key] = Verdict(wire, refusal=refusal)
            except NetwrightError as error:
                self._verdicts[key] = Verdict(wire, refusal=Refusal(str(error)))
        return self._verdicts[key]

    def _look_ahead(self) -> None:
        """One port a turn, so that the pointer never waits for a large network."""
        if not self._todo:
            self._timer.stop()
            return
        self.verdict(self._todo.pop(0)[1])
        self._show_ports()

    # -- following the pointer ---------------------------------------------------------------------------------------------
    def drag(self, at: Pointer) -> None:
        if not self._verdicts and not self._timer.isActive():
            self._timer.start()
        over = self._port_under(at.scene)
        self._home = over is None and self.view.canvas.node_at(at.scene) == self.anchor.node
        if over != self.over:
            self.over, self.choice = over, 0
        self._show(at.scene)

    def _port_under(self, point: QPointF) -> PortAt | None:
        """The port under the pointer; anywhere on a node means its first port that could take the wire."""
        port = self.view.canvas.port_at(point, REACH)
        if port and port.port.output != self.anchor.port.output and port.node != self.anchor.node:
            return port
        node = self.view.canvas.node_at(point)
        ports = [p for _, p in self._ports_of(node)] if node and node != self.anchor.node else []
        fitting = [p for p in ports if self._may_fit(p.node, p.port.name)]
        free = [p for p in fitting if not p.port.joined]
        return next(iter(free or fitting or ports), None)

    def _show(self, point: QPointF) -> None:
        verdict = self.verdict(self.over) if self.over else None
        repair = verdict.repairs[self.choice] if verdict and verdict.repairs else None
        self.picture.follow(point, self.over, verdict is None or verdict.refusal is None, repair, self.detached)
        self.view.canvas.overlay.draw(self.picture)
        self._show_ports()
        self._show_card(verdict)
        self.view.status_message.emit(self._words(verdict))

    def _show_ports(self) -> None:
        """Rings and ✓ where it fits, ✗ where it is refused, everything else faded."""
        states: dict[str, dict[tuple[bool, str], tuple[PortState, str]]] = {}
        for id, item in self.view.canvas.nodes.items():
            states[id] = {(p.output, p.name): (PortState.DIM, "") for p in item.look.ports}
        for (node, name), verdict in self._verdicts.items():
            mine = self.over is not None and (self.over.node, self.over.port.name) == (node, name)
            side = (not self.anchor.port.output, name)
            if verdict.refusal is None:
                states[node][side] = (PortState.FITS, _fits(verdict))
            elif mine:
                states[node][side] = (PortState.REFUSES, "" if verdict.repairs else "✗")
        states[self.anchor.node].pop((self.anchor.port.output, self.anchor.port.name), None)
        for id, item in self.view.canvas.nodes.items():
            item.show_state(port_states=states[id])

    def _show_card(self, verdict: Verdict | None) -> None:
        if verdict is None or verdict.refusal is None or self.over is None:
            self._card.hide()
            return
        value = self.view.canvas.value_at(verdict.wire.source, verdict.wire.source_port)
        title = _card_title(self.base, verdict.wire, value)
        shape = self.picture.shape
        self._card.show_refusal(title, str(verdict.refusal), verdict.repairs, self.choice, shape)
        item = self.view.canvas.nodes[self.over.node]
        point = item.port_point(self.over.port.output, self.over.port.name)
        self._card.stand_by(self.view.mapFromScene(point))

    def _words(self, verdict: Verdict | None) -> str:
        if self._home:
            return "✗ A layer cannot feed itself: drop the wire on another layer."
        if verdict is None:
            return f"{self.picture.shape} · drop it on a port, or on empty canvas to choose a layer"
        if verdict.refusal is None:
            return _fits(verdict)
        if verdict.repairs:
            return f"✗ {verdict.refusal} Let go: {verdict.repairs[self.choice].title}"
        return f"✗ {verdict.refusal}"

    def key(self, key: int) -> bool:
        """↓ and ↑ choose another repair."""
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(key), 0)
        repairs = self.verdict(self.over).repairs if self.over else ()
        if step and repairs:
            self.choice = (self.choice + step) % len(repairs)
            self._show(self.picture.end)
        return bool(step)

    # -- the end -------------------------------------------------------------------------------------------------------------
    def release(self, at: Pointer) -> None:
        if self.dragged:
            self.drag(at)
        over, choice = self.over, self.choice
        verdict = self.verdict(over) if over else None
        self.cancel()
        if not self.dragged:
            return
        if verdict is not None:
            self._drop(verdict, choice)
        elif self._home:
            self.view.status_message.emit(self._words(None))
        elif self.detached:
            self.view.session.do("Disconnect", self._without_detached)
        else:
            self.view.open_search(at.scene, self.anchor)
            # The wire stays to be seen until it is known where it leads.
            self.view.canvas.overlay.draw(self.picture)

    def _drop(self, verdict: Verdict, choice: int) -> None:
        do = self.view.session.do
        if verdict.wire == self.detached:
            return
        if verdict.refusal is None:
            do("Connect", lambda d: edits.connect(self._without_detached(d), verdict.wire))
        elif verdict.repairs:
            repair = verdict.repairs[choice]
            do(repair.title, lambda d: repair.edit(self._without_detached(d)))
        else:
            self.view.status_message.emit(f"✗ {verdict.refusal}")

    def cancel(self) -> None:
        self._timer.stop()
        self._timer.deleteLater()
        self._card.hide()
        self._card.deleteLater()
        self.picture.restore()
        self.view.canvas.overlay.draw(None)
        self.view.status_message.emit("")
        for item in self.view.canvas.nodes.values():
            item.show_state(port_states={})


def _fits(verdict: Verdict) -> str:
    """``✓ 16×8×8``; a shape that is not known yet is left out."""
    return "✓" if verdict.shape == "?" else f"✓ {counted(verdict.shape)}"


def _input(document: Document, wire: Wire) -> Port | None:
    try:
        ports = document.inputs(wire.target)
    except NetwrightError:
        return None
    return next((p for p in ports if p.name == wire.target_port), None)


PLAIN = {"maps": "maps", "vector": "vector", "sequence": "sequence", "indices": "class number", "volume": "volume"}
SUBJECT = {"maps": "Maps do", "vector": "A vector does", "sequence": "A sequence does", "indices": "Class numbers do",
           "volume": "A volume does"}  # fmt: skip


def _card_title(document: Document, wire: Wire, value: object) -> str:
    """``Maps do not fit a vector input``."""
    port = _input(document, wire)
    if port is None or value is None or not misfit(layer_type(document.nodes[wire.target].type)(), port, value):  # type: ignore[arg-type]
        return "This wire cannot be joined here"
    kind = kind_of(value)  # type: ignore[arg-type]
    return f"{SUBJECT.get(kind, 'This does')} not fit a {PLAIN.get(port.accepts[0], 'vector')} input"


