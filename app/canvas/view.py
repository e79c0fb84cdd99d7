"""CanvasView: turns presses, keys and drops into gestures and commands, and shows what stands over the canvas."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QResizeEvent,
    QSinglePointEvent,
    QTransform,
    QWheelEvent,
)  # fmt: skip
from PySide6.QtWidgets import QToolTip, QWidget

from app.canvas import spoken
from app.canvas.breadcrumb import Breadcrumb
from app.canvas.dropping import Dropping
from app.canvas.geometry import AFAR
from app.canvas.gestures import Gesture, Pointer
from app.canvas.hover import Hover, tip_at
from app.canvas.keyed import KeyedStage
from app.canvas.layout import scattered
from app.canvas.overlays import EmptyHint, Title, ZoomControl
from app.canvas.pressing import gesture_for
from app.canvas.stage import WHEEL_STEP
from app.session import Session
from app.tokens import Tokens
from nodes.document import Document

#: What a child of the canvas leaves alone is the canvas's; QAbstractScrollArea would throw it away.
FROM_CHILDREN = {
    QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease, QEvent.Type.MouseButtonDblClick,
    QEvent.Type.Wheel, QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.DragLeave, QEvent.Type.Drop,
}  # fmt: skip


class CanvasView(KeyedStage):
    """The canvas as a widget."""

    node_activated = Signal(str)
    example_requested = Signal()
    #: What accessibility tools see of it (`app.canvas.accessible`); one may look before __init__ is through.
    interface: object = None

    def __init__(self, session: Session, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(session, tokens, parent)
        self.space_held = False
        self._space_used = False
        self._unseen: object = None
        self._hover = Hover(self.canvas)
        self._shown: Document | None = None
        self._level = ""
        self._left_at: dict[str, tuple[QTransform, QPointF]] = {}
        self._dropping = Dropping(self)
        self.setObjectName("canvas")
        self.setAccessibleName("Canvas: the network")
        self.viewport().setAccessibleName("Drawing of the network")
        self.setAcceptDrops(True)
        self.viewport().setAcceptDrops(True)
        self._make_overlays()
        session.document_changed.connect(self._document_changed)
        session.selection_changed.connect(self._say_selection)
        session.level_changed.connect(self._level_changed)
        self._document_changed(session.document)

    def _make_overlays(self) -> None:
        self.title = Title(self, self.tokens)
        self.breadcrumb = Breadcrumb(self)
        self.breadcrumb.wanted.connect(self.session.enter)
        self.zoom_control = ZoomControl(self)
        self.empty = EmptyHint(self, self.tokens)
        self.zoom_control.raise_()
        self.title.rename.connect(self.rename_network)
        self.zoom_control.zoom_by.connect(self.zoom_by)
        self.zoom_control.reset.connect(self.reset_zoom)
        self.zoom_control.fit.connect(self.fit_all)
        self.zoom_changed.connect(self.zoom_control.show_zoom)
        self.zoom_changed.connect(lambda zoom: self.canvas.show_from_afar(zoom < AFAR))
        self.empty.add_data.connect(lambda: self.add_layer("Dataset", (0.0, 0.0), name="Digits"))
        self.empty.search.connect(lambda: self.open_search())
        self.empty.example.connect(self.example_requested)

    def _document_changed(self, document: Document) -> None:
        if self.gesture is not None and not (self._shown and document.same_drawing(self._shown)):
            # A run's checkpoints disturb nobody; another drawing ends what the hand was doing.
            self._end(lambda g: g.cancel())
        self._shown = document
        self._tried.clear()
        self.title.show_document(document)
        self.breadcrumb.show_level(document, self.session.level)
        self.empty.setVisible(not document.nodes)
        # Another history means another file: show all of it.
        if self._unseen is not self.session.history and self.isVisible():
            self._unseen = self.session.history
            self.fit_all()
            self._lay_out_what_has_no_place()

    def _lay_out_what_has_no_place(self) -> None:
        """A network that was never laid out (written by a program) is, when it is opened."""
        if not scattered(self.session.document, self.session.here):
            QTimer.singleShot(0, self, self.tidy)

    def _level_changed(self, level: str) -> None:
        """A block was opened or left: what was seen outside is seen again."""
        self._end(lambda g: g.cancel())
        document = self.session.document
        self.title.setVisible(not level)
        self.breadcrumb.show_level(document, level)
        before, self._level = self._level, level
        self._left_at[before] = (self.transform(), self.mapToScene(self.viewport().rect().center()))
        seen = self._left_at.get(level)
        if seen is not None and before in document.nodes and level in ("", *document.chain(before)):
            self.setTransform(seen[0])
            self.centerOn(seen[1])
            self.zoom_changed.emit(self.zoom)
        else:
            self.fit_all()

    def _say_selection(self, chosen: frozenset[str]) -> None:
        """Tell accessibility tools what is selected."""
        looks = [item.look for id, item in self.canvas.nodes.items() if id in chosen]
        words = spoken.selection(looks, self.session.checked)
        self.setAccessibleDescription(words)
        self.told.emit(words)

    def set_tokens(self, tokens: Tokens) -> None:
        """Dark or light."""
        self.tokens = tokens
        self.canvas.set_tokens(tokens)
        for overlay in (self.title, self.empty, self.search, self.find_bar):
            overlay.set_tokens(tokens)
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
            self.fit_all()

    # -- pointer ---------------------------------------------------------------------------------------------------------
    def pointer(self, event: QSinglePointEvent) -> Pointer:
        position = event.position()
        return Pointer(self.mapToScene(position.toPoint()), position.toPoint(), event.modifiers())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.pointed = True
        if self.gesture is not None and not self.gesture.held:
            self._end(lambda g: g.cancel())
        if self.gesture is None:
            self._hover.clear()
            self._space_used = self._space_used or self.space_held
            self.gesture = gesture_for(self, self.pointer(event), event.button())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointed = True
        if self.gesture is None:
            self._hover.follow(self.pointer(event).scene)
        elif not self.gesture.held:
            pass
        elif not event.buttons():
            # The button was let go where we could not see it.
            self._end(lambda g: g.cancel())
        else:
            self.gesture.move(self.pointer(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at = self.pointer(event)
        self._end(lambda g: g.release(at))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        at = self.pointer(event)
        node = self.canvas.node_at(at.scene)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if node is not None and self.session.document.nodes[node].block is not None:
            self._end(lambda g: g.cancel())
            self.session.enter(node)
        elif node is not None:
            self.node_activated.emit(node)
        elif self.canvas.port_at(at.scene) is None and self.canvas.wire_at(at.scene) is None:
            self.open_search(at.scene)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        # The right button is a gesture: it asks for the menu itself, when it is let go where it was pressed.
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self.ask_for_menu()

    def _end(self, how: Callable[[Gesture], None]) -> None:
        """Finish the gesture. It is forgotten first: what it does may start a dialog or change the document."""
        gesture, self.gesture = self.gesture, None
        if gesture is not None:
            how(gesture)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A wheel zooms at the pointer; two fingers pan (with Ctrl they zoom)."""
        touch = event.phase() != Qt.ScrollPhase.NoScrollPhase and not event.pixelDelta().isNull()
        if touch and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.pan(event.pixelDelta())
        elif event.angleDelta().y():
            self.zoom_at(WHEEL_STEP ** (event.angleDelta().y() / 120), event.position())
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom_at(1.0 + event.value(), event.position())
            return True
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), tip_at(self.canvas, self.mapToScene(event.pos())), self)
            return True
        if event.type() == QEvent.Type.Leave:
            self._hover.clear()
            self.pointed = False
        return super().viewportEvent(event)

    # -- keys ------------------------------------------------------------------------------------------------------------
    def event(self, event: QEvent) -> bool:
        if event.type() in FROM_CHILDREN:
            return self.viewportEvent(event)
        if isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride and self.gesture is not None:
                # While a wire or a layer is in the hand, keys belong to the gesture.
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Tab and self.gesture is not None:
                return self.gesture.key(event.key())
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self._escape()
        elif self.gesture is not None and self.gesture.key(key):
            pass
        elif key == Qt.Key.Key_Space:
            self.space_held = True
            self._space_used = self._space_used and event.isAutoRepeat()
        else:
            # Not QGraphicsView's own: its keys scroll.
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Space alone searches; Space held while dragging panned."""
        if event.key() != Qt.Key.Key_Space or event.isAutoRepeat():
            event.ignore()
            return
        alone = self.space_held and not self._space_used
        self.space_held = self._space_used = False
        if alone and self.gesture is None:
            self.open_search()

    def _escape(self) -> None:
        if self.gesture is not None:
            self._end(lambda g: g.cancel())
        elif self.tidying.cancel():
            pass
        elif self.session.selection or self.canvas.chosen_wires:
            self.canvas.choose_wires(())
            self.session.select(())
        else:
            self.session.leave()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.space_held = self._space_used = False
        if self.gesture is not None and not self.gesture.held:
            self._end(lambda g: g.cancel())

    # -- dropping a layer (`Dropping` does it) ----------------------------------------------------------------------------
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        event.setAccepted(self._dropping.enter(event.mimeData()))

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.setAccepted(self._dropping.move(self.mapToScene(event.position().toPoint())))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._dropping.leave()

    def dropEvent(self, event: QDropEvent) -> None:
        if self._dropping.drop(self.mapToScene(event.position().toPoint())):
            event.acceptProposedAction()
