"""FrameItem: a comment frame behind the nodes, its title and text along its upper edge."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem

from app.canvas.geometry import FAR, NEAR
from app.canvas.ink import Ink, text_width
from nodes.document import Frame

RADIUS = 12.0


class FrameItem(QGraphicsItem):
    """One frame. It takes no mouse: boxes are drawn over it."""

    def __init__(self, frame: Frame, ink: Ink) -> None:
        super().__init__()
        self.frame, self.ink = frame, ink
        self.setZValue(-10)

    def present(self, frame: Frame) -> None:
        if frame != self.frame:
            self.prepareGeometryChange()
            self.frame = frame
            self.update()

    def rect(self) -> QRectF:
        return QRectF(*self.frame.rect)

    def boundingRect(self) -> QRectF:
        return self.rect().adjusted(-2, -2, 2, 2)

    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        zoom = option.levelOfDetailFromTransform(painter.worldTransform())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self.ink.pen("line"))
        role, share = ("panel", 0.5) if self.ink.tokens.dark else ("line", 0.35)
        painter.setBrush(self.ink.mixed(role, "canvas", share))
        painter.drawRoundedRect(self.rect(), RADIUS, RADIUS)
        if zoom >= FAR:
            self._words(painter, zoom < NEAR)

    def _words(self, painter: QPainter, large: bool) -> None:
        role, second = ("big", "big") if large else ("caption-strong", "caption")
        x, y = self.rect().left() + 12, self.rect().top() + (12 if large else 13)
        self.ink.text(painter, x, y, self.frame.title, role, "text2")
        x += text_width(self.frame.title, role) + 8
        if x + text_width(self.frame.text, second) < self.rect().right() - 8:
            self.ink.text(painter, x, y, self.frame.text, second, "text3")
