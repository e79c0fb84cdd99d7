"""Minimap: the whole network in a corner, and what is seen of it. It is there only while something is out of view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from app.canvas.ink import Ink
from app.tokens import Tokens

if TYPE_CHECKING:
    from app.canvas.commanded import CommandedStage

WIDTH, LOWEST, HIGHEST = 188, 56, 120
PAD = 8.0
#: No node is smaller than this, in pixels.
LEAST = 3.0
#: A canvas smaller than this has no room for it.
ROOM = (560, 320)


class Minimap(QWidget):
    """Layers in the colours of their categories, frames, and the view's rectangle. Drag to pan."""

    def __init__(self, view: CommandedStage, tokens: Tokens) -> None:
        super().__init__(view)
        self._view, self._ink = view, Ink(tokens)
        self.wanted = True
        self._world = QRectF()
        self._drawn = QPixmap()
        self._grip = QPointF()
        self.setCursor(Qt.CursorShape.SizeAllCursor)
        self.setAccessibleName("Minimap: drag to move the view")
        self.setToolTip("Drag to move the view")
        self.hide()
        view.zoom_changed.connect(lambda _: self.follow_view())
        for bar in (view.horizontalScrollBar(), view.verticalScrollBar()):
            bar.valueChanged.connect(lambda _: self.follow_view())

    def set_tokens(self, tokens: Tokens) -> None:
        self._ink = Ink(tokens)
        self._drawn = QPixmap()
        self.update()

    def set_wanted(self, on: bool) -> None:
        """Whether it may be there at all."""
        self.wanted = on
        self.follow_view()

    # -- following ---------------------------------------------------------------------------------------------------------
    def follow_document(self) -> None:
        self._world = self._view.canvas.contents()
        shape = self._world.height() / self._world.width() if self._world.width() else 0.0
        self.setFixedSize(WIDTH, round(min(max(shape * (WIDTH - 2 * PAD) + 2 * PAD, LOWEST), HIGHEST)))
        self._drawn = QPixmap()
        self.follow_view()

    def follow_view(self) -> None:
        """Show what is seen; with everything in view there is nothing to find here."""
        room = self._view.size()
        out = not self._world.isEmpty() and not self._view.seen().adjusted(-2, -2, 2, 2).contains(self._world)
        fits = room.width() >= ROOM[0] and room.height() >= ROOM[1]
        self.setVisible(self.wanted and out and fits)
        self.move(room.width() - self.width() - 12, room.height() - self.height() - 12)
        self.update()

    def _scale(self) -> float:
        return min((self.width() - 2 * PAD) / self._world.width(), (self.height() - 2 * PAD) / self._world.height())

    def on_map(self, rect: QRectF) -> QRectF:
        """Where a rectangle of the scene lies on the map."""
        scale, centre = self._scale(), QRectF(self.rect()).center()
        corner = centre + (rect.topLeft() - self._world.center()) * scale
        return QRectF(corner, rect.size() * scale)

    def _off_map(self, point: QPointF) -> QPointF:
        return self._world.center() + (point - QRectF(self.rect()).center()) * (1 / self._scale())

    # -- the hand ------------------------------------------------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Inside the rectangle it is taken where it is; elsewhere it comes to the pointer."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._view.stop_gliding()
        middle = self.on_map(self._view.seen()).center()
        self._grip = event.position() - middle if self.on_map(self._view.seen()).contains(event.position()) else QPointF()
        self._look(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._look(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.follow_view()

    def _look(self, at: QPointF) -> None:
        goal = self._off_map(at - self._grip)
        away = (goal - self._view.seen().center()) * self._view.zoom
        self._view.pan(-away.toPoint())

    # -- painting ------------------------------------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._world.isEmpty():
            return
        if self._drawn.isNull() or self._drawn.devicePixelRatio() != self.devicePixelRatio():
            self._drawn = self._drawing()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPixmap(0, 0, self._drawn)
        painter.setPen(self._ink.pen("accent", 1.5))
        painter.setBrush(self._ink.color("accent", 0.12))
        seen = self.on_map(self._view.seen()).intersected(QRectF(self.rect()).adjusted(2, 2, -2, -2))
        painter.drawRoundedRect(seen, 2, 2)
        painter.end()

    def _drawing(self) -> QPixmap:
        """All but the view's rectangle: that is drawn anew at every step, this at every change."""
        picture = QPixmap(self.size() * self.devicePixelRatio())
        picture.setDevicePixelRatio(self.devicePixelRatio())
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._ink.pen("line2"))
        painter.setBrush(self._ink.color("panel", 0.94))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setPen(self._ink.pen("ctl", 0.75))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for frame in self._view.canvas.frames.values():
            painter.drawRoundedRect(self.on_map(frame.rect()), 2, 2)
        painter.setPen(Qt.PenStyle.NoPen)
        for node in self._view.canvas.nodes.values():
            box = self.on_map(node.scene_body())
            grow = max(0.0, LEAST - box.width()) / 2, max(0.0, LEAST - box.height()) / 2
            painter.setBrush(self._ink.hue(node.look.category))
            painter.drawRect(box.adjusted(-grow[0], -grow[1], grow[0], grow[1]))
        painter.end()
        return picture
