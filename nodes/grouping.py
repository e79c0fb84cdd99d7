"""Blocks as edits: make one of a selection, dissolve it, with every weight kept. `nodes.promotions` has their faces."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from nodes.clipboard import into, planted
from nodes.document import BLOCK, ENTRY, EXIT, Block, Document, Node, Position, Promotion, Wire
from nodes.edits import GAP, free_name, require_place
from nodes.problems import Refusal
from nodes.unfold import face, overlaid

#: An output port: (node, port).
Output = tuple[str, str]


# -- making a block ------------------------------------------------------------------------------------------------------
def group(document: Document, ids: Iterable[str], name: str = "block") -> tuple[Document, str]:
    """Put nodes into a block of their own; returns the document and the block's id.

    Every output that a wire brings across the border gets a port, and so does what is free. Raises `Refusal` for data and
    losses, and where a wire leaves the block and comes back.
    """
    wanted = set(ids)
    chosen = [i for i in document.nodes if i in wanted]
    _require_group(document, chosen)
    document, id = _with_block(document, chosen, name)
    for source, wires in _entering(document, chosen).items():
        document = _entry(document, id, source, wires)
    for output, wires in _leaving(document, chosen).items():
        document = _exit(document, id, output, wires)
    nodes = {i: replace(n, parent=id) if i in wanted else n for i, n in document.nodes.items()}
    return _rekeyed(document.changed(nodes=nodes), lambda path: _lowered(path, wanted, id)), id


def _require_group(document: Document, chosen: list[str]) -> None:
    if not chosen:
        raise Refusal("A block is made of layers, and none is selected: select those that belong together.")
    nodes = [document.nodes[i] for i in chosen]
    for node in nodes:
        if node.parent != nodes[0].parent:
            raise Refusal(f"{nodes[0].name} and {node.name} do not stand in the same block: select layers beside each other.")
        require_place(node.type, "a block")
        if node.type in (ENTRY, EXIT):
            raise Refusal(f"{node.name} is a port of the block around it, and stays there: leave it out of the selection.")
    between = _reached(document, chosen, document.downstream) & _reached(document, chosen, document.upstream) - set(chosen)
    if between:
        name = document.nodes[sorted(between)[0]].name
        raise Refusal(f"{name} stands between selected layers, so data would leave the block and come back: select it too.")


def _reached(document: Document, chosen: list[str], reach: Callable[[str], set[str]]) -> set[str]:
    return {i for id in chosen for i in reach(id)}


def _with_block(document: Document, chosen: list[str], name: str) -> tuple[Document, str]:
    """An empty block where the selection stands."""
    parent, id = document.nodes[chosen[0]].parent, f"n{document.serial}"
    xs, ys = zip(*(document.nodes[i].position for i in chosen), strict=True)
    place = (sum(xs) / len(xs), sum(ys) / len(ys))
    node = Node(id, BLOCK, free_name(document, name, parent=parent), place, parent=parent, block=Block())
    return document.changed(nodes={**document.nodes, id: node}, serial=document.serial + 1), id


def _entering(document: Document, chosen: list[str]) -> dict[Output, list[Wire]]:
    """The wires that will begin at each entry, by where they come from; a free port stands for itself."""
    found: dict[Output, list[Wire]] = {}
    for id in chosen:
        for wire in document.wires_into[id]:
            if wire.source not in chosen:
                found.setdefault((wire.source, wire.source_port), []).append(wire)
        wired = {w.target_port for w in document.wires_into[id]}
        for port in document.inputs(id):
            if port.name not in wired and not port.optional:
                found[("", f"{id}/{port.name}")] = [Wire("", "", id, port.name)]
    return found


def _leaving(document: Document, chosen: list[str]) -> dict[Output, list[Wire]]:
    """The wires that will begin at each exit, by the output inside; a loose end has none."""
    found: dict[Output, list[Wire]] = {}
    for id in chosen:
        wires = document.wires_out_of[id]
        for wire in wires:
            if wire.target not in chosen:
                found.setdefault((id, wire.source_port), []).append(wire)
        if not wires and (outputs := document.outputs(id)):
            found[(id, outputs[0])] = []
    return found


def _entry(document: Document, block: str, source: Output, wires: list[Wire]) -> Document:
    left = document.nodes[wires[0].target].position
    document, id = _end(document, block, ENTRY, "in", (left[0] - GAP, left[1]))
    outer = (Wire(*source, block, id),) if source[0] else ()
    inner = [replace(w, source=id, source_port="y") for w in wires]
    return _swapped(document, wires, (*outer, *inner))


def _exit(document: Document, block: str, output: Output, wires: list[Wire]) -> Document:
    right = document.nodes[output[0]].position
    document, id = _end(document, block, EXIT, "out", (right[0] + GAP, right[1]))
    outer = [replace(w, source=block, source_port=id) for w in wires]
    return _swapped(document, wires, (Wire(*output, id, "x"), *outer))


def _end(document: Document, block: str, type: str, name: str, place: Position) -> tuple[Document, str]:
    """A port of a block; below those that stand there already, because ports are ordered by height."""
    id = f"n{document.serial}"
    lowest = max((n.position[1] for n in document.ends(block, type)), default=place[1] - 1)
    where = (place[0], place[1] if place[1] > lowest else lowest + 56)
    node = Node(id, type, free_name(document, name, parent=block), where, parent=block)
    return document.changed(nodes={**document.nodes, id: node}, serial=document.serial + 1), id


def _swapped(document: Document, old: Iterable[Wire], new: Iterable[Wire]) -> Document:
    gone = set(old)
    return document.changed(wires=(*(w for w in document.wires if w not in gone), *new))


def _lowered(path: list[str], chosen: set[str], block: str) -> list[str]:
    """A path that leads through a block's border now."""
    at = next((k for k in range(0, len(path), 2) if path[k] in chosen), None)
    return path if at is None else [*path[:at], block, "0", *path[at:]]


# -- dissolving one ------------------------------------------------------------------------------------------------------
def ungroup(document: Document, id: str) -> tuple[Document, list[str]]:
    """Put what is in a block in its place, once for each repetition; returns the document and the ids that stand there now.
    Raises `Refusal`."""
    block = document.node(id)
    if block.block is None:
        raise Refusal(f"{block.name} is no block, so there is nothing to take apart: select a block.")
    if block.bypassed:
        raise Refusal(f"{block.name} is bypassed: switch it on before you take it apart.")
    copies: list[dict[str, str]] = []
    for repetition in range(block.block.repeat):
        document, new = planted(document, _repetition(document, block, repetition), document.wires)
        copies.append(new)
    document = document.changed(wires=(*document.wires, *_Joints(document, block, copies).wires()))
    document = _rekeyed(document, lambda path: _raised(path, block.id, copies))
    standing = [new[i] for new in copies for i in document.children.get(block.id, ()) if i in new]
    return _without_block(document, block, copies), standing


def _repetition(document: Document, block: Node, repetition: int) -> dict[str, Node]:
    """What is inside a block, its ends left out, with the settings that the face gives this repetition, where it will stand."""
    overlay, shift = face(block, repetition), _shift(document, block, repetition)
    found = {}
    for id in document.inside(block.id):
        node = overlaid(document.nodes[id], overlay.get(id, {}))
        if node.parent == block.id and node.type not in (ENTRY, EXIT):
            found[id] = replace(node, parent=block.parent, position=shift(node.position))
        elif node.parent != block.id:
            found[id] = node
    return found


def _shift(document: Document, block: Node, repetition: int) -> Callable[[Position], Position]:
    places = [document.nodes[i].position for i in document.children.get(block.id, ())] or [block.position]
    left, top = min(x for x, _ in places), min(y for _, y in places)
    wide = max(x for x, _ in places) - left + GAP
    return lambda p: (p[0] - left + block.position[0] + repetition * wide, p[1] - top + block.position[1])


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


# -- what is known by path -------------------------------------------------------------------------------------------------
def _rekeyed(document: Document, change: Callable[[list[str]], list[str]]) -> Document:
    """The document with its weights, optimizer state and recipe under other paths."""

    def moved(key: str) -> str:
        return "/".join(change(key.split("/")))

    def keyed(arrays: Mapping[str, Any]) -> dict[str, Any]:
        return {moved(k): a for k, a in arrays.items()}

    state = document.training
    stages = tuple(
        replace(stage, updates=tuple(replace(u, parameters=_each(u.parameters, moved)) for u in stage.updates))
        for stage in document.recipe.stages
    )
    return document.changed(
        weights=keyed(document.weights),
        training=replace(state, slots=keyed(state.slots), best=keyed(state.best)),
        recipe=replace(document.recipe, stages=stages),
        output=moved(document.output),
    )


def _each(keys: tuple[str, ...] | None, change: Callable[[str], str]) -> tuple[str, ...] | None:
    return None if keys is None else tuple(map(change, keys))
