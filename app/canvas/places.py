"""Places: which nodes are near a rectangle. Qt's own index divides the whole endless canvas, and answers ten times slower."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QRectF

from app.canvas.items.node import NodeItem

#: The side of a cell: a few nodes.
CELL = 512.0
Cell = tuple[int, int]
#: Left, upper, right and lower side, in numbers: very many are compared, and each question to Qt costs more than all of it.
Sides = tuple[float, float, float, float]


class Places:
    """Told of every node that came, moved, grew or went."""

    def __init__(self) -> None:
        self._cells: dict[Cell, dict[NodeItem, None]] = {}
        self._sides: dict[NodeItem, Sides] = {}

    def put(self, item: NodeItem) -> None:
        """A node is there, or elsewhere, or of another size."""
        x, y, (width, height) = item.x(), item.y(), item.size
        sides, before = (x, y, x + width, y + height), self._sides.get(item)
        if sides == before:
            return
        if before is None or _range(before) != _range(sides):
            self.drop(item)
            for cell in _cells(sides):
                self._cells.setdefault(cell, {})[item] = None
        self._sides[item] = sides

    def drop(self, item: NodeItem) -> None:
        sides = self._sides.pop(item, None)
        for cell in _cells(sides) if sides else ():
            del self._cells[cell][item]

    def meeting(self, rect: QRectF) -> dict[NodeItem, QRectF]:
        """The nodes whose bodies meet a rectangle, with their bodies."""
        left, top = rect.x(), rect.y()
        right, bottom = left + rect.width(), top + rect.height()
        found = {}
        for cell in _cells((left, top, right, bottom)):
            for item in self._cells.get(cell, ()):
                a, b, c, d = self._sides[item]
                if a < right and left < c and b < bottom and top < d:
                    found[item] = QRectF(a, b, c - a, d - b)
        return found


def _range(sides: Sides) -> tuple[int, int, int, int]:
    left, top, right, bottom = sides
    return int(left // CELL), int(top // CELL), int(right // CELL), int(bottom // CELL)


def _cells(sides: Sides) -> Iterator[Cell]:
    left, top, right, bottom = _range(sides)
    return ((x, y) for x in range(left, right + 1) for y in range(top, bottom + 1))
