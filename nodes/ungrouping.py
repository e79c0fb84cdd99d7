"""A block dissolved: what is in it takes its place, once for each repetition, with every weight kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from nodes.clipboard import into, planted
from nodes.document import ENTRY, EXIT, Document, Node, Position, Promotion, Wire
from nodes.edits import GAP, set_flags
from nodes.paths import rekeyed
from nodes.problems import Refusal, Repair
from nodes.room import LONGEST, make_room
from nodes.unfold import face, overlaid

#: An output port: (node, port).
Output = tuple[str, str]


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
        document, new = planted(document, _repetition(document, block, repetition, places), document.wires)
        copies.append(new)
    document = document.changed(wires=(*document.wires, *_Joints(document, block, copies).wires()))
    document = rekeyed(document, lambda path: _raised(path, block.id, copies))
    standing = [new[i] for new in copies for i in document.children.get(block.id, ()) if i in new]
    return _without_block(document, block, copies), standing


def _repetition(document: Document, block: Node, repetition: int, places: _Places) -> dict[str, Node]:
    """What is inside a block, its ends left out, with the settings that the face gives this repetition, where it will stand."""
    overlay = face(block, repetition)
    found = {}
    for id in document.inside(block.id):
        node = overlaid(document.nodes[id], overlay.get(id, {}))
        if node.parent == block.id and node.type not in (ENTRY, EXIT):
            found[id] = replace(node, parent=block.parent, position=places.at(node.position, repetition))
        elif node.parent != block.id:
            found[id] = node
    return found


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

    def at(self, place: Position, repetition: int) -> Position:
        row, column = divmod(repetition, self._abreast)
        left, top = self._to[0] + column * self._wide, self._to[1] + row * self._high
        return place[0] - self._corner[0] + left, place[1] - self._corner[1] + top


class _Joints:
    """The wires across a block's border, and from repetition to repetition, once it is gone."""

    def __init__(self, document: Document, block: Node, copies: list[dict[str, str]]) -> None:
        self.document, self.block, self.copies = document, block, copies
        self.entries = [n.id for n in document.ends(block.id, ENTRY)]
        self.exits = [n.id for n in document.ends(block.id, EXIT)]

    def wires(self) -> list[Wire]:
        found = []
        for repetition, new in enumerate(self.copies):
            for entry in self.entries:
                inner = [w for w in self.document.wires_out_of[entry] if w.target in new]
                source = self._entering(repetition, entry)
                found += [replace(into(w, new), source=source[0], source_port=source[1]) for w in inner if source]
        for wire in self.document.wires_out_of[self.block.id]:
            source = self._leaving(len(self.copies) - 1, wire.source_port)
            found += [replace(wire, source=source[0], source_port=source[1])] if source else []
        return found

    def _entering(self, repetition: int, entry: str) -> Output | None:
        if repetition and self.exits and entry == self.entries[0]:
            return self._leaving(repetition - 1, self.exits[0])
        outer = next((w for w in self.document.wires_into[self.block.id] if w.target_port == entry), None)
        return (outer.source, outer.source_port) if outer else None

    def _leaving(self, repetition: int, exit: str) -> Output | None:
        wire = next(iter(self.document.wires_into.get(exit, ())), None)
        if wire is None:
            return None
        if wire.source in self.entries:
            return self._entering(repetition, wire.source)
        new = self.copies[repetition]
        return new[wire.source], new.get(wire.source_port, wire.source_port)


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
