"""CanvasScene: keeps the items in step with the document, by id. It changes nothing itself; gestures and commands do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtWidgets import QGraphicsItem

from app.canvas.detours import Near, routed
from app.canvas.finding import Findable
from app.canvas.ink import Ink
from app.canvas.items.afar import AfarItem
from app.canvas.items.frame import FrameItem
from app.canvas.items.node import NodeItem
from app.canvas.items.overlay import OverlayItem
from app.canvas.items.wire import WireItem
from app.canvas.live_faces import live_face, share_on
from app.canvas.look import NodeLook, counted, look_of, problems_by_node
from app.canvas.motion import Glide
from app.canvas.routes import Surroundings, is_ahead, through
from app.session import Live, Session
from app.tokens import Tokens
from nodes.bends import Bend, Bends
from nodes.document import ENTRY, EXIT, Document, Node, Wire
from nodes.layer import kind_of, sample_shape
from runtime.errors import NetwrightError
from runtime.graph import Value

#: Faces are redrawn at most eight times a second.
LIVE_MS = 125
#: More nodes than this do not glide: their wires cannot follow fast enough.
MOST_GLIDING = 300
#: Where more than this have moved, their own wires are most of those that must follow.
FEW = 100
WORLD = QRectF(-100_000, -100_000, 200_000, 200_000)


def _tells_all(node: Node, told: tuple[Any, ...]) -> bool:
    """Whether a layer's look depends on nothing but this. What brings in data also depends on files; a block and its ports
    on what is inside."""
    return bool(told[3]) and node.block is None and node.type not in (ENTRY, EXIT)


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
        #: Whether each layer shows its share of the network's computation and space.
        self.shows_costs = False
        self._followed: tuple[Document, str] | None = None
        self.glide = Glide(self)
        #: By node, what its look was made from; nodes whose place or size is new; what was shown as selected.
        self._told: dict[str, tuple[Any, ...]] = {}
        self._unsettled: set[str] = set()
        self._marked: frozenset[str] = frozenset()
        self._bottoms: Sequence[float] | None = None
        self._pictured = False
        self.overlay = OverlayItem()
        self.addItem(self.overlay)
        self._afar = AfarItem(WORLD)
        self.addItem(self._afar)
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
            self._told.pop(id, None)
        checked = self.session.checked
        problems = problems_by_node(checked)
        numbers = self.session.numbers if self.shows_costs else None
        for id in here:
            node = document.nodes[id]
            path = document.path(id)
            costs = numbers.at(path) if numbers else None
            wires = document.wires_into[id], document.wires_out_of[id]
            told = (node, checked.built.at(path), problems.get(id), *wires, costs)
            if id not in self.nodes or not _tells_all(node, told) or told != self._told.get(id):
                self._present(id, look_of(document, *told[:3], costs))
                self._told[id] = told
            item = self.nodes[id]
            if (item.x(), item.y()) != node.position:
                self._unsettled.add(id)
                item.setPos(*node.position)

    def _present(self, id: str, look: NodeLook) -> None:
        """Show a node's look, if it is another than before."""
        item = self.nodes.get(id)
        if item is not None and item.look == look:
            return
        fresh = item is None
        item = item or NodeItem(look, self.ink)
        self.nodes[id] = item
        item.show_look(look)
        self._show_face(id, self.session.live)
        if fresh:
            self._add(item)
        self._unsettled.add(id)

    def _follow_wires(self, document: Document) -> None:
        here = [w for id in self.session.here for w in document.wires_into[id]]
        for wire in set(self.wires).difference(here):
            self.removeItem(self.wires.pop(wire))
        fresh = [w for w in here if w not in self.wires]
        self.wires.update((w, WireItem(w, self.ink)) for w in fresh)
        for wire in here:
            self._describe(document, wire)
        self._bottoms = None
        moved, self._unsettled = self._unsettled, set()
        # A wire that goes back around its row keeps clear of nodes that are not its own.
        self.reroute(fresh)
        if len(fresh) < len(self.wires):
            self.reroute(self._unsettled_wires(moved))
        # Now, and not before: each change of an item that is in the scene costs Qt its old place.
        for wire in fresh:
            self._add(self.wires[wire])

    def _unsettled_wires(self, moved: set[str]) -> list[Wire]:
        """Of the wires that were there already those that may run otherwise: where a node moved, or a bend."""
        crossed = self._crossed(moved) if len(moved) <= FEW else set()
        old = [(w, item) for w, item in self.wires.items() if item.scene() is not None]
        return [
            w for w, item in old
            if item.turns or w.source in moved or w.target in moved or w in crossed or item.bends or w in self.bends
        ]

    def _describe(self, document: Document, wire: Wire) -> None:
        """What a wire says: the kind and shape of what flows, and whether it joins further ports."""
        told = value, side = self.value_at(wire.source, wire.source_port), self._is_side(document, wire)
        item = self.wires[wire]
        if told != item.told:
            item.told = told
            label = "?" if value is None else ("labels" if value.rank == 1 else counted(sample_shape(value)))
            item.present(kind_of(value) if value else "vector", label, side)

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
        for wire in wires:
            source, target = self.nodes.get(wire.source), self.nodes.get(wire.target)
            item = self.wires.get(wire)
            if source and target and item:
                start, end = source.port_point(True, wire.source_port), target.port_point(False, wire.target_port)
                bends = tuple(QPointF(*p) for p in self.bends.get(wire, ()))
                straight = is_ahead(start, end) and not bends
                bodies = (source.scene_body(), target.scene_body())
                around = None if straight else Surroundings(*bodies, frames, self._edges())
                if bends and around:
                    laid = through(start, bends, end, around)
                else:
                    laid = routed(start, end, around, self.bodies_near({source, target}))
                item.follow(start, end, laid, bends)
        self._refresh_afar()

    def bodies_near(self, ends: set[NodeItem]) -> Near:
        """Which bodies a rectangle meets, but for those of a wire's own ends."""

        def met(rect: QRectF) -> list[QRectF]:
            found = self.items(rect, Qt.ItemSelectionMode.IntersectsItemBoundingRect)
            bodies = [i.scene_body() for i in found if isinstance(i, NodeItem) and i not in ends]
            return [body for body in bodies if body.intersects(rect)]

        return met

    def _crossed(self, ids: Iterable[str]) -> set[Wire]:
        """The wires that these nodes now stand on, or near."""
        mode = Qt.ItemSelectionMode.IntersectsItemBoundingRect
        found = [i for id in ids if id in self.nodes for i in self.items(self.nodes[id].scene_body(), mode)]
        return {i.wire for i in found if isinstance(i, WireItem)}

    def _edges(self) -> Sequence[float]:
        """The lower edges of all nodes, in order."""
        if self._bottoms is None:
            self._bottoms = sorted(n.y() + n.body().bottom() for n in self.nodes.values())
        return self._bottoms

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
        """Lay the wires of nodes anew that are being moved. Where they were still counts until they are let go."""
        document = self.session.document
        at = [w for id in ids if id in document.nodes for w in (*document.wires_into[id], *document.wires_out_of[id])]
        self._unsettled.update(ids)
        self.reroute(dict.fromkeys(at))

    # -- from afar -----------------------------------------------------------------------------------------------------------
    def show_from_afar(self, afar: bool) -> None:
        """Whether one item paints all nodes and wires, or each of them itself."""
        if afar != self._afar.isVisible():
            self._afar.setVisible(afar)
            self._refresh_afar()
            for item in (*self.nodes.values(), *self.wires.values()):
                item.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents, afar)

    def keep_pictures(self, keep: bool) -> None:
        """While something is dragged the nodes that it passes are painted from pictures of them."""
        if keep != self._pictured:
            self._pictured = keep
            mode = QGraphicsItem.CacheMode.DeviceCoordinateCache if keep else QGraphicsItem.CacheMode.NoCache
            for item in self.nodes.values():
                item.setCacheMode(mode)

    def _refresh_afar(self) -> None:
        if self._afar.isVisible():
            self._afar.show_items(self.nodes.values(), self.wires.values(), self.ink)

    def _add(self, item: NodeItem | WireItem) -> None:
        if self._afar.isVisible():
            item.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents)
        self.addItem(item)

    # -- selection, live faces, colours --------------------------------------------------------------------------------------
    def _show_selection(self, chosen: frozenset[str]) -> None:
        last = next((i for i in reversed(self.nodes) if i in chosen), "") if chosen else ""
        for id in self._marked | chosen:
            if id in self.nodes:
                self.nodes[id].show_state(chosen=0 if id not in chosen else (2 if id == last else 1))
        self._marked = chosen
        bends: dict[Wire, set[int]] = {}
        for wire, index in self.chosen_bends:
            bends.setdefault(wire, set()).add(index)
        for wire, wire_item in self.wires.items():
            state = (wire in self.chosen_wires, frozenset(bends.get(wire, ())))
            if state != (wire_item.chosen, wire_item.chosen_bends):
                wire_item.show_state(chosen=state[0], chosen_bends=state[1])
        for id, frame in self.frames.items():
            frame.show_state(chosen=id in self.chosen_frames)
        self._refresh_afar()

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
        self._bottoms = None
        self.reroute([w for w, item in self.wires.items() if item.turns])

    def _show_face(self, id: str, live: Live) -> None:
        item = self.nodes[id]
        path = self.session.document.path(id)
        activation = live.activations.get(self._layer_behind(path))
        note = share_on(activation) if item.look.type == "ReLU" and activation is not None else ""
        item.show_face(live_face(item.look, activation, live.label, live.loss), live.gradients.get(path), note)

    def _layer_behind(self, path: str) -> str:
        """The layer whose output a node gives: itself; of a block, the last one inside."""
        plain = self.session.checked.built.plain
        ports = plain.ports.get(path)
        source = plain.output(path, ports[0]) if ports else None
        return source[0] if source else path

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
        self._refresh_afar()
        self.update()
