"""OverlayItem: what a gesture draws over everything (rubber band, dragged wire, ghosts), asked of the gesture itself."""

from __future__ import annotations

from typing import Any, Protocol

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem


class Picture(Protocol):
    """Something that draws itself in scene coordinates."""

    def bounds(self) -> QRectF: ...

    def paint(self, painter: QPainter) -> None: ...


class OverlayItem(QGraphicsItem):
    """The uppermost item."""

    def __init__(self) -> None:
        super().__init__()
        self._picture: Picture | None = None
        self._bounds = QRectF()
        self.setZValue(100)

    def draw(self, picture: Picture | None) -> None:
        """Draw `picture` as it now is; None draws nothing."""
        self.prepareGeometryChange()
        self._picture = picture
        self._bounds = picture.bounds() if picture else QRectF()
        self.update()

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        if self._picture:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._picture.paint(painter)
