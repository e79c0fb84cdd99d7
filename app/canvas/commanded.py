"""CommandedStage: the canvas's commands as methods, for the window's command table. Each is one entry of history at most."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, Signal
from PySide6.QtGui import QCursor, QGuiApplication
from PySide6.QtWidgets import QWidget

from app.canvas import actions
from app.canvas.offers import offers, placed, top_left
from app.canvas.rename import NameEditor
from app.canvas.scene import CanvasScene, PortAt
from app.canvas.search import SearchPalette
from app.canvas.stage import Stage
from app.session import Session
from app.tokens import Tokens
from nodes import edits
from nodes.document import Document
from nodes.layer import layer_types


class CommandedStage(Stage):
    """A stage with a document on it, and everything that can be done to it without a pointer."""

    status_message = Signal(str)

    def __init__(self, session: Session, tokens: Tokens, parent: QWidget | None = None) -> None:
        self.session = session
        self.canvas = CanvasScene(session, tokens)
        super().__init__(self.canvas, tokens, parent)
        self.canvas.setParent(self)
        self.search = SearchPalette(self, tokens)
        self.search.chosen.connect(self._chosen)
        self.search.closed.connect(self.setFocus)
        self._place: tuple[QPointF, PortAt | None] = (QPointF(), None)
        self._pasted: tuple[str, int] = ("", 0)

    # -- looking ---------------------------------------------------------------------------------------------------------
    def fit_all(self) -> None:
        self.fit(self.canvas.contents())
        self.whole = True

    def fit_selection(self) -> None:
        self.fit(self.canvas.contents(self.session.selection) if self.session.selection else self.canvas.contents())

    # -- selecting -------------------------------------------------------------------------------------------------------
    def select_all(self) -> None:
        self.session.select(self.session.document.nodes)

    def select_downstream(self) -> None:
        actions.reach(self.session, self.session.document.downstream)

    def select_upstream(self) -> None:
        actions.reach(self.session, self.session.document.upstream)

    def walk(self, dx: int, dy: int) -> None:
        """Arrow keys: along a wire, or to the row above or below."""
        document = self.session.document
        start = next((i for i in document.nodes if i in self.session.selection), None)
        first = next(iter(document.nodes), None)
        goal = actions.neighbour(document, start, dx, dy) if start else first
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
        actions.copy(self.session)

    def cut(self) -> None:
        if self.session.selection:
            self.copy()
            self.delete_selection()

    def paste(self, keep_incoming: bool = False) -> None:
        text = QGuiApplication.clipboard().text()
        times = self._pasted[1] + 1 if self._pasted[0] == text else 1
        self._pasted = (text, times)
        actions.paste(self.session, text, times, keep_incoming)

    def duplicate(self) -> None:
        if self.session.selection:
            text = edits.copy(self.session.document, self.session.selection)
            actions.paste(self.session, text, title="Duplicate")

    def toggle_bypass(self) -> None:
        actions.toggle(self.session, "bypassed", "Bypass")

    def toggle_collapse(self) -> None:
        actions.toggle(self.session, "collapsed", "Collapse")

    def tidy(self) -> None:
        if actions.tidy(self.session, self.canvas):
            self.fit_all()

    def rename_selected(self) -> None:
        """A field over the header of the (first) selected node."""
        id = next((i for i in self.canvas.nodes if i in self.session.selection), None)
        if id is not None:
            self._bring_in(id)
            body = self.canvas.nodes[id].scene_body()
            top = self.mapFromScene(body.topLeft())
            width, height = round(body.width() * self.zoom), round(28 * self.zoom)
            NameEditor(self.viewport(), self.session, id, QRect(top, QPoint(top.x() + width, top.y() + height)))

    # -- adding ----------------------------------------------------------------------------------------------------------
    def open_search(self, scene_pos: QPointF | None = None, wire_start: PortAt | None = None) -> None:
        """The search palette; what is chosen stands at `scene_pos` (the pointer, if None), joined to `wire_start`."""
        at = self._pointer() if scene_pos is None else scene_pos
        self._place = (at, wire_start)
        found = offers(self.session.document, wire_start)
        prompt = "Search layers"
        if wire_start is not None and wire_start.port.output:
            value = self.canvas.value_at(wire_start.node, wire_start.port.name)
            shape = "×".join(str(d) for d in value.shape[1:]) if value is not None and value.rank > 1 else ""
            prompt = f"Search layers that take {shape}" if shape else "Search layers that take this"
        elif wire_start is not None:
            prompt = "Search layers to put before this"
        self.search.open(self.mapFromScene(at), found, layer_types(), prompt)

    def _pointer(self) -> QPointF:
        here = self.viewport().mapFromGlobal(QCursor.pos())
        inside = self.viewport().rect().contains(here)
        return self.mapToScene(here if inside else self.viewport().rect().center())

    def _chosen(self, type: str) -> None:
        point, start = self._place
        before = start is not None and not start.port.output
        self.add_layer(type, top_left(type, point.x(), point.y(), start is not None, before), start)

    def add_layer(self, type: str, position: tuple[float, float], start: PortAt | None = None, name: str = "") -> str:
        """Add a layer, joined to the port `start`; it is selected. Returns its id, or nothing when it was refused."""
        made: list[str] = []

        def edit(document: Document) -> Document:
            document, id = placed(document, type, position, start, name)
            made.append(id)
            return document

        if not self.session.do(f"Add {type}", edit):
            return ""
        self.session.select(made)
        return made[-1]
