"""Repairs: edits on offer for what does not fit. Each is tried beforehand, on a small network of its own.

Every edit takes nodes and wires by id and goes through `edits`: none of them reads another network than the one it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

from nodes import edits
from nodes.build import FREE, Built, build
from nodes.document import EXIT, Document, Node, Wire, own
from nodes.layer import ANY, NUMBER, Port, kind_of, layer_type, sample_shape
from nodes.layers.dataset import Dataset
from nodes.places import settled
from nodes.problems import Repair
from nodes.shape_ways import Layers, ways, ways_to_match
from runtime.errors import NetwrightError
from runtime.graph import Value

#: What comes by a node's wires.
Known = Mapping[Wire, Value]
#: More ways to make inputs alike than these are no help.
MOST = 3


# -- edits ---------------------------------------------------------------------------------------------------------------
def put_on(document: Document, wire: Wire, layers: Layers) -> Document:
    """Put new layers on a wire, in a row between its ends (the wire need not be there yet)."""
    wire = edits.drawn(document, wire)
    source = document.node(wire.source)
    (x, y), (u, v) = source.position, document.node(wire.target).position
    step = 1 / (len(layers) + 1)
    last = (wire.source, wire.source_port)
    at = document.wires.index(wire) if wire in document.wires else len(document.wires)
    document = edits.disconnect(document, [wire])
    for i, (type, settings) in enumerate(layers, 1):
        at_i = (x + (u - x) * step * i, y + (v - y) * step * i)
        document, id = edits.add(document, type, at_i, settings, parent=source.parent)
        cls = layer_type(type)
        document = edits.connect(document, Wire(*last, id, cls.inputs[0].name))
        document = settled(document, last[0], id, wire.target)
        last = (id, cls.outputs[0])
    return _placed(edits.connect(document, Wire(*last, wire.target, wire.target_port)), at)


def _placed(document: Document, at: int) -> Document:
    """The newest wire at a place among the others: the order of wires into one port is that of its inputs."""
    *rest, new = document.wires
    return document.changed(wires=(*rest[:at], new, *rest[at:]))


def set_all(document: Document, ids: Sequence[str], name: str, value: Any) -> Document:
    """The same setting in several layers."""
    for id in ids:
        document = edits.set_setting(document, id, name, value)
    return document


def works(document: Document, edit: Callable[[Document], Document]) -> bool:
    """Whether a repair would be taken: none is offered that is refused when it is chosen."""
    try:
        return edit(document) != document
    except NetwrightError:
        return False


# -- a wire that does not fit its port -----------------------------------------------------------------------------------
def for_wire(document: Document, wire: Wire, port: Port, value: Value, known: Known | None = None) -> tuple[Repair, ...]:
    """Layers that make `value` fit `port` when they are put between. `known` are the values that come by other wires."""
    if known is None:
        others = [w for w in document.wires_into[wire.target] if w != wire]
        known = _values(build(document, "training", only=[w.source for w in others]), others) if others else {}
    return tuple(_inserting(document, wire, {**known, wire: value}, ways(value, port)))


def _inserting(document: Document, wire: Wire, known: Known, choices: Sequence[Layers]) -> Iterator[Repair]:
    """A repair for each of the rows of layers that are accepted where the wire ends."""
    for layers in choices:
        result = _tried(document, wire, known, layers)
        if result:
            title = "Insert " + " and ".join(_described(type, settings) for type, settings in layers)
            yield Repair(title, partial(put_on, wire=wire, layers=layers), layers[0][0], result)


def _described(type: str, settings: Mapping[str, Any]) -> str:
    """``1×1 Conv2D (32 filters, stride 2)``; other layers by their type alone."""
    if type == "Conv2D":
        stride = "×".join(str(s) for s in dict.fromkeys(settings.get("stride", (1, 1))))
        return f"1×1 Conv2D ({settings['filters']} filters" + (")" if stride == "1" else f", stride {stride})")
    return f"Dense ({settings['units']:,} units)" if type == "Dense" else type


def _tried(document: Document, wire: Wire, known: Known, layers: Layers = ()) -> str:
    """The shape that the last of `layers` would give (of none: what comes), if wire's end accepts it; empty if not, or if
    that is not known.

    Tried on a network of the target and stand-ins for what feeds it, so that it costs the same in a large network.
    """
    small = _stand_ins(document, wire, known)
    if small is None:
        return ""
    last, port = small.wires[-1].source, small.wires[-1].source_port
    small = small.changed(wires=small.wires[:-1])
    for i, (type, settings) in enumerate(layers):
        cls, id = layer_type(type), f"new{i}"
        small = _with(small, Node(id, type, id, settings=settings), Wire(last, port, id, cls.inputs[0].name))
        last, port = id, cls.outputs[0]
    built = build(small.changed(wires=(*small.wires, replace(wire, source=last, source_port=port))), "training")
    given = built.nodes[last].outputs.get(port) if last in built.nodes else None
    said = [p for p in built.problems if FREE not in p.what]
    return "" if said or given is None else sample_shape(given)


def _with(document: Document, node: Node, wire: Wire) -> Document:
    return document.changed(nodes={**document.nodes, node.id: node}, wires=(*document.wires, wire))


def _stand_ins(document: Document, wire: Wire, known: Known) -> Document | None:
    """The wire's target alone, with a stand-in for each value that is known to reach it, that of `wire` by the last wire. None
    where a shape is open."""
    target = replace(document.nodes[wire.target], shared={}, parent="")
    if target.block is not None or target.type == EXIT:
        return None
    ports = {p.name: p.accepts for p in layer_type(target.type).inputs}
    others = [(w, v) for w, v in known.items() if w != wire and kind_of(v) in ports.get(w.target_port, ())]
    small = Document(nodes={target.id: target})
    for number, (each, v) in enumerate([*others, (wire, known[wire])]):
        source = document.nodes.get(each.source)  # None: a block, of which the plain document has the inside alone
        if source is None or source.type != "Dataset":
            if not all(isinstance(d, int) for d in v.shape[1:]) or v.rank < 2:
                return None
            source, each = _input(v), replace(each, source_port="y")
        stand_in = replace(source, id=f"given{number}")
        small = _with(small, stand_in, replace(each, source=stand_in.id))
    return small


def _input(value: Value) -> Node:
    """An Input that gives what `value` is."""
    kind = {"values": "class numbers"} if kind_of(value) == "indices" else {}
    return Node("", "Input", "", settings={"shape": tuple(value.shape[1:]), **kind})


# -- inputs that are not alike -------------------------------------------------------------------------------------------
def to_match(document: Document, known: Known, only: Wire | None = None) -> Iterator[Repair]:
    """Layers on one of the wires into a node (on the wire `only`) that make its inputs alike: a projection first of all.

    The shorter way through the network is projected, as the shortcut of a residual block is.
    """
    wires = [w for w in known if kind_of(known[w]) in ANY]
    seen: set[str] = set()
    for wire in sorted(wires, key=lambda w: len(document.upstream(w.source))):
        for other in wires if only in (None, wire) else ():
            for repair in _inserting(document, wire, known, ways_to_match(known[wire], known[other])):
                if repair.title not in seen:
                    seen.add(repair.title)
                    yield repair


def for_refusal(wired: Document, wire: Wire, built: Built) -> tuple[Repair, ...]:
    """What makes a wire fit that its target refuses beside its other inputs."""
    values = _values(built, wired.wires_into[wire.target])
    return tuple(islice(to_match(wired, values, only=wire), MOST))


def _values(built: Built, wires: Sequence[Wire]) -> dict[Wire, Value]:
    """What comes by these wires, as far as it is built."""
    found = ((w, built.value(built.plain.drawing.path(w.source), w.source_port)) for w in wires)
    return {w: v for w, v in found if v is not None}


# -- a problem at a node -------------------------------------------------------------------------------------------------
def for_problem(document: Document, built: Built, node: Node) -> Iterator[Repair]:
    """What can be done about a node that could not be built."""
    ports = layer_type(node.type).inputs
    values = _values(built, document.wires_into[node.id])
    for port in ports:
        for wire in (w for w in values if w.target_port == port.name and kind_of(values[w]) not in port.accepts):
            yield from for_wire(document, wire, port, values[wire], values)
    yield from _connections(document, built, node, values)
    if len(values) > 1:
        yield from islice(to_match(document, values), MOST)
    yield from _smaller_kernel(built, node)
    yield from _all_classes(built, node)
    if len(document.nodes) > 1 and not document.wires_into[node.id] and not document.wires_out_of[node.id]:
        yield Repair("Remove", partial(edits.remove, ids=[node.id]))


def _all_classes(built: Built, node: Node) -> Iterator[Repair]:
    """For a dataset that does not have the class which was set against the rest."""
    layer = built.nodes[node.id].layer if node.id in built.nodes else None
    if isinstance(layer, Dataset) and layer.positive and not layer.missing and layer.positive not in layer.info.classes:
        yield Repair("Tell all classes apart", partial(edits.set_setting, id=node.id, name="positive", value=""))


def _connections(document: Document, built: Built, node: Node, known: Known) -> Iterator[Repair]:
    """For a port that is free: the dataset's label to a loss's target; the nearest loose end to anything else."""
    wired = {w.target_port for w in built.plain.drawing.wires_into[own(node.id)]}
    for port in layer_type(node.type).inputs:
        if port.name in wired or port.optional:
            continue
        for source, source_port, value in _candidates(document, built, node, port.name):
            wire = Wire(source.id, source_port, node.id, port.name)
            if kind_of(value) not in port.accepts:
                for via in for_wire(document, wire, port, value, known):
                    yield Repair(f"{via.title} and connect {source.name}", via.edit, via.layer, via.result)
            elif _tried(document, wire, {**known, wire: value}):
                output = built.plain.drawing.nodes[source_port].name if source.block else source_port
                yield Repair(f"Connect {source.name}’s {output}", partial(edits.connect, wire=wire))
            break


def _candidates(document: Document, built: Built, node: Node, port: str) -> Iterator[tuple[Node, str, Value]]:
    downstream = document.downstream(node.id)
    inside = node.id.rpartition("/")[0]
    ids = [i for i in document.nodes if i not in downstream and i in built.nodes and i.rpartition("/")[0] == inside]
    if port == "target":
        choices = [(document.nodes[i], "label") for i in ids if "label" in built.nodes[i].outputs]
    else:
        loose = [i for i in ids if not [w for w in document.wires_out_of[i] if w.source_port != "label"]]
        choices = [(document.nodes[i], next(iter(built.nodes[i].outputs))) for i in loose if built.nodes[i].outputs]
        choices = sorted([*choices, *_loose_blocks(built, node)], key=lambda choice: _distance(choice[0], node))
    for source, name in choices:
        value = built.value(source.id, name)
        if value is not None and kind_of(value) != NUMBER:
            yield source, name, value


def _loose_blocks(built: Built, node: Node) -> Iterator[tuple[Node, str]]:
    """Blocks beside a node that is in none, from which no wire leads on yet, with their first output."""
    drawing = built.plain.drawing
    beside = drawing.children[""] if node.id in drawing.children[""] else ()
    for id in beside:
        if drawing.nodes[id].block and not drawing.wires_out_of[id] and id not in drawing.downstream(node.id):
            yield from ((drawing.nodes[id], port) for port in drawing.outputs(id)[:1])


def _distance(a: Node, b: Node) -> float:
    return abs(a.position[0] - b.position[0]) + abs(a.position[1] - b.position[1])


def _smaller_kernel(built: Built, node: Node) -> Iterator[Repair]:
    """A window larger than its image: padding, the largest window that fits, or none at all."""
    info = built.nodes.get(node.id)
    x = info.inputs.get("x") if info else None
    if info is None or info.layer is None or not isinstance(x, Value) or x.rank != 4:
        return
    kernel = getattr(info.layer, "kernel_size", None)
    sides = [d for d in x.shape[2:] if isinstance(d, int)]
    if kernel and any(k > s for k, s in zip(kernel, sides, strict=False)):
        least = min(sides)
        smaller = partial(edits.set_setting, id=node.id, name="kernel_size", value=(least, least))
        if least > 1:
            yield Repair(f"Make the kernel {least}×{least}", smaller)
        yield Repair("Pad with zeros (same)", partial(edits.set_setting, id=node.id, name="padding", value="same"))
        if info.layer.category == "Pooling":
            yield Repair(f"Take {node.name or node.type} out", partial(edits.dissolve, id=node.id))
