"""CanvasView: turns presses, keys and drops into gestures and commands, and shows what stands over the canvas."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
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
    QSinglePointEvent,
    QWheelEvent,
)  # fmt: skip
from PySide6.QtWidgets import QToolTip, QWidget

from app.canvas import spoken
from app.canvas.dropping import Dropping
from app.canvas.gestures import Gesture, Pointer
from app.canvas.hover import Hover, cursor_over, tip_at
from app.canvas.overlaid import OverlaidStage
from app.canvas.pressing import EDGE, double_gesture, frame_at, gesture_for
from app.canvas.stage import WHEEL_STEP
from app.session import Session
from app.tokens import Tokens
from nodes.document import Document

#: What a child of the canvas leaves alone is the canvas's; QAbstractScrollArea would throw it away.
FROM_CHILDREN = {
    QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease, QEvent.Type.MouseButtonDblClick,
    QEvent.Type.Wheel, QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.DragLeave, QEvent.Type.Drop,
}  # fmt: skip


class CanvasView(OverlaidStage):
    """The canvas as a widget."""

    node_activated = Signal(str)
    #: What accessibility tools see of it (`app.canvas.accessible`); one may look before __init__ is through.
    interface: object = None

    def __init__(self, session: Session, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(session, tokens, parent)
        self.space_held = False
        self._space_used = False
        self._hover = Hover(self.canvas)
        self._shown: Document | None = None
        self._dropping = Dropping(self)
        self.setObjectName("canvas")
        self.setAccessibleName("Canvas: the network")
        self.viewport().setAccessibleName("Drawing of the network")
        self.setAcceptDrops(True)
        self.viewport().setAcceptDrops(True)
        session.document_changed.connect(self._document_changed)
        session.selection_changed.connect(lambda _: self._say_selection())
        self.canvas.choice_changed.connect(self._say_selection)
        session.level_changed.connect(self._level_changed)
        self._document_changed(session.document)

    def _document_changed(self, document: Document) -> None:
        if self.gesture is not None and not (self._shown and document.same_drawing(self._shown)):
            # A run's checkpoints disturb nobody; another drawing ends what the hand was doing.
            self._end(lambda g: g.cancel())
        self._shown = document
        self._tried.clear()
        self._hover.clear()
        self.show_document(document)

    def _level_changed(self, level: str) -> None:
        """A block was opened or left."""
        self._end(lambda g: g.cancel())
        self._hover.clear()
        self.show_level(level)

    def _say_selection(self) -> None:
        """Tell accessibility tools what is selected."""
        chosen, marks = self.session.selection, self.canvas.chosen_frames | self.canvas.chosen_bends
        looks = [item.look for id, item in self.canvas.nodes.items() if id in chosen]
        others = [spoken.mark(self.canvas, m) for m in self.marks() if m in marks]
        words = spoken.selection(looks, self.session.checked, others)
        self.setAccessibleDescription(words)
        self.told.emit(words)

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
            self._at_rest()
            self._space_used = self._space_used or self.space_held
            self.gesture = gesture_for(self, self.pointer(event), event.button())

    def _at_rest(self) -> None:
        """Nothing glides under the hand, and nothing stands in its way."""
        self.stop_gliding()
        self.canvas.glide.finish()
        self._hover.clear()
        self.node_bar.leave()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointed = True
        if self.gesture is None:
            self._follow(self.pointer(event))
        elif not self.gesture.held:
            pass
        elif not event.buttons():
            # The button was let go where we could not see it.
            self._end(lambda g: g.cancel())
        else:
            self.gesture.move(self.pointer(event))

    def _follow(self, at: Pointer) -> None:
        """The pointer moves, and no button is held."""
        frame = frame_at(self, at)
        self._hover.follow(at.scene, frame)
        self.node_bar.rest_on(self._hover.node, at.view)
        self.viewport().setCursor(cursor_over(frame if self._hover.on_frame else None))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at = self.pointer(event)
        self._end(lambda g: g.release(at))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        at = self.pointer(event)
        node = self.canvas.node_at(at.scene)
        if event.button() != Qt.MouseButton.LeftButton or self.gesture is not None:
            return
        if node is not None and self.session.document.nodes[node].block is not None:
            self._end(lambda g: g.cancel())
            self.session.enter(node)
        elif node is not None:
            self.node_activated.emit(node)
        elif self.canvas.port_at(at.scene) is None:
            self._double_on_ground(at)

    def _double_on_ground(self, at: Pointer) -> None:
        """A wire is bent, a frame or a note is written, the ground takes a layer."""
        frame = frame_at(self, at)
        if self.canvas.bend_at(at.scene) is not None or self.canvas.wire_at(at.scene) is not None:
            self.gesture = double_gesture(self, at)
        elif frame is not None:
            self.edit_frame(frame.id)
        else:
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
            point = self.mapToScene(event.pos())
            QToolTip.showText(event.globalPos(), tip_at(self.canvas, point, EDGE / self.zoom), self)
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
        # A field over the canvas passes on the release of a Space that was typed in it.
        if event.key() != Qt.Key.Key_Space or event.isAutoRepeat() or not self.space_held:
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
        elif self.session.selection or self.canvas.any_chosen:
            self.canvas.choose()
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
