"""Bends: the points that a wire is drawn through. They are part of the drawing and never of the network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from nodes.document import Document, Position, Wire

#: A bend of a wire, by its place among the wire's bends.
Bend = tuple[Wire, int]
Points = tuple[Position, ...]
Bends = dict[Wire, Points]


def bend(document: Document, wire: Wire, point: Position) -> tuple[Document, Bend]:
    """Another point on a wire, between the two it lies nearest to; the document, and which one it is."""
    old = document.bends.get(wire, ())
    ends = [document.node(wire.source).position, *old, document.node(wire.target).position]
    at = min(range(len(ends) - 1), key=lambda i: _detour(ends[i], point, ends[i + 1]))
    return document.changed(bends={**document.bends, wire: (*old[:at], point, *old[at:])}), (wire, at)


def _detour(a: Position, point: Position, b: Position) -> float:
    return _away(a, point) + _away(point, b) - _away(a, b)


def _away(a: Position, b: Position) -> float:
    return float(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5)


def move_bends(document: Document, places: Mapping[Bend, Position]) -> Document:
    """Bends to other places."""
    bends = dict(document.bends)
    for (wire, index), place in places.items():
        points = list(bends[wire])
        points[index] = (float(place[0]), float(place[1]))
        bends[wire] = tuple(points)
    return document.changed(bends=bends)


def unbend(document: Document, gone: Iterable[Bend]) -> Document:
    """Take bends away; the wires stay."""
    chosen = set(gone)
    left: Bends = {
        wire: tuple(p for i, p in enumerate(points) if (wire, i) not in chosen) for wire, points in document.bends.items()
    }
    left = {wire: points for wire, points in left.items() if points}
    return document if left == document.bends else document.changed(bends=left)


def straightened(document: Document, wires: Iterable[Wire]) -> Document:
    """Without any bend of these wires."""
    return unbend(document, [(w, i) for w in wires for i in range(len(document.bends.get(w, ())))])


def carried(document: Document, positions: Mapping[str, Position]) -> Bends:
    """The bends as they are after a move: those between two nodes that go the same way go with them."""
    result = dict(document.bends)
    for wire, points in document.bends.items():
        if wire.source in positions and wire.target in positions:
            ways = [_way(document, id, positions[id]) for id in (wire.source, wire.target)]
            if ways[0] == ways[1]:
                result[wire] = shifted(points, *ways[0])
    return result


def relaid(document: Document, positions: Mapping[str, Position]) -> Bends:
    """The bends as they are after everything was laid out: those of a wire whose ends went different ways are gone."""
    kept = dict(document.bends)
    for wire in document.bends:
        ends = [id for id in (wire.source, wire.target) if id in positions]
        ways = {_way(document, id, positions[id]) for id in ends} | ({(0.0, 0.0)} if len(ends) < 2 else set())
        if len(ways) > 1:
            del kept[wire]
    moved = carried(document, positions)
    return {wire: moved[wire] for wire in kept}


def _way(document: Document, id: str, to: Position) -> Position:
    x, y = document.node(id).position
    return to[0] - x, to[1] - y


def shifted(points: Sequence[Position], dx: float, dy: float) -> Points:
    return tuple((x + dx, y + dy) for x, y in points)


def split(document: Document, wire: Wire, into: Wire, out: Wire) -> Bends:
    """The bends of a wire that a node was put on, shared out between its two parts: before and after the node's place."""
    parts = divided(document, wire, document.node(into.target).position)
    return {w: part for w, part in zip((into, out), parts, strict=True) if part}


def divided(document: Document, wire: Wire, place: Position) -> tuple[Points, Points]:
    """The bends of a wire before and after a place on it."""
    points = document.bends.get(wire, ())
    if not points:
        return (), ()
    _, (_, at) = bend(document, wire, place)
    return points[:at], points[at:]
