"""Tidy: a chain of layers in rows, like text. Pure functions from a document and sizes to positions and frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.canvas.geometry import BEAD, LINE
from nodes.bends import relaid
from nodes.document import Document, Frame, Position

Size = tuple[float, float]
GAP = 72.0
#: Between branches that stand in one column, and between two rows (room for the turning wire and frame titles).
BRANCH_GAP, ROW_GAP = 48.0, 104.0
ROW_WIDTH = 1320.0
#: A face grows while it trains; rows leave it room.
LEAST_ROW = 270.0
FRAME_MARGIN = (24.0, 36.0, 24.0, 24.0)


def positions(document: Document, sizes: Mapping[str, Size], width: float = ROW_WIDTH) -> dict[str, Position]:
    """Where each node should stand. Data flows to the right; a long chain wraps; branches stand below each other."""
    result: dict[str, Position] = {}
    y = 0.0
    for row in _rows(document, sizes, width):
        result.update(_place_row(row, sizes, y))
        y += max(LEAST_ROW, *(_stack_height(c, sizes) for c in row)) + ROW_GAP
    return result


def _columns(document: Document) -> list[list[str]]:
    """Nodes by their distance from the start, branches in the order of what feeds them."""
    depth: dict[str, int] = {}
    for id in [*document.order(), *document.cycle()]:
        depth[id] = 1 + max((depth.get(w.source, -1) for w in document.wires_into[id]), default=-1)
    columns: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for id, column in depth.items():
        columns[column].append(id)
    rank: dict[str, float] = {}
    for column_ids in columns:
        column_ids.sort(key=lambda i: _barycentre(document, i, rank))
        rank.update({id: float(i) for i, id in enumerate(column_ids)})
    return columns


def _barycentre(document: Document, id: str, rank: Mapping[str, float]) -> float:
    before = [rank[w.source] for w in document.wires_into[id] if w.source in rank]
    return sum(before) / len(before) if before else 0.0


def _rows(document: Document, sizes: Mapping[str, Size], width: float) -> list[list[list[str]]]:
    """Columns broken into rows: where the width ends, and where a frame ends."""
    frames = _frame_of_nodes(document, sizes)
    rows: list[list[list[str]]] = []
    x, last = 0.0, None
    for column in _columns(document):
        wide = max(sizes[i][0] for i in column)
        frame = frames.get(column[0])
        if not rows or x + wide > width or (rows[-1] and frame != last and frame and last):
            rows.append([])
            x = 0.0
        rows[-1].append(column)
        x += wide + GAP
        last = frame
    return rows


def _place_row(row: Sequence[Sequence[str]], sizes: Mapping[str, Size], top: float) -> dict[str, Position]:
    """Every column's first node hangs on the row's line; the others stand under it."""
    result: dict[str, Position] = {}
    x = 0.0
    for column in row:
        wide, y = max(sizes[i][0] for i in column), top
        for id in column:
            result[id] = (x + (wide - sizes[id][0]) / 2, y)
            y += _room(sizes[id]) + BRANCH_GAP
        x += wide + GAP
    return result


def _room(size: Size) -> float:
    """A bead's name stands below it."""
    return size[1] + (2 * LINE if size[1] <= BEAD[1] else 0.0)


def _stack_height(column: Sequence[str], sizes: Mapping[str, Size]) -> float:
    return sum(_room(sizes[i]) + BRANCH_GAP for i in column) - BRANCH_GAP


# -- frames --------------------------------------------------------------------------------------------------------------
def _frame_of_nodes(document: Document, sizes: Mapping[str, Size]) -> dict[str, str]:
    return {id: frame.id for frame in document.frames for id in inside(document, frame, sizes)}


def inside(document: Document, frame: Frame, sizes: Mapping[str, Size]) -> list[str]:
    """The nodes whose middle lies in a frame."""
    x, y, w, h = frame.rect
    result = []
    for id, node in document.nodes.items():
        cx, cy = node.position[0] + sizes[id][0] / 2, node.position[1] + sizes[id][1] / 2
        if x <= cx <= x + w and y <= cy <= y + h:
            result.append(id)
    return result


def tidied(document: Document, sizes: Mapping[str, Size], width: float = ROW_WIDTH) -> Document:
    """The document laid out anew, each frame again around the nodes it held; bends that no longer fit are gone."""
    where = positions(document, sizes, width)
    nodes = {id: replace(node, position=where[id]) for id, node in document.nodes.items()}
    frames = tuple(
        f if f.note else _around(f, inside(document, f, sizes), where, sizes) for f in document.frames
    )
    bends = relaid(document, where)
    if nodes == document.nodes and frames == document.frames and bends == document.bends:
        return document
    return document.changed(nodes=nodes, frames=frames, bends=bends)


def _around(frame: Frame, ids: Sequence[str], where: Mapping[str, Position], sizes: Mapping[str, Size]) -> Frame:
    if not ids:
        return frame
    left, top, right, bottom = FRAME_MARGIN
    x0, y0 = min(where[i][0] for i in ids) - left, min(where[i][1] for i in ids) - top
    x1 = max(where[i][0] + sizes[i][0] for i in ids) + right
    y1 = max(where[i][1] + max(sizes[i][1], LEAST_ROW) for i in ids) + bottom
    return replace(frame, rect=(x0, y0, x1 - x0, y1 - y0))
