"""CanvasScene: the items of a document as they are seen: from near and afar, selected, alive. It changes nothing itself;
gestures and commands do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice

from PySide6.QtCore import QObject, QPointF, QTimer, Signal
from PySide6.QtWidgets import QGraphicsItem

from app.canvas.following import FollowingScene
from app.canvas.ink import Ink
from app.canvas.items.node import NodeItem
from app.canvas.items.overlay import OverlayItem
from app.canvas.items.wire import WireItem
from app.canvas.live_faces import live_face, share_on
from app.canvas.motion import Glide
from app.session import Live, Session
from app.tokens import Tokens
from nodes.bends import Bend
from nodes.document import Document, Wire

#: Faces are redrawn at most eight times a second.
LIVE_MS = 125
#: More nodes than this do not glide: their wires cannot follow fast enough.
MOST_GLIDING = 300
#: So many of the selected nodes do not wait for their turn.
SOON = 50


class CanvasScene(FollowingScene):
    """The items of one document, and what of it is selected besides layers (those the session knows)."""

    #: Other wires, bends or frames are selected than before.
    choice_changed = Signal()

    def __init__(self, session: Session, tokens: Tokens, parent: QObject | None = None) -> None:
        super().__init__(session, tokens, parent)
        self.chosen_wires: set[Wire] = set()
        self.chosen_bends: set[Bend] = set()
        self.chosen_frames: set[str] = set()
        self.glide = Glide(self)
        #: What is shown as selected.
        self._marked: frozenset[str] = frozenset()
        self._marked_wires: set[Wire] = set()
        self._pictured = False
        self.overlay = OverlayItem()
        self.addItem(self.overlay)
        self._live = QTimer(self, singleShot=True, interval=LIVE_MS)
        self._live.timeout.connect(self._show_faces)
        session.document_changed.connect(self.follow)
        session.live_changed.connect(self._live_came)
        session.selection_changed.connect(self._show_selection)
        session.level_changed.connect(lambda _: self.follow(session.document))
        self.follow(session.document)

    def follow(self, document: Document) -> None:
        self.glide.stop()
        super().follow(document)

    # -- moving --------------------------------------------------------------------------------------------------------------
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

    # -- from afar -----------------------------------------------------------------------------------------------------------
    def show_from_afar(self, afar: bool) -> None:
        """Whether one item paints all nodes and wires, or each of them itself."""
        if afar != self.afar.isVisible():
            self.afar.setVisible(afar)
            for item in (*self.nodes.values(), *self.wires.values()):
                item.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents, afar)

    def keep_pictures(self, keep: bool) -> None:
        """While something is dragged the nodes that it passes are painted from pictures of them."""
        if keep != self._pictured:
            self._pictured = keep
            mode = QGraphicsItem.CacheMode.DeviceCoordinateCache if keep else QGraphicsItem.CacheMode.NoCache
            for item in self.nodes.values():
                item.setCacheMode(mode)

    def add(self, item: NodeItem | WireItem) -> None:
        if self.afar.isVisible():
            item.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents)
        self.addItem(item)
        self.afar.take(item)

    def take_away(self, item: NodeItem | WireItem) -> None:
        self.removeItem(item)
        self.afar.drop(item)
        if isinstance(item, NodeItem):
            self.near_by.drop(item)

    # -- selection, live faces, colours --------------------------------------------------------------------------------------
    def _show_selection(self, chosen: frozenset[str]) -> None:
        self.hurry(islice(chosen, SOON))
        last = next((i for i in reversed(self.nodes) if i in chosen), "") if chosen else ""
        for id in self._marked | chosen:
            if id in self.nodes:
                self.nodes[id].show_state(chosen=0 if id not in chosen else (2 if id == last else 1))
                self.afar.touch([self.nodes[id]])
        self._marked = chosen
        bends: dict[Wire, set[int]] = {}
        for wire, index in self.chosen_bends:
            bends.setdefault(wire, set()).add(index)
        for wire in (self._marked_wires | self.chosen_wires | bends.keys()) & self.wires.keys():
            item = self.wires[wire]
            item.show_state(chosen=wire in self.chosen_wires, chosen_bends=frozenset(bends.get(wire, ())))
            self.afar.touch([item])
        self._marked_wires = self.chosen_wires | bends.keys()
        for id, frame in self.frames.items():
            frame.show_state(chosen=id in self.chosen_frames)

    def keep_choice(self) -> None:
        """What is gone is not selected any more; what came is, if it is selected."""
        self.choose(self.chosen_wires, self.chosen_bends, self.chosen_frames)

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
            self.show_face(id)
        self._bottoms = None
        self.reroute([w for w, item in self.wires.items() if item.turns])

    def show_face(self, id: str) -> None:
        """A node's face, live where there is something to show."""
        item, live = self.nodes[id], self.session.live
        if not live.activations and not live.gradients:
            item.show_face(None, None, "")
            self.near_by.put(item)
            return
        path = self.session.document.path(id)
        activation = live.activations.get(self._layer_behind(path))
        note = share_on(activation) if item.look.type == "ReLU" and activation is not None else ""
        item.show_face(live_face(item.look, activation, live.label, live.loss), live.gradients.get(path), note)
        self.near_by.put(item)

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
        self.afar.ink = self.ink
        self.update()
