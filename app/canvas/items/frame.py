"""FrameItem: a comment frame behind the nodes, its title and text along its upper edge; or a note, which is text alone."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem

from app.canvas.geometry import FAR, NEAR
from app.canvas.ink import Ink, shortened, text_width, wrapped_height
from app.glyphs import paint_glyph
from nodes.document import Frame

RADIUS = 12.0
#: The strip along the upper edge that holds title and text, and by which a frame is taken.
HEADING = 28.0
NOTE_PAD = 10.0
VAST = 1e9
EMPTY_NOTE = "Double-click to write"


class FrameItem(QGraphicsItem):
    """One frame or note. The scene tells it where the pointer is; it takes no mouse itself."""

    def __init__(self, frame: Frame, ink: Ink) -> None:
        super().__init__()
        self.frame, self.ink = frame, ink
        self.hovered = self.chosen = False
        self._stack()

    def present(self, frame: Frame) -> None:
        if frame != self.frame:
            self.prepareGeometryChange()
            self.frame = frame
            self._stack()
            self.update()

    def _stack(self) -> None:
        """A smaller frame lies on a larger one, and a note on both."""
        self.setZValue(-9 if self.frame.note else -10 - min(self.area() / VAST, 1.0))

    def area(self) -> float:
        return self.frame.rect[2] * self.frame.rect[3]

    def show_state(self, **state: bool) -> None:
        """Change hovered or chosen, and repaint only if something did."""
        if any(getattr(self, name) != value for name, value in state.items()):
            for name, value in state.items():
                setattr(self, name, value)
            self.update()

    # -- where it is -------------------------------------------------------------------------------------------------------
    def rect(self) -> QRectF:
        """What it covers; a note is never lower than its text."""
        rect = QRectF(*self.frame.rect)
        if self.frame.note:
            text = self.frame.text or EMPTY_NOTE
            rect.setHeight(max(rect.height(), wrapped_height(text, "body", rect.width() - 2 * NOTE_PAD) + 2 * NOTE_PAD))
        return rect

    def heading(self) -> QRectF:
        """Where it is taken by the hand: a frame's upper strip, all of a note."""
        rect = self.rect()
        if not self.frame.note:
            rect.setHeight(min(HEADING, rect.height()))
        return rect

    def sides_at(self, point: QPointF, reach: float) -> frozenset[str]:
        """The sides under a point: one, two at a corner, or none."""
        rect = self.rect()
        if not rect.adjusted(-reach, -reach, reach, reach).contains(point):
            return frozenset()
        near = {
            "left": abs(point.x() - rect.left()), "right": abs(point.x() - rect.right()),
            "top": abs(point.y() - rect.top()), "bottom": abs(point.y() - rect.bottom()),
        }  # fmt: skip
        return frozenset(side for side, away in near.items() if away <= reach)

    def boundingRect(self) -> QRectF:
        return self.rect().adjusted(-2, -2, 2, 2)

    # -- painting ----------------------------------------------------------------------------------------------------------
    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        zoom = option.levelOfDetailFromTransform(painter.worldTransform())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.frame.note:
            self._paint_note(painter, zoom)
            return
        painter.setPen(self.ink.pen("accent", 2.0) if self.chosen else self.ink.pen("text3" if self.hovered else "line"))
        role, share = ("panel", 0.5) if self.ink.tokens.dark else ("line", 0.35)
        painter.setBrush(self.ink.mixed(role, "canvas", share))
        painter.drawRoundedRect(self.rect(), RADIUS, RADIUS)
        if zoom >= FAR:
            self._words(painter, zoom < NEAR)

    def _words(self, painter: QPainter, large: bool) -> None:
        """The title, and as much of the text as stands beside it (the tip has all)."""
        role, second = ("big", "big-name") if large else ("caption-strong", "caption")
        x, y = self.rect().left() + 12, self.rect().top() + (12 if large else 13)
        room = self.rect().right() - 12 - x
        title = shortened(self.frame.title, role, room)
        self.ink.text(painter, x, y, title, role, "text2")
        used = text_width(title, role) + 8 if title else 0.0
        text = shortened(" ".join(self.frame.text.split()), second, room - used)
        self.ink.text(painter, x + used, y, text, second, "text3")

    def _paint_note(self, painter: QPainter, zoom: float) -> None:
        """Text on the ground; its outline is seen under the pointer and when it is selected. From afar, a sign."""
        rect = self.rect()
        if self.chosen or self.hovered or not self.frame.text:
            painter.setPen(self.ink.pen("accent", 2.0) if self.chosen else self.ink.pen("ctl", 1.0, dashed=True))
            painter.setBrush(self.ink.color("canvas", 0.0))
            painter.drawRoundedRect(rect, 4, 4)
        inner = rect.adjusted(NOTE_PAD, NOTE_PAD, -NOTE_PAD, -NOTE_PAD)
        if zoom >= NEAR:
            text = self.frame.text or EMPTY_NOTE
            self.ink.paragraph(painter, inner, text, "body", "text2" if self.frame.text else "text3")
            return
        side = min(24.0, inner.height())
        paint_glyph(painter, QRectF(inner.left(), inner.top(), side, side), "note", self.ink.color("text3"))
        if zoom >= FAR:
            words = shortened(" ".join(self.frame.text.split()), "big-name", inner.width() - side - 6)
            self.ink.text(painter, inner.left() + side + 6, inner.top() + side / 2, words, "big-name", "text2")
