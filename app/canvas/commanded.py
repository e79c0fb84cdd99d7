"""CommandedStage: the canvas's commands as methods, for the window's command table. Each is one entry of history at most."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QCursor, QGuiApplication
from PySide6.QtWidgets import QWidget

from app.canvas import actions, nesting
from app.canvas.finding import PortAt
from app.canvas.geometry import FULL, GRID, HEADER, LINE, WIDTH
from app.canvas.gestures import would_work
from app.canvas.laying import WORLD
from app.canvas.layout import Wish
from app.canvas.offers import insertions, offers, placed, top_left, types_in
from app.canvas.rename import NameEditor
from app.canvas.scene import CanvasScene
from app.canvas.search import SearchPalette
from app.canvas.stage import Stage
from app.canvas.tidying import Tidying
from app.session import Session
from app.tokens import Tokens
from nodes import edits
from nodes.document import Document, Position, Wire
from nodes.layer import layer_types
from nodes.places import settled

#: What is added by keys stands so far from its neighbour.
APART = 60.0
#: If so many of the layers stand together, the others are strays; of a network this large none is.
MANY = 300
NEARLY_ALL = 0.98


class CommandedStage(Stage):
    """A stage with a document on it, and everything that can be done to it without a pointer."""

    status_message = Signal(str)

    def __init__(self, session: Session, tokens: Tokens, parent: QWidget | None = None) -> None:
        self.session = session
        self.canvas = CanvasScene(session, tokens)
        super().__init__(self.canvas, tokens, parent)
        self.canvas.setParent(self)
        self.setSceneRect(WORLD)
        self.search = SearchPalette(self, tokens)
        self.search.chosen.connect(lambda type: self._take(type))
        self.search.chained.connect(self._chain)
        self.search.closed.connect(self.setFocus)
        self.search.closed.connect(lambda: self.canvas.overlay.draw(None))
        #: What the type chosen in the search palette is for.
        self._take: Callable[[str], object] = lambda type: None
        self.tidying = Tidying(self)
        self.tidying.laid_out.connect(self._laid_out)
        self.tidying.said.connect(self.status_message)
        #: So many pixels at the top lie under something else (a message).
        self.covered = 0
        self._marked: Wire | None = None
        self._tried: dict[Wire, str] = {}
        #: Whether the pointer was the last to say where: then what is added stands there.
        self.pointed = False

    # -- looking ---------------------------------------------------------------------------------------------------------
    def fit_all(self) -> None:
        """Everything, gliding there; where a few stray layers would make dust of it, what stands together, with a word on the
        rest."""
        self._fit_all(gliding=True)

    def show_all(self) -> None:
        """The same at once, when the window or the document is another."""
        self._fit_all(gliding=False)

    def _fit_all(self, gliding: bool) -> None:
        all_of_it = self.canvas.contents()
        near = self.canvas.near(self.most_seen()) if self.too_large(all_of_it) else []
        count = len(self.session.here)
        large = count > MANY and len(near) < NEARLY_ALL * count
        near = [] if large else near
        self.allow(all_of_it if large else QRectF(0, 0, 1, 1))
        self.fit(self.canvas.contents(near) if near else all_of_it, gliding=gliding)
        self.whole = True
        if near:
            away = count - len(near)
            word = "1 layer stands" if away == 1 else f"{away} layers stand"
            what = "too far away to be shown with the others: Tidy (Ctrl+L) brings everything together"
            self.status_message.emit(f"{word} {what}.")

    def fit_selection(self) -> None:
        chosen = self.session.selection
        self.fit(self.canvas.contents(chosen) if chosen else self.canvas.contents(), gliding=True)

    # -- selecting -------------------------------------------------------------------------------------------------------
    def select_all(self) -> None:
        self.session.select(self.session.here)
        self.canvas.choose((), self.canvas.all_bends(), self.canvas.frames)

    def select_downstream(self) -> None:
        actions.reach(self.session, self.session.document.downstream)

    def select_upstream(self) -> None:
        actions.reach(self.session, self.session.document.upstream)

    def walk(self, dx: int, dy: int) -> None:
        """Arrow keys: along a wire, or to the row above or below."""
        document = self.session.document
        start = next((i for i in document.nodes if i in self.session.selection), None)
        first = next(iter(self.session.here), None)
        goal = actions.neighbour(document, start, dx, dy) if start else first
        self.pointed = False
        if goal is not None:
            self.session.select([goal])
            self._bring_in(goal)

    def _bring_in(self, id: str) -> None:
        """Scroll just far enough to see a node."""
        self.ensureVisible(self.canvas.nodes[id].scene_body(), 40, 40)

    # -- changing --------------------------------------------------------------------------------------------------------
    def delete_selection(self) -> None:
        actions.delete(self.session, self.canvas)

    def dissolve_selection(self) -> None:
        actions.dissolve(self.session)

    def copy(self) -> None:
        actions.copy(self.session, self.canvas)

    def cut(self) -> None:
        actions.cut(self.session, self.canvas)

    def paste(self, keep_incoming: bool = False) -> None:
        actions.paste(self.session, self.canvas, QGuiApplication.clipboard().text(), keep_incoming)
        self._show_selection()

    def duplicate(self) -> None:
        if text := actions.copied(self.session, self.canvas):
            actions.paste(self.session, self.canvas, text, title="Duplicate")
            self._show_selection()

    def _show_selection(self) -> None:
        if self.session.selection:
            self.ensureVisible(self.canvas.contents(self.session.selection), 20, 20)

    def toggle_bypass(self) -> None:
        actions.toggle(self.session, "bypassed", "Bypass")

    def toggle_pin(self) -> None:
        actions.toggle(self.session, "pinned", "Pin")

    def toggle_collapse(self) -> None:
        actions.toggle(self.session, "collapsed", "Collapse")

    def tidy(self) -> None:
        """What is selected, where that is more than one layer; else everything."""
        chosen = self.session.selection
        self._tidy(Wish(chosen if len(chosen) > 1 else None))

    def tidy_down(self) -> None:
        chosen = self.session.selection
        self._tidy(Wish(chosen if len(chosen) > 1 else None, down=True))

    def _tidy(self, wish: Wish) -> None:
        if self.canvas.busy:  # a layout needs the size of every node
            self.status_message.emit("All layers are drawn first, then tidied.")
            self.canvas.completed.connect(lambda: self._tidy(wish), Qt.ConnectionType.SingleShotConnection)
            return
        level = self.session.document.level(self.session.level)
        sizes = {i: (item.body().width(), item.body().height()) for i, item in self.canvas.nodes.items()}
        if sizes:
            self.tidying.start(level, sizes, wish)

    def _laid_out(self, level: Document | None) -> None:
        before = self.canvas.places()
        if level is not None and actions.lay_out(self.session, level):
            self.fit_all()
            self.canvas.glide_from(before)

    def _arrange(self, title: str, edit: Callable[[Document], Document]) -> None:
        """An edit that moves layers: they glide there."""
        before = self.canvas.places()
        if self.session.do(title, edit):
            self.canvas.glide_from(before)

    # -- blocks ----------------------------------------------------------------------------------------------------------
    def group(self) -> None:
        nesting.make(self.session, self.canvas.chosen_frames)

    def ungroup(self) -> None:
        nesting.dissolve(self.session)

    def open_block(self) -> None:
        nesting.open_selected(self.session)

    def leave_block(self) -> None:
        self.session.leave()

    def rename_selected(self) -> None:
        """A field over the header of the (first) selected node."""
        id = next((i for i in self.canvas.nodes if i in self.session.selection), None)
        if id is not None:
            self._bring_in(id)
            body = self.canvas.nodes[id].scene_body()
            top = self.mapFromScene(body.topLeft())
            width, height = round(body.width() * self.zoom), round(28 * self.zoom)
            box = QRect(top, QPoint(top.x() + width, top.y() + height))
            name = self.session.document.nodes[id].name
            NameEditor(self.viewport(), "Name of the layer", name, box, lambda text: self._rename(id, text))

    def _rename(self, id: str, text: str) -> bool:
        """Also done when the node has gone meanwhile."""
        gone = id not in self.session.document.nodes
        return gone or self.session.do("Rename", lambda d: edits.rename(d, id, text))

    def rename_network(self) -> None:
        """A field over the title."""

        def rename(text: str) -> bool:
            return self.session.do("Rename the network", lambda d: edits.retitle(d, text))

        NameEditor(self, "Name of the network", self.session.document.title, QRect(8, self.covered + 6, 240, 28), rename)

    # -- adding ----------------------------------------------------------------------------------------------------------
    def open_search(self, scene_pos: QPointF | None = None, wire_start: PortAt | None = None) -> None:
        """The search palette; what is chosen stands at `scene_pos` (the pointer, if None), joined to `wire_start`."""
        at = self._pointer() if scene_pos is None else scene_pos
        self._take = lambda type: self._place_layer(type, at, wire_start)
        found = offers(self.session.document, self.session.shelf, wire_start, self.session.level)
        prompt = "Search layers"
        if wire_start is not None and wire_start.port.output:
            value = self.canvas.value_at(wire_start.node, wire_start.port.name)
            shape = "×".join(str(d) for d in value.shape[1:]) if value is not None and value.rank > 1 else ""
            prompt = f"Search layers that take {shape}" if shape else "Search layers that take this"
        elif wire_start is not None:
            prompt = "Search layers to put before this"
        types = self.session.shelf.items(types_in(self.session.level))
        end = self._end_of_chain() if wire_start is None else None
        behind = self.session.document.nodes[end.node].name if end else ""
        self.search.open(self.mapFromScene(at), found, types, prompt, behind)

    def _end_of_chain(self) -> PortAt | None:
        """The first output of the one layer that is selected: a new layer may be wired to it at once."""
        chosen = [i for i in self.canvas.nodes if i in self.session.selection]
        outputs = self.canvas.nodes[chosen[0]].look.outputs if len(chosen) == 1 else ()
        return PortAt(chosen[0], outputs[0]) if outputs else None

    def _chain(self, type: str) -> None:
        """Place what was chosen behind the selected layer, and wire it."""
        end = self._end_of_chain()
        if end is not None and (id := self._place_layer(type, self.place_for_new(end), end)):
            self.ensureVisible(self.canvas.nodes[id].scene_body(), 20, 20)

    def insert_on(self, wire: Wire, scene_pos: QPointF) -> None:
        """The search palette, for a layer that is to stand on `wire`."""
        self._take = lambda type: self.insert(type, wire)
        shelf = self.session.shelf
        found = insertions(self.session.document, shelf, wire)
        self.search.open(
            self.mapFromScene(scene_pos), found, shelf.items(layer_types()), "Search layers to insert here"
        )  # fmt: skip

    def insert(self, type: str, wire: Wire, position: Position | None = None) -> None:
        """Put a new layer or block on a wire; it is selected."""
        made: list[str] = []

        def edit(document: Document) -> Document:
            document, id = self.session.shelf.insert(document, wire, type, position)
            made.append(id)
            return settled(document, wire.source, id, wire.target)

        if self.session.do(f"Insert {self.session.shelf.title(type)}", edit):
            self.session.select(made)

    def _pointer(self) -> QPointF:
        """Where the pointer is; where it is not here, or keys came since, the next free place."""
        here = self.viewport().mapFromGlobal(QCursor.pos())
        if self.pointed and self.viewport().rect().contains(here):
            return self.mapToScene(here)
        return self._shown_place()

    def _shown_place(self) -> QPointF:
        place = self.place_for_new()
        self.ensureVisible(QRectF(place.x() - WIDTH / 2, place.y() - HEADER / 2, WIDTH, FULL), 20, 20)
        return place

    def add_beside(self, type: str) -> None:
        """A layer from the palette, at the next free place."""
        self._place_layer(type, self._shown_place(), None)

    def place_for_new(self, start: PortAt | None = None) -> QPointF:
        """Beside `start`, or the selected layer, or the last one: where nothing stands yet."""
        ids = [i for i in self.canvas.nodes if i in self.session.selection] or list(self.canvas.nodes)
        if start is not None:
            port = self.canvas.nodes[start.node].port_point(start.port.output, start.port.name)
            place = port + QPointF(APART if start.port.output else -APART, 0)
            left = place.x() if start.port.output else place.x() - WIDTH
            return place + QPointF(0, self._down_to_free(left, place.y() - LINE))
        if not ids:
            return self.mapToScene(self.viewport().rect().center())
        body = self.canvas.nodes[ids[-1]].scene_body()
        down = self._down_to_free(body.right() + APART, body.top())
        return QPointF(body.right() + APART + WIDTH / 2, body.top() + LINE + down)

    def _down_to_free(self, left: float, top: float) -> float:
        """How far down a new layer covers nothing."""
        taken = [item.scene_body().adjusted(-4, -4, 4, 24) for item in self.canvas.nodes.values()]
        steps = (GRID * n for n in range(1000))
        return next((s for s in steps if not any(QRectF(left, top + s, WIDTH, FULL).intersects(t) for t in taken)), 0.0)

    def _place_layer(self, type: str, point: QPointF, start: PortAt | None) -> str:
        before = start is not None and not start.port.output
        return self.add_layer(type, top_left(type, point.x(), point.y(), start is not None, before), start)

    def add_layer(self, type: str, position: tuple[float, float], start: PortAt | None = None, name: str = "") -> str:
        """Add a layer, joined to the port `start`; it is selected. Returns its id, or nothing when it was refused."""
        made: list[str] = []

        def edit(document: Document) -> Document:
            document, id = placed(document, self.session.shelf, type, position, start, name, self.session.level)
            made.append(id)
            return document

        if not self.session.do(f"Add {self.session.shelf.title(type)}", edit):
            return ""
        self.session.select(made)
        self.pointed = False
        return made[-1]

    # -- onto a wire -----------------------------------------------------------------------------------------------------
    def wire_to_insert(self, point: QPointF, edit: Callable[[Document, Wire], Document]) -> Wire | None:
        """The wire under `point`, if inserting there would work; else the reason is said."""
        wire = self.canvas.wire_at(point)
        if wire is None:
            return None
        if wire not in self._tried:
            self._tried[wire] = would_work(self.session.document, wire, edit)
        self.status_message.emit(f"✗ {self._tried[wire]}" if self._tried[wire] else "Let go to insert it on this wire")
        return None if self._tried[wire] else wire

    def mark_wire(self, wire: Wire | None) -> None:
        """Show which wire a layer would be inserted on."""
        if wire != self._marked:
            for each, on in ((self._marked, False), (wire, True)):
                if each is not None and each in self.canvas.wires:
                    self.canvas.wires[each].show_state(marked=on)
            self._marked = wire
        if wire is None:
            self._tried.clear()
