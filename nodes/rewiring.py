"""Rewiring: layers pulled out of their wires, another type in a layer's place, all wires of an output moved to another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from nodes.document import Document, Node, Wire, own
from nodes.edits import connect, disconnect, free_name, require_place, unshare
from nodes.layer import Layer, layer_type, make
from nodes.problems import Refusal
from runtime.errors import NetwrightError


# -- pulling out -------------------------------------------------------------------------------------------------------
def extract(document: Document, ids: Iterable[str]) -> Document:
    """Take layers out of their wires without deleting them; what fed them feeds what they fed, where the shapes fit."""
    group = set(ids)
    crossing = [w for w in document.wires if (w.source in group) != (w.target in group)]
    joined = [(feed, w) for w in crossing if w.source in group and (feed := _feeding(document, w.source, group))]
    result = disconnect(document, crossing)
    for feed, wire in joined:
        try:
            result = connect(result, Wire(feed.source, feed.source_port, wire.target, wire.target_port))
        except Refusal:
            continue
    return result


def _feeding(document: Document, id: str, group: set[str]) -> Wire | None:
    """The wire from outside that reaches a node of the group, walking up first inputs."""
    seen: set[str] = set()
    while id not in seen:
        seen.add(id)
        wires = document.wires_into[id]
        if not wires:
            return None
        if wires[0].source not in group:
            return wires[0]
        id = wires[0].source
    return None


# -- another type ------------------------------------------------------------------------------------------------------
def swap(document: Document, id: str, type: str) -> Document:
    """Another type of layer in a layer's place: its wires stay, by the order of ports, and so do settings that both have.

    Its weights are dropped. Raises `Refusal` when what comes in does not fit the new type.
    """
    node, cls = document.node(id), layer_type(type)
    if node.block is not None:
        raise Refusal(f"{node.name} is a block with ports of its own: dissolve it to put layers in its place.")
    require_place(type, node.parent)
    loose = disconnect(_forgotten(document, id), [*document.wires_into[id], *document.wires_out_of[id]])
    name = free_name(loose, cls.short, numbered=True, parent=node.parent) if _is_automatic(node) else node.name
    made = replace(node, type=type, name=name, settings=_kept_settings(node, type), shared={})
    result = loose.changed(nodes={**loose.nodes, id: made})
    for wire in _ported(document, id, node, cls):
        result = connect(result, wire) if wire.target == id else result.changed(wires=(*result.wires, wire))
    return result


def _ported(document: Document, id: str, node: Node, cls: type[Layer]) -> Sequence[Wire]:
    """The wires as they join the new type's ports, incoming first. One for which it has no port is left out."""
    old_in, old_out = _port_names(node)
    new_in, new_out = [p.name for p in cls.inputs], list(cls.outputs)
    result = []
    for wire in document.wires_into[id]:
        if (port := _same_place(wire.target_port, old_in, new_in)) is not None:
            result.append(replace(wire, target_port=port))
    for wire in document.wires_out_of[id]:
        if (port := _same_place(wire.source_port, old_out, new_out)) is not None:
            result.append(replace(wire, source_port=port))
    return result


def _port_names(node: Node) -> tuple[list[str], list[str]]:
    try:
        cls = layer_type(node.type)
    except NetwrightError:
        return [], []
    return [p.name for p in cls.inputs], list(cls.outputs)


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


# -- all wires of an output --------------------------------------------------------------------------------------------
def move_source(document: Document, wires: Sequence[Wire], source: str, port: str) -> Document:
    """Let another output feed what these wires feed. Raises `Refusal` for the first that does not fit."""
    result = disconnect(document, wires)
    for wire in wires:
        result = connect(result, Wire(source, port, wire.target, wire.target_port))
    return result
