"""CanvasScene: keeps the items in step with the document, by id. It changes nothing itself; gestures and commands do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QObject, QPointF, QRectF, QTimer, Signal

from app.canvas.detours import Near, routed
from app.canvas.finding import Findable
from app.canvas.ink import Ink
from app.canvas.items.frame import FrameItem
from app.canvas.items.node import NodeItem
from app.canvas.items.overlay import OverlayItem
from app.canvas.items.wire import WireItem
from app.canvas.live_faces import live_face, share_on
from app.canvas.look import counted, look_of, problems_by_node
from app.canvas.motion import Glide
from app.canvas.routes import Surroundings, through
from app.session import Live, Session
from app.tokens import Tokens
from nodes.bends import Bend, Bends
from nodes.document import Document, Wire
from nodes.layer import kind_of, sample_shape
from runtime.errors import NetwrightError
from runtime.graph import Value

#: Faces are redrawn at most eight times a second.
LIVE_MS = 125
#: More nodes than this do not glide: their wires cannot follow fast enough.
MOST_GLIDING = 300
WORLD = QRectF(-100_000, -100_000, 200_000, 200_000)


class CanvasScene(Findable):
    """The items of one document, and what of it is selected besides layers (those the session knows)."""

    #: Other wires, bends or frames are selected than before.
    choice_changed = Signal()

    def __init__(self, session: Session, tokens: Tokens, parent: QObject | None = None) -> None:
        super().__init__(WORLD, parent)
        self.session, self.ink = session, Ink(tokens)
        self.nodes: dict[str, NodeItem] = {}
        self.wires: dict[Wire, WireItem] = {}
        self.frames: dict[str, FrameItem] = {}
        self.bends: Bends = {}
        self.chosen_wires: set[Wire] = set()
        self.chosen_bends: set[Bend] = set()
        self.chosen_frames: set[str] = set()
        self._followed: tuple[Document, str] | None = None
        self.glide = Glide(self)
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
        self.glide.stop()
        self.bends = dict(document.bends)
        self._follow_frames(document)
        self._follow_nodes(document)
        self._follow_wires(document)
        self.choose(self.chosen_wires, self.chosen_bends, self.chosen_frames)

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
        for id in here:
            node = document.nodes[id]
            look = look_of(document, node, checked.built.at(document.path(id)), problems.get(id))
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
        bodies: list[QRectF] = []
        for wire in wires:
            source, target = self.nodes.get(wire.source), self.nodes.get(wire.target)
            item = self.wires.get(wire)
            if source and target and item:
                start, end = source.port_point(True, wire.source_port), target.port_point(False, wire.target_port)
                if end.x() < start.x() + 8 and not bodies:
                    bodies = [n.scene_body() for n in self.nodes.values()]
                around = Surroundings(source.scene_body(), target.scene_body(), frames, bodies)
                bends = tuple(QPointF(*p) for p in self.bends.get(wire, ()))
                near = self.bodies_near({source, target})
                laid = through(start, bends, end, around) if bends else routed(start, end, around, near)
                item.follow(start, end, laid, bends)

    def bodies_near(self, ends: set[NodeItem]) -> Near:
        """Which bodies a rectangle meets, but for those of a wire's own ends."""

        def met(rect: QRectF) -> list[QRectF]:
            found = [i for i in self.items(rect) if isinstance(i, NodeItem) and i not in ends]
            return [body for i in found if (body := i.scene_body()).intersects(rect)]

        return met

    def places(self) -> dict[str, QPointF]:
        """Where the nodes are."""
        return {id: item.pos() for id, item in self.nodes.items()}

    def glide_from(self, before: Mapping[str, QPointF]) -> None:
        """Let the nodes glide from where they were to where the document has them; very many are there at once."""
        goal = {i: item.pos() for i, item in self.nodes.items() if i in before and before[i] != item.pos()}
        if len(goal) > MOST_GLIDING:
            return

        def step(share: float) -> None:
            for id, end in goal.items():
                self.nodes[id].setPos(before[id] + (end - before[id]) * share)
            self.reroute_nodes(goal)

        self.glide.start(step)

    def reroute_nodes(self, ids: Iterable[str]) -> None:
        moved = set(ids)
        self.reroute([w for w in self.wires if w.source in moved or w.target in moved])

    # -- selection, live faces, colours --------------------------------------------------------------------------------------
    def _show_selection(self, chosen: frozenset[str]) -> None:
        last = next(reversed([i for i in self.nodes if i in chosen]), "") if chosen else ""
        for id, item in self.nodes.items():
            item.show_state(chosen=0 if id not in chosen else (2 if id == last else 1))
        bends: dict[Wire, set[int]] = {}
        for wire, index in self.chosen_bends:
            bends.setdefault(wire, set()).add(index)
        for wire, wire_item in self.wires.items():
            wire_item.show_state(chosen=wire in self.chosen_wires, chosen_bends=frozenset(bends.get(wire, ())))
        for id, frame in self.frames.items():
            frame.show_state(chosen=id in self.chosen_frames)

    def choose(self, wires: Iterable[Wire] = (), bends: Iterable[Bend] = (), frames: Iterable[str] = ()) -> None:
        """Select these besides the selected layers; what is not there is left out."""
        before = (self.chosen_wires, self.chosen_bends, self.chosen_frames)
        self.chosen_wires = set(wires) & self.wires.keys()
        self.chosen_bends = {(w, i) for w, i in bends if i < len(self.bends.get(w, ()))}
        self.chosen_frames = set(frames) & self.frames.keys()
        self._show_selection(self.session.selection)
        if before != (self.chosen_wires, self.chosen_bends, self.chosen_frames):
            self.choice_changed.emit()

    @property
    def any_chosen(self) -> bool:
        return bool(self.chosen_wires or self.chosen_bends or self.chosen_frames)

    def choose_wires(self, wires: Iterable[Wire]) -> None:
        self.choose(wires)

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
