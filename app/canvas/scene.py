"""CanvasScene: keeps the items in step with the document, by id. It changes nothing itself; gestures and commands do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QPointF, QRectF, QSizeF, QTimer
from PySide6.QtWidgets import QGraphicsScene

from app.canvas.geometry import PORT_HIT
from app.canvas.ink import Ink
from app.canvas.items.frame import FrameItem
from app.canvas.items.node import NodeItem
from app.canvas.items.overlay import OverlayItem
from app.canvas.items.wire import WireItem
from app.canvas.live_faces import live_face, share_on
from app.canvas.look import PortLook, counted, look_of, problems_by_node
from app.canvas.routes import Surroundings, route
from app.session import Live, Session
from app.tokens import Tokens
from nodes.document import Document, Wire
from nodes.layer import kind_of, sample_shape
from runtime.errors import NetwrightError
from runtime.graph import Value

#: Faces are redrawn at most eight times a second.
LIVE_MS = 125
WORLD = QRectF(-100_000, -100_000, 200_000, 200_000)


@dataclass(frozen=True)
class PortAt:
    """A port under the pointer."""

    node: str
    port: PortLook


class CanvasScene(QGraphicsScene):
    """The items of one document."""

    def __init__(self, session: Session, tokens: Tokens, parent: QObject | None = None) -> None:
        super().__init__(WORLD, parent)
        self.session, self.ink = session, Ink(tokens)
        self.nodes: dict[str, NodeItem] = {}
        self.wires: dict[Wire, WireItem] = {}
        self.frames: dict[str, FrameItem] = {}
        self.chosen_wires: set[Wire] = set()
        #: Whether each layer shows its share of the network's computation and space.
        self.shows_costs = False
        self._followed: tuple[Document, str] | None = None
        self.overlay = OverlayItem()
        self.addItem(self.overlay)
        self._live = QTimer(self, singleShot=True, interval=LIVE_MS)
        self._live.timeout.connect(self._show_faces)
        session.document_changed.connect(self.follow)
        session.live_changed.connect(self._live_came)
        session.selection_changed.connect(self._show_selection)
        session.level_changed.connect(lambda _: self.follow(session.document))
        self.follow(session.document)

    # -- following the document ----------------------------------------------------------------------------------------------
    def follow(self, document: Document) -> None:
        """Add, change and remove the items that differ, and no others: those of the block on view. New weights alone change
        no item."""
        before, level = self._followed, self.session.level
        if before is not None and before[1] == level and document.same_drawing(before[0]):
            return
        self._followed = document, level
        self._follow_frames(document)
        self._follow_nodes(document)
        self._follow_wires(document)
        self._show_selection(self.session.selection)

    def _follow_frames(self, document: Document) -> None:
        wanted = {f.id: f for f in document.frames if f.parent == self.session.level}
        for id in [i for i in self.frames if i not in wanted]:
            self.removeItem(self.frames.pop(id))
        for id, frame in wanted.items():
            if id in self.frames:
                self.frames[id].present(frame)
            else:
                self.frames[id] = FrameItem(frame, self.ink)
                self.addItem(self.frames[id])

    def _follow_nodes(self, document: Document) -> None:
        here = self.session.here
        for id in set(self.nodes).difference(here):
            self.removeItem(self.nodes.pop(id))
        checked = self.session.checked
        problems = problems_by_node(checked)
        numbers = self.session.numbers if self.shows_costs else None
        for id in here:
            node, path = document.nodes[id], document.path(id)
            costs = numbers.at(path) if numbers else None
            look = look_of(document, node, checked.built.at(path), problems.get(id), costs)
            item = self.nodes.get(id)
            if item is None:
                item = self.nodes[id] = NodeItem(look, self.ink)
                self.addItem(item)
                self._show_face(id, self.session.live)
            elif look != item.look:
                item.show_look(look)
                self._show_face(id, self.session.live)
            item.setPos(*node.position)

    def _follow_wires(self, document: Document) -> None:
        here = [w for id in self.session.here for w in document.wires_into[id]]
        self.chosen_wires &= set(here)
        for wire in set(self.wires).difference(here):
            self.removeItem(self.wires.pop(wire))
        for wire in here:
            if wire not in self.wires:
                self.wires[wire] = WireItem(wire, self.ink)
                self.addItem(self.wires[wire])
            self._describe(document, wire)
        self.reroute(here)

    def _describe(self, document: Document, wire: Wire) -> None:
        """What a wire says: the kind and shape of what flows, and whether it joins further ports."""
        value = self.value_at(wire.source, wire.source_port)
        label = "?" if value is None else ("labels" if value.rank == 1 else counted(sample_shape(value)))
        self.wires[wire].present(kind_of(value) if value else "vector", label, self._is_side(document, wire))

    def _is_side(self, document: Document, wire: Wire) -> bool:
        try:
            outputs, inputs = document.outputs(wire.source), document.inputs(wire.target)
        except NetwrightError:
            return False
        return wire.source_port not in outputs[:1] or wire.target_port not in [p.name for p in inputs[:1]]

    def value_at(self, node: str, port: str) -> Value | None:
        return self.session.checked.built.value(self.session.document.path(node), port)

    def reroute(self, wires: Iterable[Wire]) -> None:
        """Lay these wires anew, after their nodes moved or grew."""
        frames = [f.rect() for f in self.frames.values()]
        bodies = [n.scene_body() for n in self.nodes.values()]
        for wire in wires:
            source, target = self.nodes.get(wire.source), self.nodes.get(wire.target)
            item = self.wires.get(wire)
            if source and target and item:
                start, end = source.port_point(True, wire.source_port), target.port_point(False, wire.target_port)
                around = Surroundings(source.scene_body(), target.scene_body(), frames, bodies)
                item.follow(start, end, route(start, end, around))

    def reroute_nodes(self, ids: Iterable[str]) -> None:
        moved = set(ids)
        self.reroute([w for w in self.wires if w.source in moved or w.target in moved])

    # -- selection, live faces, colours --------------------------------------------------------------------------------------
    def _show_selection(self, chosen: frozenset[str]) -> None:
        last = next(reversed([i for i in self.nodes if i in chosen]), "") if chosen else ""
        for id, item in self.nodes.items():
            item.show_state(chosen=0 if id not in chosen else (2 if id == last else 1))
        for wire, wire_item in self.wires.items():
            wire_item.show_state(chosen=wire in self.chosen_wires)

    def choose_wires(self, wires: Iterable[Wire]) -> None:
        self.chosen_wires = set(wires) & set(self.wires)
        self._show_selection(self.session.selection)

    def _live_came(self, live: Live) -> None:
        if not self._live.isActive():
            self._live.start()

    def _show_faces(self) -> None:
        """Every face anew, from the newest numbers."""
        for id in self.nodes:
            self._show_face(id, self.session.live)
        self.reroute([w for w, item in self.wires.items() if item.turns])

    def _show_face(self, id: str, live: Live) -> None:
        item = self.nodes[id]
        path = self.session.document.path(id)
        activation = live.activations.get(path)
        note = share_on(activation) if item.look.type == "ReLU" and activation is not None else ""
        item.show_face(live_face(item.look, activation, live.label, live.loss), live.gradients.get(path), note)

    def show_costs(self, on: bool) -> None:
        """Bars for each layer's share of computation and space, or none."""
        if on != self.shows_costs:
            self.shows_costs, self._followed = on, None
            self.follow(self.session.document)

    def set_tokens(self, tokens: Tokens) -> None:
        """Dark or light."""
        self.ink = Ink(tokens)
        for node in self.nodes.values():
            node.ink = self.ink
        for wire in self.wires.values():
            wire.ink = self.ink
        for frame in self.frames.values():
            frame.ink = self.ink
        self.update()

    # -- what is where -------------------------------------------------------------------------------------------------------
    def node_at(self, point: QPointF) -> str | None:
        """The uppermost node whose body holds the point."""
        hits = [i for i, item in self.nodes.items() if item.scene_body().contains(point)]
        return hits[-1] if hits else None

    def port_at(self, point: QPointF, reach: float = PORT_HIT / 2) -> PortAt | None:
        """The nearest port within its hit area."""
        best: tuple[float, PortAt] | None = None
        for id, item in self.nodes.items():
            if not item.scene_body().adjusted(-reach, -reach, reach, reach).contains(point):
                continue
            for port in item.look.ports:
                away = item.port_point(port.output, port.name) - point
                distance = max(abs(away.x()), abs(away.y()))
                if distance <= reach and (best is None or distance < best[0]):
                    best = (distance, PortAt(id, port))
        return best[1] if best else None

    def wire_at(self, point: QPointF) -> Wire | None:
        return next((w for w, item in self.wires.items() if item.shape().contains(point)), None)

    def near(self, size: QSizeF) -> list[str]:
        """The nodes that can be seen together with the middle one."""
        places = [item.pos() for item in self.nodes.values()]
        half = len(places) // 2
        middle = QPointF(sorted(p.x() for p in places)[half], sorted(p.y() for p in places)[half])
        window = QRectF(QPointF(), size)
        window.moveCenter(middle)
        return [id for id, item in self.nodes.items() if window.contains(item.scene_body())]

    def contents(self, ids: Iterable[str] | None = None) -> QRectF:
        """What the nodes cover (and the frames, when no nodes are named)."""
        chosen = list(self.nodes) if ids is None else list(ids)
        rect = QRectF()
        for id in chosen:
            rect = rect.united(self.nodes[id].scene_body().adjusted(-8, -8, 8, 24))
        for frame in self.frames.values() if ids is None else ():
            rect = rect.united(frame.rect().adjusted(-14, -2, 14, 2))
        return rect
