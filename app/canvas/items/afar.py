"""AfarItem: the whole network seen from so far away that a node is a few pixels, painted at one go instead of item by item."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem

from app.canvas.ink import Ink
from app.canvas.items.node import NodeItem
from app.canvas.items.wire import WireItem

Item = NodeItem | WireItem
#: Items whose picture is worked out anew when one of them changes.
ON_A_SHEET = 256


class Sheet:
    """Some of the items: where they are and what stands out, all of one colour together."""

    def __init__(self) -> None:
        self.items: dict[Item, None] = {}
        self.stale = False
        self.lines: dict[str, QPainterPath] = {}
        self.boxes: dict[str, list[QRectF]] = {}
        self.rings: dict[str, list[QRectF]] = {}

    def renew(self) -> None:
        """Take over where everything is, and what stands out."""
        self.stale = False
        self.lines, self.boxes, self.rings = {}, {}, {}
        for item in self.items:
            if isinstance(item, NodeItem):
                self._take_node(item)
            elif not item.folded:
                self.lines.setdefault("accent" if item.chosen or item.marked else "ctl", QPainterPath()).addPath(item.path)

    def _take_node(self, node: NodeItem) -> None:
        body = node.scene_body()
        self.boxes.setdefault(node.look.category, []).append(body)
        if node.chosen or node.look.level == "error":
            self.rings.setdefault("accent" if node.chosen else "err", []).append(body)


class AfarItem(QGraphicsItem):
    """Thousands of items take Python some ten microseconds each; here Qt is given all of one colour in one call."""

    def __init__(self, world: QRectF, ink: Ink) -> None:
        super().__init__()
        self._world, self.ink = world, ink
        self._sheets: list[Sheet] = []
        self._on: dict[Item, Sheet] = {}
        self.setZValue(20)
        self.setVisible(False)

    def take(self, item: Item) -> None:
        """One more item."""
        if not self._sheets or len(self._sheets[-1].items) >= ON_A_SHEET:
            self._sheets.append(Sheet())
        sheet = self._on[item] = self._sheets[-1]
        sheet.items[item] = None
        self._spoil(sheet)

    def drop(self, item: Item) -> None:
        self.touch([item])
        del self._on.pop(item).items[item]
        self._sheets = [s for s in self._sheets if s.items] if len(self._on) < len(self._sheets) else self._sheets

    def touch(self, items: Iterable[Item]) -> None:
        """These have changed, or stand elsewhere. What that comes to is worked out when it is painted."""
        for item in items:
            if item in self._on:
                self._spoil(self._on[item])

    def _spoil(self, sheet: Sheet) -> None:
        """Its picture is old; where it was so already, a new one has been asked for."""
        if not sheet.stale:
            sheet.stale = True
            self.update()

    def boundingRect(self) -> QRectF:
        return self._world

    def paint(self, painter: QPainter, option: Any, widget: Any = None) -> None:
        for sheet in self._sheets:
            if sheet.stale:
                sheet.renew()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for role in ("ctl", "accent"):
            # A pen of width 0 is one pixel at every zoom, and by far the fastest.
            painter.setPen(QPen(self.ink.color(role), 0))
            for sheet in self._sheets:
                if role in sheet.lines:
                    painter.drawPath(sheet.lines[role])
        painter.setPen(Qt.PenStyle.NoPen)
        for category in dict.fromkeys(c for sheet in self._sheets for c in sheet.boxes):
            painter.setBrush(self.ink.hue(category))
            self._draw(painter, [s.boxes[category] for s in self._sheets if category in s.boxes])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for role in ("err", "accent"):
            pen = QPen(self.ink.color(role), 2)
            pen.setCosmetic(True)
            painter.setPen(pen)
            self._draw(painter, [s.rings[role] for s in self._sheets if role in s.rings])

    def _draw(self, painter: QPainter, bodies: Iterable[list[QRectF]]) -> None:
        for some in bodies:
            painter.drawRects(some)
