"""LaidScene: lays wires between the nodes that are there, clear of what stands in the way, and says what flows in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QObject, QPointF, QRectF, Qt

from app.canvas.detours import Near, routed
from app.canvas.finding import Findable
from app.canvas.geometry import FULL, WIDTH
from app.canvas.ink import Ink
from app.canvas.items.afar import AfarItem
from app.canvas.items.node import NodeItem
from app.canvas.items.wire import WireItem
from app.canvas.look import counted
from app.canvas.places import Places
from app.canvas.routes import Surroundings, is_ahead, through
from app.session import Session
from app.tokens import Tokens
from nodes.bends import Bends
from nodes.document import Document, Wire
from nodes.layer import kind_of, sample_shape
from runtime.errors import NetwrightError
from runtime.graph import Value

WORLD = QRectF(-100_000, -100_000, 200_000, 200_000)


class LaidScene(Findable):
    """Wires. Who makes the nodes is another matter."""

    def __init__(self, session: Session, tokens: Tokens, parent: QObject | None = None) -> None:
        super().__init__(WORLD, parent)
        self.session, self.ink = session, Ink(tokens)
        self.nodes: dict[str, NodeItem] = {}
        self.wires: dict[Wire, WireItem] = {}
        self.bends: Bends = {}
        self.afar = AfarItem(WORLD, self.ink)
        self.addItem(self.afar)
        self.near_by = Places()
        #: Nodes whose place or size is new.
        self._unsettled: set[str] = set()
        #: Wires whose way depends on more than their own ends.
        self._turning: set[Wire] = set()
        self._bottoms: Sequence[float] | None = None

    def _describe(self, document: Document, item: WireItem) -> None:
        """What a wire says: the kind and shape of what flows, and whether it joins further ports."""
        wire = item.wire
        told = value, side = self.value_at(wire.source, wire.source_port), self._is_side(document, wire)
        if told != item.told:
            item.told = told
            label = "?" if value is None else ("labels" if value.rank == 1 else counted(sample_shape(value)))
            item.present(kind_of(value) if value else "vector", label, side)

    def _is_side(self, document: Document, wire: Wire) -> bool:
        try:
            outputs, inputs = document.outputs(wire.source), document.inputs(wire.target)
        except NetwrightError:
            return False
        return wire.source_port not in outputs[:1] or not inputs or wire.target_port != inputs[0].name

    def value_at(self, node: str, port: str) -> Value | None:
        return self.session.verdict.checked.built.value(self.session.document.path(node), port)

    def make_room(self, ids: Iterable[str], anew: bool) -> None:
        """Let Qt divide what the nodes cover, and half as much around it, to find items (others may lie outside). The whole
        endless canvas it would divide so coarsely that each frame asks hundreds of items where they are."""
        places = [self.session.document.nodes[id].position for id in ids]
        if not places:
            return
        (left, right), (top, bottom) = ((min(side), max(side)) for side in zip(*places, strict=True))
        covered = QRectF(left, top, right - left + WIDTH, bottom - top + FULL)
        covered = covered if anew else covered.united(self.sceneRect())
        if anew or covered != self.sceneRect():
            wide, high = covered.width() / 2, covered.height() / 2
            self.setSceneRect(covered.adjusted(-wide, -high, wide, high))

    def settle(self, item: NodeItem) -> None:
        """A node is there, elsewhere, or another."""
        self.near_by.put(item)
        self.afar.touch([item])

    def reroute(self, wires: Iterable[Wire]) -> None:
        """Lay these wires anew, after their nodes moved or grew."""
        frames = [f.rect() for f in self.frames.values()]
        for wire in wires:
            if wire in self.wires:
                self._lay(self.wires[wire], frames)

    def _lay(self, item: WireItem, frames: Sequence[QRectF]) -> None:
        """Lay a wire, if its nodes are there."""
        wire = item.wire
        source, target = self.nodes.get(wire.source), self.nodes.get(wire.target)
        if not source or not target:
            return
        start, end = source.port_point(True, wire.source_port), target.port_point(False, wire.target_port)
        bends = tuple(QPointF(*p) for p in self.bends.get(wire, ())) if self.bends else ()
        straight = is_ahead(start, end) and not bends
        around = None if straight else Surroundings(source.scene_body(), target.scene_body(), frames, self._edges())
        if bends and around:
            laid = through(start, bends, end, around)
        else:
            laid = routed(start, end, around, self.bodies_near({source, target}))
        item.follow(start, end, laid, bends)
        (self._turning.add if item.turns or bends else self._turning.discard)(wire)
        self.afar.touch([item])

    def bodies_near(self, ends: set[NodeItem]) -> Near:
        """Which bodies a rectangle meets, but for those of a wire's own ends."""

        def met(rect: QRectF) -> list[QRectF]:
            return [body for item, body in self.near_by.meeting(rect).items() if item not in ends]

        return met

    def _crossed(self, ids: Iterable[str]) -> set[Wire]:
        """The wires that these nodes now stand on, or near."""
        mode = Qt.ItemSelectionMode.IntersectsItemBoundingRect
        found = [i for id in ids if id in self.nodes for i in self.items(self.nodes[id].scene_body(), mode)]
        return {i.wire for i in found if isinstance(i, WireItem)}

    def _edges(self) -> Sequence[float]:
        """The lower edges of all nodes, in order."""
        if self._bottoms is None:
            self._bottoms = sorted(n.y() + n.size[1] for n in self.nodes.values())
        return self._bottoms

    def reroute_nodes(self, ids: Iterable[str]) -> None:
        """Lay the wires of nodes anew that are being moved. Where they were still counts until they are let go."""
        document = self.session.document
        at = [w for id in ids if id in document.nodes for w in (*document.wires_into[id], *document.wires_out_of[id])]
        self._unsettled.update(ids)
        for id in self.nodes.keys() & set(ids):
            self.settle(self.nodes[id])
        self.reroute(dict.fromkeys(at))
