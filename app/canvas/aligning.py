"""Aligning: selected nodes brought into line. Pure functions from a document and sizes to positions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from nodes.document import Document, Position, Wire

Size = tuple[float, float]


def straightened(
    document: Document, ids: Iterable[str], sizes: Mapping[str, Size], ports: Callable[[Wire], tuple[float, float]]
) -> dict[str, Position]:
    """Each node at the height at which the first wire into it runs level; the others stay. `ports` gives how far below
    their nodes' tops a wire's two ends hang. Only wires that run ahead count, and no node is moved onto another.

    A single node goes to the line of what feeds it, else of what it feeds.
    """
    chosen = set(ids)
    places = {i: n.position for i, n in document.nodes.items()}
    for id in [i for i in document.order() if i in chosen]:
        for wire in document.wires_into[id]:
            ahead = places[wire.source][0] + sizes[wire.source][0] <= places[id][0]
            if (wire.source in chosen or len(chosen) == 1) and ahead and _level(wire, id, places, sizes, ports):
                break
        else:
            if len(chosen) == 1 and (after := document.wires_out_of[id]):
                _level(after[0], id, places, sizes, ports)
    return {i: places[i] for i in chosen if places[i] != document.nodes[i].position}


def _level(
    wire: Wire, id: str, places: dict[str, Position], sizes: Mapping[str, Size],
    ports: Callable[[Wire], tuple[float, float]],
) -> bool:
    """Move one end of a wire to the height of the other, if nothing stands there."""
    out, into = ports(wire)
    other = wire.source if wire.target == id else wire.target
    here, there = (into, out) if wire.target == id else (out, into)
    place = (places[id][0], places[other][1] + there - here)
    if any(_overlap(place, sizes[id], places[i], sizes[i]) for i in places if i != id):
        return False
    places[id] = place
    return True


def _overlap(a: Position, a_size: Size, b: Position, b_size: Size) -> bool:
    return all(a[k] < b[k] + b_size[k] and b[k] < a[k] + a_size[k] for k in (0, 1))


def aligned(document: Document, ids: Iterable[str], sizes: Mapping[str, Size], side: str) -> dict[str, Position]:
    """The nodes with one side in line: of them all the outermost `left`, `right`, `top` (their port lines) or `bottom`."""
    chosen = list(ids)
    axis = 0 if side in ("left", "right") else 1
    far = side in ("right", "bottom")
    edges = {i: document.nodes[i].position[axis] + (sizes[i][axis] if far else 0.0) for i in chosen}
    goal = max(edges.values()) if far else min(edges.values())
    result = {}
    for id in chosen:
        place = list(document.nodes[id].position)
        place[axis] = goal - (sizes[id][axis] if far else 0.0)
        if (place[0], place[1]) != document.nodes[id].position:
            result[id] = (place[0], place[1])
    return result
