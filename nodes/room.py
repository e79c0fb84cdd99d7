"""Room on the canvas: what stands to the right in the same rows moves right, what stands below moves down; frames grow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from nodes.document import Document, Frame, Position

#: How far right of a node's corner, and how far below it, its neighbours begin; how high a node may become.
RIGHT, BELOW, TALL = 100.0, 100.0, 216.0
#: Longer rows of repetitions go on in another row.
LONGEST = 2400.0
#: From here to there, downwards.
Span = tuple[float, float]


def make_room(document: Document, parent: str, at: Position, width: float, height: float) -> Document:
    """Room for something so much wider and higher than the node at `at`, in the block `parent`. Order is kept, so nothing that
    did not overlap does afterwards."""
    down = _Down(at[1] + BELOW, height)
    here = {id: document.nodes[id].position for id in document.children.get(parent, ())}
    lower = {id: (x, down(y)) for id, (x, y) in here.items()}
    moving, rows = _moving({i: p for i, p in lower.items() if p[0] >= at[0] + RIGHT}, (at[1], at[1] + height + TALL))
    places = {id: (x + width if id in moving else x, y) for id, (x, y) in lower.items()}

    def grown(frame: Frame) -> Frame:
        left, top, wide, high = frame.rect
        first, last = down(top), down(top + high)
        sides = [x + width if x >= at[0] + RIGHT and _meets((first, last), rows) else x for x in (left, left + wide)]
        return replace(frame, rect=(sides[0], first, sides[1] - sides[0], last - first)) if frame.parent == parent else frame

    nodes = {**document.nodes, **{id: replace(document.nodes[id], position=place) for id, place in places.items()}}
    bends = {w: tuple((x + width * (w.target in moving), down(y)) for x, y in p) if w.target in here else p
             for w, p in document.bends.items()}  # fmt: skip
    return document.changed(nodes=nodes, frames=tuple(map(grown, document.frames)), bends=bends)


class _Down:
    """What lies below a line goes down."""

    def __init__(self, line: float, by: float) -> None:
        self._line, self._by = line, by

    def __call__(self, y: float) -> float:
        return y + self._by if y >= self._line else y


def _moving(right: dict[str, Position], row: Span) -> tuple[set[str], list[Span]]:
    """Which nodes to the right of a place stand in its rows, or beside one that does; and those rows."""
    rows, moving = [row], set[str]()
    while new := {i for i, (_, y) in right.items() if i not in moving and _meets((y, y + TALL), rows)}:
        moving |= new
        rows += [(right[i][1], right[i][1] + TALL) for i in new]
    return moving, rows


def _meets(span: Span, rows: Iterable[Span]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in rows)
