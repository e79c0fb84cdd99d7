"""Where a layer stands that comes between two others: in line with them, and the row makes room for it."""

from __future__ import annotations

from math import ceil

from nodes import edits
from nodes.document import Document, Node
from nodes.frames import Rect, place_frames
from nodes.layer import layer_type

#: Widths as they are drawn, the least way between two layers, and how far down still counts as the same row.
CARD, BEAD, APART, ROW, GRID = 160.0, 36.0, 60.0, 120.0, 20.0


def settled(document: Document, source: str, id: str, target: str) -> Document:
    """The layer `id` between `source` and `target`, where they stand side by side: as near to its place as leaves a wire to be
    seen on both sides. What stands right of it goes further right if it must, and frames around grow."""
    a, new, b = document.node(source), document.node(id), document.node(target)
    if b.position[0] <= a.position[0] or abs(b.position[1] - a.position[1]) >= ROW:
        return document
    x = min(new.position[0], b.position[0] - APART - _width(new))
    x = max(x, a.position[0] + _width(a) + APART)
    y = a.position[1] if a.position[1] == b.position[1] else new.position[1]
    document = edits.move(document, {new.id: (x, y)})
    lacks = x + _width(new) + APART - b.position[0]
    return _pushed(document, new, b, GRID * ceil(lacks / GRID)) if lacks > 0 else document


def _width(node: Node) -> float:
    return BEAD if node.block is None and node.known and layer_type(node.type).bead else CARD


def _pushed(document: Document, new: Node, first: Node, far: float) -> Document:
    """`first` and what stands right of it in its row, `far` to the right."""
    (left, row), beside = first.position, document.children[first.parent]
    places = {i: document.nodes[i].position for i in beside if i != new.id}
    on = {i: (x + far, y) for i, (x, y) in places.items() if x >= left and abs(y - row) < ROW}
    around = {f.id: f.rect for f in document.frames if f.parent == first.parent and _holds(f.rect, first)}
    wider = {id: (x, y, width + far, height) for id, (x, y, width, height) in around.items()}
    return place_frames(edits.move(document, on), wider)


def _holds(rect: Rect, node: Node) -> bool:
    (x, y), (left, top, width, height) = node.position, rect
    return left <= x <= left + width and top <= y <= top + height
