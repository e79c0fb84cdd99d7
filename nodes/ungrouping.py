"""A block dissolved: what is in it takes its place, once for each repetition, with every weight kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from nodes.bends import Bends, Points, shifted
from nodes.clipboard import Piece, into, piece, planted
from nodes.document import ENTRY, EXIT, Document, Node, Position, Promotion, Wire
from nodes.edits import GAP, set_flags
from nodes.paths import rekeyed
from nodes.problems import Refusal, Repair
from nodes.room import LONGEST, make_room
from nodes.unfold import face, overlaid

#: An output port, (node, port), and the bends of the wires that led from it so far.
Output = tuple[str, str, Points]


def ungroup(document: Document, id: str) -> tuple[Document, list[str]]:
    """Put what is in a block in its place, once for each repetition; returns the document and the ids that stand there now.
    Raises `Refusal`."""
    block = document.node(id)
    if block.block is None:
        raise Refusal(f"{block.name} is no block, so there is nothing to take apart: select a block.")
    if block.bypassed:
        on = Repair("Switch it on and dissolve it", lambda d: ungroup(set_flags(d, [id], bypassed=False), id)[0])
        raise Refusal(f"{block.name} is bypassed: switch it on before you take it apart.", (on,))
    copies: list[dict[str, str]] = []
    places = _Places(document, block)
    document = make_room(document, block.parent, block.position, *places.growth)
    for repetition in range(block.block.repeat):
        document, new = planted(document, _repetition(document, block, repetition, places), block.parent)
        copies.append(new)
    joints = _Joints(document, block, copies, places).wires()
    bends = {w: points for w, points in joints.items() if points}
    document = document.changed(wires=(*document.wires, *joints), bends={**document.bends, **bends})
    document = rekeyed(document, lambda path: _raised(path, block.id, copies))
    standing = [new[i] for new in copies for i in document.children.get(block.id, ()) if i in new]
    return _without_block(document, block, copies), standing


def _repetition(document: Document, block: Node, repetition: int, places: _Places) -> Piece:
    """What is inside a block, its ends left out, with the settings that the face gives this repetition, where it will stand."""
    overlay, ends = face(block, repetition), {n.id for type in (ENTRY, EXIT) for n in document.ends(block.id, type)}
    inside = [i for i in document.inside(block.id) if i not in ends]
    found = piece(document, inside, [f.id for f in document.frames if f.parent == block.id])
    nodes = {i: overlaid(n, overlay.get(i, {})) for i, n in found.nodes.items()}
    return replace(found, nodes=nodes).moved(*places.way(repetition))


class _Places:
    """Where the layers of a block will stand: repetitions side by side, in several rows if there are many."""

    def __init__(self, document: Document, block: Node) -> None:
        assert block.block is not None
        inside = [document.nodes[i] for i in document.children.get(block.id, ())]
        places = [n.position for n in inside if n.type not in (ENTRY, EXIT)] or [block.position]
        self._corner, self._to = (min(x for x, _ in places), min(y for _, y in places)), block.position
        self._wide = max(x for x, _ in places) - self._corner[0] + GAP
        self._high = max(y for _, y in places) - self._corner[1] + GAP
        self._abreast = min(block.block.repeat, max(1, int(LONGEST // self._wide)))
        self._rows = -(-block.block.repeat // self._abreast)

    @property
    def growth(self) -> tuple[float, float]:
        """How much more room they take than the block."""
        return self._abreast * self._wide - GAP, self._rows * self._high - GAP

    def way(self, repetition: int) -> Position:
        """How far a repetition moves."""
        row, column = divmod(repetition, self._abreast)
        left, top = self._to[0] + column * self._wide, self._to[1] + row * self._high
        return left - self._corner[0], top - self._corner[1]


class _Joints:
    """The wires across a block's border, and from repetition to repetition, once it is gone; with the bends of both parts."""

    def __init__(self, document: Document, block: Node, copies: list[dict[str, str]], places: _Places) -> None:
        self.document, self.block, self.copies, self.places = document, block, copies, places
        self.entries = [n.id for n in document.ends(block.id, ENTRY)]
        self.exits = [n.id for n in document.ends(block.id, EXIT)]

    def wires(self) -> Bends:
        found: Bends = {}
        for repetition, new in enumerate(self.copies):
            for entry in self.entries:
                inner = [w for w in self.document.wires_out_of[entry] if w.target in new]
                feed = self._entering(repetition, entry)
                found |= self._from(feed, {into(w, new): self._inside(w, repetition) for w in inner})
        for wire in self.document.wires_out_of[self.block.id]:
            feed = self._leaving(len(self.copies) - 1, wire.source_port)
            found |= self._from(feed, {wire: self.document.bends.get(wire, ())})
        return found

    def _from(self, feed: Output | None, wires: Bends) -> Bends:
        """These wires, beginning at another output."""
        if feed is None:
            return {}
        node, port, before = feed
        return {replace(w, source=node, source_port=port): (*before, *points) for w, points in wires.items()}

    def _inside(self, wire: Wire, repetition: int) -> Points:
        """The bends of a wire inside, where they stand now."""
        return shifted(self.document.bends.get(wire, ()), *self.places.way(repetition))

    def _entering(self, repetition: int, entry: str) -> Output | None:
        if repetition and self.exits and entry == self.entries[0]:
            return self._leaving(repetition - 1, self.exits[0])
        outer = next((w for w in self.document.wires_into[self.block.id] if w.target_port == entry), None)
        return (outer.source, outer.source_port, self.document.bends.get(outer, ())) if outer else None

    def _leaving(self, repetition: int, exit: str) -> Output | None:
        wire = next(iter(self.document.wires_into.get(exit, ())), None)
        if wire is None:
            return None
        inside = self._inside(wire, repetition)
        if wire.source in self.entries:
            through = self._entering(repetition, wire.source)
            return (*through[:2], (*through[2], *inside)) if through else None
        new = self.copies[repetition]
        return new[wire.source], new.get(wire.source_port, wire.source_port), inside


def _raised(path: list[str], block: str, copies: list[dict[str, str]]) -> list[str]:
    """A path that led through a block, to where its end stands now."""
    at = next((k for k in range(0, len(path) - 2, 2) if path[k] == block), None)
    if at is None or int(path[at + 1]) >= len(copies):
        return path
    new = copies[int(path[at + 1])]
    return [*path[:at], *(new.get(part, part) for part in path[at + 2 :])]


def _without_block(document: Document, block: Node, copies: list[dict[str, str]]) -> Document:
    """The document without the block; what pointed at something inside points at the first repetition of it."""
    gone, first = {block.id, *document.inside(block.id)}, copies[0]
    nodes = {i: _pointing(n, first) for i, n in document.nodes.items() if i not in gone}
    if block.parent:
        nodes[block.parent] = _with_face(nodes[block.parent], block, copies)
    wires = tuple(w for w in document.wires if gone.isdisjoint((w.source, w.target)))
    frames = tuple(f for f in document.frames if f.parent not in gone)
    return document.changed(nodes=nodes, wires=wires, frames=frames)


def _pointing(node: Node, first: Mapping[str, str]) -> Node:
    shared = {k: replace(s, node=first.get(s.node, s.node)) for k, s in node.shared.items()}
    return node if shared == node.shared else replace(node, shared=shared)


def _with_face(outer: Node, block: Node, copies: list[dict[str, str]]) -> Node:
    """The block around: what its face set on the dissolved one's face, it sets on the layers now."""
    assert outer.block is not None and block.block is not None
    kept = []
    for promotion in outer.block.promotions:
        if promotion.node != block.id:
            kept.append(promotion)
            continue
        for inner in (p for p in block.block.promotions if p.name == promotion.setting):
            factor = promotion.factor * inner.factor
            for repetition, new in enumerate(copies):
                if promotion.setting not in block.block.each.get(repetition, {}):
                    kept.append(Promotion(promotion.name, new[inner.node], inner.setting, factor))
    return replace(outer, block=replace(outer.block, promotions=tuple(kept)))
