"""Swapping: another type or a block in a layer's place, and two of them in each other's; wires stay by the order of ports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nodes.document import Document, Node, Wire, own
from nodes.edits import connect, disconnect, free_name, move, remove, require_place, unshare
from nodes.layer import layer_type, make
from nodes.problems import Refusal
from runtime.errors import NetwrightError

#: The names of a node's inputs, and of its outputs.
Ports = tuple[Sequence[str], Sequence[str]]


def swap(document: Document, id: str, type: str) -> Document:
    """Another type of layer in a layer's place: its wires stay, by the order of ports, and so do settings that both have.

    Its weights are dropped. Raises `Refusal` when what comes in does not fit the new type, and for a block (see `take_place`).
    """
    node, cls = document.node(id), layer_type(type)
    if node.block is not None:
        raise Refusal(f"{node.name} is a block, and no type of layer: add a layer, and let it take the block's place.")
    require_place(type, node.parent)
    loose = disconnect(_forgotten(document, id), [*document.wires_into[id], *document.wires_out_of[id]])
    name = free_name(loose, cls.short, numbered=True, parent=node.parent) if _is_automatic(node) else node.name
    made = replace(node, type=type, name=name, settings=_kept_settings(node, type), shared={})
    result = loose.changed(nodes={**loose.nodes, id: made})
    return _rewired(result, document, {id: id}, {id: (_ports(document, id), _ports(result, id))})


def take_place(document: Document, id: str, new: str) -> Document:
    """A node, which is there already and has no wires, in another one's place, which goes with all inside it. Wires for which
    it has no port go, too. Raises `Refusal` when what comes in does not fit."""
    result = move(remove(document, [id]), {new: document.node(id).position})
    return _rewired(result, document, {id: new}, {id: (_ports(document, id), _ports(document, new))})


def exchange(document: Document, a: str, b: str) -> Document:
    """Two nodes that stand beside each other change places; each has the other's wires then. Raises `Refusal` where one has
    no port for a wire, or what comes in does not fit."""
    places = {a: document.node(b).position, b: document.node(a).position}
    ports = {a: (_ports(document, a), _ports(document, b)), b: (_ports(document, b), _ports(document, a))}
    at = [w for w in document.wires if {w.source, w.target} & {a, b}]
    result = _rewired(move(disconnect(document, at), places), document, {a: b, b: a}, ports)
    if len(result.wires) < len(document.wires):
        names = f"{document.nodes[a].name} and {document.nodes[b].name}"
        raise Refusal(f"{names} have different ports, and wires would be lost: take those away first, or choose another pair.")
    return result


def _rewired(
    result: Document, before: Document, places: dict[str, str], ports: dict[str, tuple[Ports, Ports]]
) -> Document:
    """The wires that nodes had `before`, joined to those that have their `places` now: by the order of `ports`, old and new,
    with their bends. What goes out is joined first, then what comes in is tried, sources first."""
    moved: dict[Wire, Wire] = {}
    for old in before.wires:
        if (old.source in places or old.target in places) and (new := _ported(old, places, ports)) is not None:
            moved[old] = new
    into = set(places.values())
    result = result.changed(wires=(*result.wires, *(w for w in moved.values() if w.target not in into)))
    order = {places.get(id, id): at for at, id in enumerate(before.order())}
    for wire in sorted((w for w in moved.values() if w.target in into), key=lambda w: order.get(w.target, 0)):
        result = connect(result, wire)
    bends = {moved[w]: points for w, points in before.bends.items() if w in moved}
    return result.changed(bends={**result.bends, **bends})


def _ported(wire: Wire, places: dict[str, str], ports: dict[str, tuple[Ports, Ports]]) -> Wire | None:
    """A wire at its nodes' new places; none where one has no port for it."""
    source, target = wire.source_port, wire.target_port
    if wire.source in places:
        (_, old), (_, new) = ports[wire.source]
        if (found := _same_place(source, old, new)) is None:
            return None
        source = found
    if wire.target in places:
        (old, _), (new, _) = ports[wire.target]
        if (found := _same_place(target, old, new)) is None:
            return None
        target = found
    return Wire(places.get(wire.source, wire.source), source, places.get(wire.target, wire.target), target)


def _ports(document: Document, id: str) -> Ports:
    try:
        return [p.name for p in document.inputs(id)], list(document.outputs(id))
    except NetwrightError:
        return [], []


def _same_place(name: str, old: Sequence[str], new: Sequence[str]) -> str | None:
    at = old.index(name) if name in old else 0
    return new[at] if at < len(new) else None


def _is_automatic(node: Node) -> bool:
    """Whether the layer still has the name that it came with."""
    return node.known and node.name.rstrip("0123456789") == layer_type(node.type).short


def _kept_settings(node: Node, type: str) -> dict[str, object]:
    """What both types call by the same name, as far as the new one takes the value."""
    kept: dict[str, object] = {}
    for name, value in node.settings.items():
        try:
            make(type, {**kept, name: value})
        except NetwrightError:
            continue
        kept[name] = value
    return kept


def _forgotten(document: Document, id: str) -> Document:
    """Without the node's weights and moments, and without the shares that point at them."""
    for other in document.nodes.values():
        for name in [k for k, s in other.shared.items() if own(s.node) == id]:
            document = unshare(document, other.id, name)
    slots = {k: v for k, v in document.training.slots.items() if id not in k.split("/")[:-1:2]}
    weights = {k: v for k, v in document.weights.items() if id not in k.split("/")[:-1:2]}
    if len(weights) == len(document.weights) and len(slots) == len(document.training.slots):
        return document
    return document.changed(weights=weights, training=replace(document.training, slots=slots, best={}))
