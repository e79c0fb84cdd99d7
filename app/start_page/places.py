"""Where cards stand: as many in a row as have room, each row as high as its highest card needs. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

#: The least width of a card, the room between cards, before a heading, and the heading's height.
LEAST, GAP, ABOVE, HEADING = 204, 12, 16, 28
#: So many stand in a row, unless they would be wider than that.
MOST, WIDEST = 6, 300
EDGE = 28


@dataclass(frozen=True)
class Place:
    """Left, top, width, height."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Places:
    """Of each section the place of its heading, and those of its cards, row by row; how high all of it is."""

    headings: tuple[Place, ...]
    rows: tuple[tuple[tuple[Place, ...], ...], ...]
    height: int


def in_a_row(width: int) -> int:
    """How many cards stand side by side."""
    room = width - 2 * EDGE + GAP
    return max(1, min(room // (LEAST + GAP), max(MOST, room // (WIDEST + GAP))))


def arrange(width: int, counts: Sequence[int], height_of: Callable[[int, int, int], int]) -> Places:
    """`counts`: how many cards each section has; `height_of` says what a card needs: section, number, width."""
    columns = in_a_row(width)
    wide = (width - 2 * EDGE - GAP * (columns - 1)) // columns
    headings, sections, y = [], [], 0
    for s, count in enumerate(counts):
        headings.append(Place(EDGE, y, width - 2 * EDGE, HEADING))
        y += HEADING
        rows = []
        for first in range(0, count, columns):
            here = range(first, min(first + columns, count))
            high = max(height_of(s, i, wide) for i in here)
            rows.append(tuple(Place(EDGE + (i - first) * (wide + GAP), y, wide, high) for i in here))
            y += high + GAP
        sections.append(tuple(rows))
        y += ABOVE - GAP
    return Places(tuple(headings), tuple(sections), y)


def step(rows: Sequence[int], at: tuple[int, int], key: str) -> tuple[int, int]:
    """From a card (row, column) to the one that an arrow leads to; `rows` are the numbers of cards in each row."""
    row, column = at
    if key in ("left", "right"):
        column += 1 if key == "right" else -1
        if column < 0 and row > 0:
            return row - 1, rows[row - 1] - 1
        if column >= rows[row] and row + 1 < len(rows):
            return row + 1, 0
        return row, min(max(column, 0), rows[row] - 1)
    row = min(max(row + (1 if key == "down" else -1), 0), len(rows) - 1)
    return row, min(column, rows[row] - 1)
