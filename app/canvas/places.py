"""Places: which nodes are near a rectangle. Qt's own index divides the whole endless canvas, and answers ten times slower."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QRectF

from app.canvas.items.node import NodeItem

#: The side of a cell: a few nodes.
CELL = 512.0
Cell = tuple[int, int]


class Places:
    """Told of every node that came, moved, grew or went."""

    def __init__(self) -> None:
        self._cells: dict[Cell, dict[NodeItem, None]] = {}
        self._in: dict[NodeItem, tuple[int, int, int, int]] = {}

    def put(self, item: NodeItem) -> None:
        """A node is there, or elsewhere, or of another size."""
        sides = _sides(item.scene_body())
        if self._in.get(item) == sides:
            return
        self.drop(item)
        self._in[item] = sides
        for cell in _cells(sides):
            self._cells.setdefault(cell, {})[item] = None

    def drop(self, item: NodeItem) -> None:
        for cell in _cells(self._in.pop(item, (0, 0, -1, -1))):
            del self._cells[cell][item]

    def meeting(self, rect: QRectF) -> dict[NodeItem, QRectF]:
        """The nodes whose bodies meet a rectangle, with their bodies."""
        cells = (self._cells.get(cell, ()) for cell in _cells(_sides(rect)))
        found = {item: item.scene_body() for cell in cells for item in cell}
        return {item: body for item, body in found.items() if body.intersects(rect)}


def _sides(rect: QRectF) -> tuple[int, int, int, int]:
    return int(rect.left() // CELL), int(rect.top() // CELL), int(rect.right() // CELL), int(rect.bottom() // CELL)


def _cells(sides: tuple[int, int, int, int]) -> Iterator[Cell]:
    left, top, right, bottom = sides
    return ((x, y) for x in range(left, right + 1) for y in range(top, bottom + 1))
