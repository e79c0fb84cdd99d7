"""OverlaidStage: what stands over the canvas and does not zoom, put in its corners and told what it needs to know."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from app.canvas import actions
from app.canvas.breadcrumb import Breadcrumb
from app.canvas.geometry import AFAR, snapped
from app.canvas.keyed import KeyedStage
from app.canvas.layout import scattered
from app.canvas.minimap import Minimap
from app.canvas.node_bar import NodeBar
from app.canvas.overlays import EmptyHint, Title, ZoomControl
from app.session import Session
from app.tokens import Tokens
from nodes.document import Document


class OverlaidStage(KeyedStage):
    """A stage with title, zoom control, minimap, a bar at the node under the pointer, and a hint while it is empty."""

    example_requested = Signal()
    #: The id of the layer about which somebody wants to know more.
    help_requested = Signal(str)

    def __init__(self, session: Session, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(session, tokens, parent)
        self._unseen: object = None
        self._level = ""
        #: Zoom and middle of what was seen when a block (or the whole network) was left.
        self._left_at: dict[str, tuple[float, QPointF]] = {}
        self.title = Title(self, tokens)
        self.breadcrumb = Breadcrumb(self)
        self.zoom_control = ZoomControl(self)
        self.empty = EmptyHint(self, tokens)
        self.minimap = Minimap(self, tokens)
        self.node_bar = NodeBar(self, tokens)
        self.zoom_control.raise_()
        self._join()

    def _join(self) -> None:
        self.canvas.completed.connect(self._all_drawn)
        self.breadcrumb.wanted.connect(self.session.enter)
        self.title.rename.connect(self.rename_network)
        self.zoom_control.zoom_by.connect(self.zoom_by)
        self.zoom_control.reset.connect(self.reset_zoom)
        self.zoom_control.fit.connect(self.fit_all)
        self.zoom_changed.connect(self.zoom_control.show_zoom)
        self.zoom_changed.connect(lambda zoom: self.canvas.show_from_afar(zoom < AFAR))
        self.empty.add_data.connect(self._add_digits)
        self.empty.search.connect(lambda: self.open_search())
        self.empty.example.connect(self.example_requested)
        self.node_bar.pressed.connect(self._bar_pressed)

    def _all_drawn(self) -> None:
        """The last of a large network is there: nodes have the size that they have."""
        self.minimap.follow_document()
        if self.whole and self.gesture is None:
            self.show_all()

    def _add_digits(self) -> None:
        """The built-in data, where the hint has drawn it: right of it is room for the layers."""
        at = self.mapToScene(self.empty.first_step())
        self.add_layer("Dataset", snapped(at.x(), at.y()), name="Digits")

    def _bar_pressed(self, name: str, node: str) -> None:
        """A button of the bar is about the node it stands at, whatever is selected."""
        if name == "help":
            self.help_requested.emit(node)
            return
        self.canvas.choose()
        self.session.select([node])
        if name == "delete":
            actions.delete(self.session, self.canvas)
        else:
            self.toggle_bypass()

    def make_way(self, down: int) -> None:
        """So much at the top is covered: what is opened there stands below it."""
        self.covered = max(0, down)
        self.place_find()

    def show_document(self, document: Document) -> None:
        """Tell them what is drawn now."""
        self.node_bar.leave()
        self.title.show_document(document, len(self.session.checked.built.plain.document.nodes))
        self.breadcrumb.show_level(document, self.session.level)
        self.empty.setVisible(not document.nodes)
        self.minimap.follow_document()
        # Another history means another file: show all of it.
        if self._unseen is not self.session.history and self.isVisible():
            self._unseen = self.session.history
            self.show_all()
            self._lay_out_what_has_no_place()

    def _lay_out_what_has_no_place(self) -> None:
        """A network that was never laid out (written by a program) is, when it is opened."""
        if not scattered(self.session.document, self.session.here):
            QTimer.singleShot(0, self, self.tidy)

    def show_level(self, level: str) -> None:
        """A block was opened or left: what was seen outside is seen again."""
        document = self.session.document
        self.node_bar.leave()
        self.title.setVisible(not level)
        self.breadcrumb.show_level(document, level)
        before, self._level = self._level, level
        self._left_at[before] = (self.zoom, self.seen().center())
        seen = self._left_at.get(level)
        self.minimap.follow_document()
        if seen is not None and before in document.nodes and level in ("", *document.chain(before)):
            self.stop_gliding()
            self._look_at(*seen)
        else:
            self.show_all()

    def set_tokens(self, tokens: Tokens) -> None:
        """Dark or light."""
        self.tokens = tokens
        self.canvas.set_tokens(tokens)
        for overlay in (self.title, self.empty, self.search, self.find_bar, self.minimap, self.node_bar):
            overlay.set_tokens(tokens)
        self.resetCachedContent()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.zoom_control.adjustSize()
        self.zoom_control.move(12, self.height() - self.zoom_control.height() - 12)
        self.empty.fit(self.rect())
        self.place_find()
        if self._unseen is not self.session.history:
            self._unseen = self.session.history if self.isVisible() else None
            self.whole = True
        if self.whole and self.gesture is None:
            self.show_all()
        self.minimap.follow_view()
