"""Tidy: a document laid out anew, in rows like text or from top to bottom, all of it or what is selected; frames stay around
what they held. Pure functions of a document and its nodes' sizes; `nodes.layout` has the method."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from app.canvas.geometry import BEAD, LINE
from nodes.document import Document, Frame, Node, Position, Wire
from nodes.layer import layer_type
from nodes.layout import Arrangement, Size, arranged
from nodes.layout.layers import Edge, Tick

#: A face grows while it trains; rows leave it room.
LEAST_ROW = 270.0
ROW_WIDTH = 1320.0
FRAME_MARGIN = (24.0, 36.0, 24.0, 24.0)
#: What moves out of the way of a pinned node keeps this far from it.
CLEAR = 48.0


@dataclass(frozen=True)
class Wish:
    """What is to be tidied: these nodes (None: all that are not pinned), to the right or `down`."""

    only: frozenset[str] | None = None
    down: bool = False


def positions(
    document: Document, sizes: Mapping[str, Size], tick: Tick = lambda share: None, down: bool = False
) -> dict[str, Position]:
    """Where each node should stand. Data flows to the right, a long chain wraps; or from top to bottom."""
    how = Arrangement(least_row=LEAST_ROW, line=LINE, down=down, width=ROW_WIDTH)
    rooms = {id: (width, height + 2 * LINE if height <= BEAD[1] else height) for id, (width, height) in sizes.items()}
    return arranged(rooms, _edges(document), how, tick, _frame_of_nodes(document, sizes))


def _edges(document: Document) -> list[Edge]:
    """What the layout goes by: wires from first outputs, to anything but a loss's target. A label's wire folds into two tags
    where it is long."""
    wires = (w for w in document.wires if w.source_port in _first(document, w.source) and not _to_target(document, w))
    return [(w.source, w.target) for w in wires]


def _to_target(document: Document, wire: Wire) -> bool:
    """Whether a given label leads into a loss: it need not stand near."""
    source, target = document.nodes[wire.source], document.nodes[wire.target]
    given = source.known and not layer_type(source.type).inputs and source.block is None
    return given and target.known and layer_type(target.type).category == "Loss" and wire.target_port == "target"


def _first(document: Document, id: str) -> tuple[str, ...]:
    """A node's first output that is wired; every one of a block, whose ends stand on another level, and of a layer that is not
    known."""
    wired = {w.source_port for w in document.wires_out_of[id]}
    if document.nodes[id].block is not None or not document.nodes[id].known:
        return tuple(wired)
    return tuple(p for p in document.outputs(id) if p in wired)[:1]


def tidied(
    document: Document, sizes: Mapping[str, Size], wish: Wish | None = None, tick: Tick = lambda share: None
) -> Document:
    """The document laid out anew, each frame again around the nodes it held; what is pinned stays where it is."""
    wish = wish or Wish()
    part = document if wish.only is None else _part(document, wish.only)
    if not part.nodes:
        return document
    where = positions(part, {i: sizes[i] for i in part.nodes}, tick, wish.down)
    where = _beside_pinned(document, _anchored(document, list(part.nodes), where, wish), sizes)
    nodes = {id: replace(n, position=where[id]) if id in where else n for id, n in document.nodes.items()}
    frames = document.frames
    if wish.only is None:
        frames = tuple(f if f.note else _around(f, inside(document, f, sizes), nodes, sizes) for f in document.frames)
    if nodes == document.nodes and frames == document.frames:
        return document
    return document.changed(nodes=nodes, frames=frames)


def _part(document: Document, ids: frozenset[str]) -> Document:
    """Some nodes and the wires among them."""
    wires = tuple(w for w in document.wires if w.source in ids and w.target in ids)
    return replace(document, nodes={i: n for i, n in document.nodes.items() if i in ids}, wires=wires, frames=())


def _anchored(document: Document, chosen: Sequence[str], where: Mapping[str, Position], wish: Wish) -> dict[str, Position]:
    """The layout moved to where it belongs: onto the pinned nodes; for a selection, to where that began."""
    pinned = [i for i in chosen if document.nodes[i].pinned]
    old = {i: document.nodes[i].position for i in (pinned or chosen)}
    if pinned:
        dx = sum(old[i][0] - where[i][0] for i in pinned) / len(pinned)
        dy = sum(old[i][1] - where[i][1] for i in pinned) / len(pinned)
    elif wish.only is not None:
        dx = min(x for x, _ in old.values()) - min(x for x, _ in where.values())
        dy = min(y for _, y in old.values()) - min(y for _, y in where.values())
    else:
        dx = dy = 0.0
    return {i: document.nodes[i].position if i in pinned else (where[i][0] + dx, where[i][1] + dy) for i in chosen}


def _beside_pinned(document: Document, where: Mapping[str, Position], sizes: Mapping[str, Size]) -> dict[str, Position]:
    """What would lie on a pinned node moves below it."""
    result = dict(where)
    still = [i for i in where if document.nodes[i].pinned]
    for id in sorted(where, key=lambda i: where[i][1]):
        for _ in range(len(still) if id not in still else 0):
            under = next((p for p in still if _overlap(result, sizes, id, p)), None)
            if under is None:
                break
            result[id] = (result[id][0], result[under][1] + sizes[under][1] + CLEAR)
    return result


def _overlap(where: Mapping[str, Position], sizes: Mapping[str, Size], a: str, b: str) -> bool:
    (ax, ay), (bx, by) = where[a], where[b]
    (aw, ah), (bw, bh) = sizes[a], sizes[b]
    return ax < bx + bw and bx < ax + aw and ay < by + bh and by < ay + ah


def scattered(document: Document, ids: Iterable[str]) -> bool:
    """Whether these nodes were ever put anywhere: several at one point were not."""
    places = [document.nodes[i].position for i in ids]
    return len(places) < 2 or len(set(places)) > 1


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


def _around(frame: Frame, ids: Sequence[str], nodes: Mapping[str, Node], sizes: Mapping[str, Size]) -> Frame:
    if not ids:
        return frame
    where = {i: nodes[i].position for i in ids}
    left, top, right, bottom = FRAME_MARGIN
    x0, y0 = min(where[i][0] for i in ids) - left, min(where[i][1] for i in ids) - top
    x1 = max(where[i][0] + sizes[i][0] for i in ids) + right
    y1 = max(where[i][1] + max(sizes[i][1], LEAST_ROW) for i in ids) + bottom
    return replace(frame, rect=(x0, y0, x1 - x0, y1 - y0))
