"""A block made of a selection, with every weight kept. `nodes.ungrouping` dissolves it; `nodes.promotions` has its face."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from nodes.bends import Bends, divided
from nodes.document import BLOCK, ENTRY, EXIT, Block, Document, Node, Position, Wire
from nodes.edits import GAP, free_name, require_place
from nodes.layer import layer_type
from nodes.paths import rekeyed
from nodes.problems import Refusal, Repair
from runtime.errors import NetwrightError

#: An output port: (node, port).
Output = tuple[str, str]


def group(
    document: Document, ids: Iterable[str], name: str = "block", frames: Iterable[str] = ()
) -> tuple[Document, str]:
    """Put nodes, and these frames, into a block of their own; returns the document and the block's id.

    Every output that a wire brings across the border gets a port, and so does what is free. Raises `Refusal` for data and
    losses, and where a wire leaves the block and comes back.
    """
    wanted, framed = set(ids), set(frames)
    chosen = [i for i in document.nodes if i in wanted]
    _require_group(document, chosen)
    document, id = _with_block(document, chosen, name)
    for source, wires in _entering(document, chosen).items():
        document = _entry(document, id, source, wires)
    for output, wires in _leaving(document, chosen).items():
        document = _exit(document, id, output, wires)
    nodes = {i: replace(n, parent=id) if i in wanted else n for i, n in document.nodes.items()}
    inner = tuple(replace(f, parent=id) if f.id in framed else f for f in document.frames)
    return rekeyed(document.changed(nodes=nodes, frames=inner), lambda path: _lowered(path, wanted, id)), id


def _require_group(document: Document, chosen: list[str]) -> None:
    if not chosen:
        raise Refusal("A block is made of layers, and none is selected: select those that belong together.")
    nodes = [document.nodes[i] for i in chosen]
    _refuse_apart(document, nodes)
    between = _reached(document, chosen, document.downstream) & _reached(document, chosen, document.upstream) - set(chosen)
    if between:
        name = document.nodes[sorted(between)[0]].name
        said = f"{name} stands between selected layers, so data would leave the block and come back: select it too."
        fitting = all(_may_be_inside(document.nodes[i]) for i in between)
        take = Repair("Make a block with what stands between", lambda d: group(d, [*chosen, *between])[0])
        raise Refusal(said, (take,) if fitting else ())


def _refuse_apart(document: Document, nodes: list[Node]) -> None:
    """Raises `Refusal` for what cannot stand in one block; the rest is on offer."""
    rest = [n.id for n in nodes if n.parent == nodes[0].parent and _may_be_inside(n)]
    others = Repair("Make a block of the others", lambda d: group(d, rest)[0])
    repairs = (others,) if 0 < len(rest) < len(nodes) else ()
    for node in nodes:
        if node.parent != nodes[0].parent:
            said = f"{nodes[0].name} and {node.name} do not stand in the same block: select layers beside each other."
            raise Refusal(said, repairs)
        if not node.known:
            raise Refusal(f"{node.name} is a layer that this version does not know: leave it out of the selection.", repairs)
        if node.type in (ENTRY, EXIT):
            said = f"{node.name} is a port of the block around it, and stays there: leave it out of the selection."
            raise Refusal(said, repairs)
        try:
            require_place(node.type, "a block")
        except Refusal as refusal:
            raise Refusal(str(refusal), repairs) from None


def _may_be_inside(node: Node) -> bool:
    try:
        require_place(node.type, "a block")
    except NetwrightError:
        return False
    return node.type not in (ENTRY, EXIT)


def _reached(document: Document, chosen: list[str], reach: Callable[[str], set[str]]) -> set[str]:
    return {i for id in chosen for i in reach(id)}


def _with_block(document: Document, chosen: list[str], name: str) -> tuple[Document, str]:
    """An empty block where the selection stands."""
    parent, id = document.nodes[chosen[0]].parent, f"n{document.serial}"
    node = Node(id, BLOCK, free_name(document, name, parent=parent), _middle(document, chosen), parent=parent, block=Block())
    return document.changed(nodes={**document.nodes, id: node}, serial=document.serial + 1), id


def _middle(document: Document, chosen: list[str]) -> Position:
    """The place nearest to their middle that one of them leaves free; a bead's is too small, if there is another."""
    places = {i: document.nodes[i].position for i in chosen}
    wide = {i: p for i, p in places.items() if not layer_type(document.nodes[i].type).bead} or places
    x, y = (sum(values) / len(places) for values in zip(*places.values(), strict=True))
    return min(wide.values(), key=lambda p: abs(p[0] - x) + abs(p[1] - y))


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
    parts = {w: divided(document, w, document.nodes[id].position) for w in wires}
    inner = {replace(w, source=id, source_port="y"): parts[w][1] for w in wires}
    return _swapped(document, wires, {**dict.fromkeys(outer, parts[wires[0]][0]), **inner})


def _exit(document: Document, block: str, output: Output, wires: list[Wire]) -> Document:
    right = document.nodes[output[0]].position
    document, id = _end(document, block, EXIT, "out", (right[0] + GAP, right[1]))
    parts = {w: divided(document, w, document.nodes[id].position) for w in wires}
    outer = {replace(w, source=block, source_port=id): parts[w][1] for w in wires}
    inside = parts[wires[0]][0] if wires else ()
    return _swapped(document, wires, {Wire(*output, id, "x"): inside, **outer})


def _end(document: Document, block: str, type: str, name: str, place: Position) -> tuple[Document, str]:
    """A port of a block; below those that stand there already, because ports are ordered by height."""
    id = f"n{document.serial}"
    lowest = max((n.position[1] for n in document.ends(block, type)), default=place[1] - 1)
    where = (place[0], place[1] if place[1] > lowest else lowest + 56)
    node = Node(id, type, free_name(document, name, parent=block), where, parent=block)
    return document.changed(nodes={**document.nodes, id: node}, serial=document.serial + 1), id


def _swapped(document: Document, old: Iterable[Wire], new: Bends) -> Document:
    """Other wires in the place of these, with the bends that they have now."""
    gone = set(old)
    bends = {**document.bends, **{w: points for w, points in new.items() if points}}
    return document.changed(wires=(*(w for w in document.wires if w not in gone), *new), bends=bends)


def _lowered(path: list[str], chosen: set[str], block: str) -> list[str]:
    """A path that leads through a block's border now."""
    at = next((k for k in range(0, len(path), 2) if path[k] in chosen), None)
    return path if at is None else [*path[:at], block, "0", *path[at:]]
