"""FollowingScene: keeps the items in step with the document, by id. Little is done at once, much in turns of the event loop."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QPointF, QRectF, Signal

from app.canvas.finding import Span
from app.canvas.geometry import FULL, WIDTH
from app.canvas.items.frame import FrameItem
from app.canvas.items.node import NodeItem
from app.canvas.items.wire import WireItem
from app.canvas.laying import LaidScene
from app.canvas.look import NodeLook, look_of, problems_by_node
from app.canvas.turns import Turns
from app.session import Session
from app.tokens import Tokens
from app.verdicts import Verdict
from nodes.build import NodeBuilt
from nodes.check import Checked
from nodes.document import ENTRY, EXIT, Document, Node, Wire
from nodes.problems import Problem
from runtime.errors import NetwrightError

#: What making an item costs, against looking whether it has changed; and how much is done in one go.
MAKING, AT_ONCE = 10, 5_000
#: Where more than this have moved, their own wires are most of those that must follow.
FEW = 100
#: So many wires may make way in one go.
MOST_YIELDING = 200


def _tells_all(node: Node, told: tuple[Any, ...]) -> bool:
    """Whether a layer's look depends on nothing but this. What brings in data also depends on files; a block and its ports
    on what is inside."""
    return bool(told[3]) and not _has_inside(node)


def _has_inside(node: Node) -> bool:
    return node.block is not None or node.type in (ENTRY, EXIT)


def _as_drawn(verdict: Verdict, node: Node, built: NodeBuilt | None) -> NodeBuilt | None:
    """While a node's own verdict is being worked out: its settings as they are drawn now, the shapes as they were."""
    if built is None or built.layer is None or verdict.document.nodes.get(node.id) is node:
        return built
    try:
        return replace(built, layer=node.layer())
    except NetwrightError:
        return built


class NodeItems(dict[str, NodeItem]):
    """Items by id. One that is asked for before its turn came is made there and then; going through them finds those made."""

    def __init__(self, make: Callable[[str], None]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, id: str) -> NodeItem:
        self._make(id)
        return super().__getitem__(id)


class FollowingScene(LaidScene):
    """The items of one document; those far from the view may come a little later (`busy` until `completed`)."""

    completed = Signal()

    def __init__(self, session: Session, tokens: Tokens, parent: QObject | None = None) -> None:
        super().__init__(session, tokens, parent)
        self.nodes = NodeItems(self._make_now)
        self.frames: dict[str, FrameItem] = {}
        #: Whether each layer shows its share of the network's computation and space.
        self.shows_costs = False
        self._followed: tuple[Document, str, Checked] | None = None
        #: By node, what its look was made from; the worst problem of each.
        self._told: dict[str, tuple[Any, ...]] = {}
        self._problems: dict[str, Problem] = {}
        #: What is still to be done: nodes and wires to look at, wires to make, and whether wires must make way.
        self._untold: dict[str, None] = {}
        self._undescribed: dict[Wire, None] = {}
        self._redescribe = False
        self._unmade: dict[Wire, None] = {}
        self._relay = False
        self._yielding: set[Wire] = set()
        self._turns = Turns(self, self.completed.emit)

    # -- what CanvasScene has to say about it ----------------------------------------------------------------------------------
    @abstractmethod
    def add(self, item: NodeItem | WireItem) -> None: ...

    @abstractmethod
    def take_away(self, item: NodeItem | WireItem) -> None: ...

    @abstractmethod
    def show_face(self, id: str) -> None: ...

    @abstractmethod
    def keep_choice(self) -> None: ...

    # -- what is to be done ----------------------------------------------------------------------------------------------------
    @property
    def busy(self) -> bool:
        return self._turns.busy

    def complete(self) -> None:
        """Do at once what waits for its turn."""
        if self.busy:
            self._turns.finish()

    def follow(self, document: Document) -> None:
        """Add, change and remove the items that differ, and no others: those of the block on view. New weights alone change
        no item."""
        before, now = self._followed, (document, self.session.level, self.session.verdict.checked)
        same = before is not None and before[1] == now[1] and before[2] is now[2]
        if before is not None and same and document.same_drawing(before[0]):
            return
        self._turns.stop()
        self._followed = now
        old = before[0] if before is not None and before[1] == now[1] else None
        self._problems = problems_by_node(self.session.checked)
        self._relay |= self._follow_frames(document) or self.bends != document.bends
        self.bends = dict(document.bends)
        touched = self._drop(old, document)
        self.make_room(touched, anew=old is None)
        self._note(touched if same else self.session.here, touched, document)
        self._begin()

    def _drop(self, old: Document | None, document: Document) -> list[str]:
        """Take away what is gone; the nodes that differ, in themselves or in their wires."""
        here, level = set(self.session.here), self.session.level
        for id in self.nodes.keys() - here:
            self.take_away(self.nodes.pop(id))
            self._told.pop(id, None)
            self._relay = True
        if old is None:
            touched, left = list(self.session.here), []
            gone = self.wires.keys() - {w for id in touched if self.wires for w in document.wires_into[id]}
        else:
            touched = [id for id in self.session.here if _differs(id, old, document)]
            left = [*touched, *set(old.children.get(level, ())).difference(here)]
            into = document.wires_into
            gone = {w for id in left for w in old.wires_into.get(id, ()) if id not in here or w not in into[id]}
        for wire in gone & self.wires.keys():
            self.take_away(self.wires.pop(wire))
            self._turning.discard(wire)
        return touched

    def _note(self, asked: Sequence[str], touched: Iterable[str], document: Document) -> None:
        """Remember what must be looked at: these nodes, those that depend on more than themselves, and their wires."""
        here, into, out = set(self.session.here), document.wires_into, document.wires_out_of
        blind = [i for i in self.session.here if not into[i] or _has_inside(document.nodes[i])]
        self._untold = {i: None for i in (*self._untold, *asked, *blind) if i in here}
        fresh = [w for i in touched for w in into[i] if w not in self.wires]
        self._unmade = {w: None for w in (*self._unmade, *fresh) if w.target in here and w in into[w.target]}
        self._redescribe |= len(asked) == len(here)
        seen = [w for i in self._untold if not self._redescribe for w in (*into[i], *out[i])]
        self._undescribed = {w: None for w in (*self._undescribed, *seen) if w in self.wires}

    def _begin(self) -> None:
        """Now, or where it is much, in turns."""
        fresh = sum(i not in self.nodes for i in self._untold) + len(self._unmade)
        again = len(self.wires) if self._redescribe else len(self._undescribed)
        if MAKING * fresh + len(self._untold) + again > AT_ONCE:
            self.keep_choice()
            self._turns.start(self._bring_up(late=True))
            return
        for _ in self._bring_up(late=False):
            pass
        if len(self._yielding) > MOST_YIELDING:
            self._turns.start(self._make_way())
            return
        for _ in self._make_way():
            pass

    # -- doing it --------------------------------------------------------------------------------------------------------------
    def _bring_up(self, late: bool) -> Generator[None, None, None]:
        """Nodes first: wires keep clear of them. Each step is small; what is begun anew goes on where this was left."""
        for id in self._nearest(self._untold) if late else list(self._untold):
            if id in self._untold:
                self._tell(id)
                yield
        for wire in list(self.wires if self._redescribe else self._undescribed):
            self._describe(self.session.document, self.wires[wire])
            self._undescribed.pop(wire, None)
            yield
        self._redescribe = False
        yield from self._lay_all()
        if late:
            yield from self._make_way()
            self._sort()
        self.keep_choice()

    def _lay_all(self) -> Generator[None, None, None]:
        """Wires that are new, and those that may run otherwise now."""
        self._bottoms = None
        moved, self._unsettled = self._unsettled, set()
        frames = [f.rect() for f in self.frames.values()]
        made: list[Wire] = []
        try:
            old = self._unsettled_wires(moved) if moved or self._relay else set()
            self._yielding.update(self._turning if moved or self._relay else ())
            self._yielding -= old
            for wire in list(self._unmade):
                self._make_wire(wire, frames)
                made.append(wire)
                yield
            for wire in old:
                self._lay(self.wires[wire], frames)
                yield
            # Now, and not before: each change of an item that is in the scene costs Qt its old place, each question about
            # places after one that came costs it its order.
            for wire in made:
                self.add(self.wires[wire])
                del self._unmade[wire]
                yield
        except GeneratorExit:
            self._unsettled |= moved
            for wire in self._unmade.keys() & set(made):
                del self.wires[wire]
            raise
        self._relay = False

    def _make_way(self) -> Generator[None, None, None]:
        """Other wires that go around what stands in their way."""
        frames = [f.rect() for f in self.frames.values()]
        for wire in list(self._yielding):
            if wire in self.wires:
                self._lay(self.wires[wire], frames)
            self._yielding.discard(wire)
            yield

    def _nearest(self, ids: Iterable[str]) -> list[str]:
        """What is on view first."""
        views = self.views()
        middle = views[0].mapToScene(views[0].viewport().rect().center()) if views else QPointF()
        nodes, x, y = self.session.document.nodes, middle.x(), middle.y()
        return sorted(ids, key=lambda i: abs(nodes[i].position[0] - x) + abs(nodes[i].position[1] - y))

    def _sort(self) -> None:
        """In the document's order, whatever came first."""
        items = {id: self.nodes[id] for id in self.session.here}
        self.nodes.clear()
        self.nodes.update(items)

    def _follow_frames(self, document: Document) -> bool:
        """Whether a frame is another."""
        wanted = {f.id: f for f in document.frames if f.parent == self.session.level}
        same = {i: item.frame for i, item in self.frames.items()} == wanted
        for id in [i for i in self.frames if i not in wanted]:
            self.removeItem(self.frames.pop(id))
        for id, frame in wanted.items():
            if id in self.frames:
                self.frames[id].present(frame)
            else:
                self.frames[id] = FrameItem(frame, self.ink)
                self.addItem(self.frames[id])
        return not same

    # -- one node, one wire ----------------------------------------------------------------------------------------------------
    def hurry(self, ids: Iterable[str]) -> None:
        """These do not wait for their turn."""
        for id in ids:
            if id in self._untold and id not in self.nodes:
                self._tell(id)

    def _make_now(self, id: str) -> None:
        if id not in self._untold:
            raise KeyError(id)
        self._tell(id)

    def _tell(self, id: str) -> None:
        """Show a node as it is now."""
        document, verdict = self.session.document, self.session.verdict
        node, path = document.nodes[id], document.path(id)
        built = verdict.checked.built.at(path)
        built = _as_drawn(verdict, node, built) if verdict.document is not document else built
        costs = verdict.numbers.at(path) if self.shows_costs else None
        told = (node, built, self._problems.get(id), document.wires_into[id], document.wires_out_of[id], costs)
        if id not in self.nodes or not _tells_all(node, told) or told != self._told.get(id):
            self._present(node, look_of(document, *told[:3], costs))
            self._told[id] = told
        item = self.nodes[id]
        if (item.x(), item.y()) != node.position:
            self._unsettled.add(id)
            item.setPos(*node.position)
            self.settle(item)
        self._untold.pop(id, None)

    def _present(self, node: Node, look: NodeLook) -> None:
        """Show a node's look, if it is another than before. What comes is put in its place first: to move it in the scene costs
        more."""
        item = self.nodes.get(node.id)
        if item is not None and item.look == look:
            return
        before = None if item is None else item.outline
        if item is None:
            item = self.nodes[node.id] = NodeItem(look, self.ink)
            item.setPos(*node.position)
            self.show_face(node.id)
            self.add(item)
        else:
            item.show_look(look)
            self.show_face(node.id)
            self.settle(item)
        if item.outline != before:
            self._unsettled.add(node.id)

    def _make_wire(self, wire: Wire, frames: list[QRectF]) -> None:
        item = self.wires[wire] = WireItem(wire, self.ink)
        self._describe(self.session.document, item)
        self._lay(item, frames)

    def _unsettled_wires(self, moved: set[str]) -> set[Wire]:
        """Of the wires that were there already those at nodes that moved or grew, under them, or with bends."""
        document = self.session.document
        at = {w for i in moved & document.nodes.keys() for w in (*document.wires_into[i], *document.wires_out_of[i])}
        crossed = self._crossed(moved) if len(moved) <= FEW else set()
        return (at | crossed | self.bends.keys()) & self.wires.keys()

    def spans(self, ids: Iterable[str] | None = None) -> Iterator[Span]:
        """Those not made yet take the room that a node takes at most."""
        wanted = self.session.here if ids is None else list(ids)
        yield from super().spans(id for id in wanted if id in self.nodes)
        for id in wanted:
            if id not in self.nodes:
                x, y = self.session.document.nodes[id].position
                yield id, x, y, x + WIDTH, y + FULL


def _differs(id: str, old: Document, new: Document) -> bool:
    """Whether a node or the wires at it are others than before."""
    if id not in old.nodes or old.nodes[id] is not new.nodes[id]:
        return True
    same = old.wires is new.wires
    return not same and (old.wires_into[id] != new.wires_into[id] or old.wires_out_of[id] != new.wires_out_of[id])
