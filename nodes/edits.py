"""Edits: functions Document -> Document. Each gives a new document or raises `Refusal`, in words, with repairs on offer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

from nodes.build import Built, build, misfit
from nodes.document import Document, Frame, Node, Position, Share, Wire
from nodes.document_json import shares
from nodes.layer import KIND_WORDS, Layer, LayerError, Port, kind_of, layer_type, make, sample_shape
from nodes.problems import Refusal, Repair
from nodes.sharing import unshare as unshare
from runtime.errors import NetwrightError, unknown
from runtime.graph import Value

#: The horizontal distance at which a layer is put behind another one.
GAP = 232.0
CLIPBOARD = "netwright/nodes"
LONGEST_NAME = 60


# -- nodes -------------------------------------------------------------------------------------------------------------
def add(
    document: Document, type: str, position: Position = (0.0, 0.0), settings: Mapping[str, Any] | None = None,
    name: str = "",
) -> tuple[Document, str]:
    """A new node; returns the document and the node's id. Raises `Refusal` for a setting out of range."""
    try:
        layer = make(type, settings or {})
    except LayerError as error:
        raise Refusal(f"{type}: {error}") from None
    id = f"n{document.serial}"
    read = {k: getattr(layer, k) for k in settings or {}}
    node = Node(id, type, free_name(document, name or layer_type(type).short, numbered=not name), position, read)
    return document.changed(nodes={**document.nodes, id: node}, serial=document.serial + 1), id


def free_name(document: Document, base: str, numbered: bool = False) -> str:
    """`base` if no layer has it (``base1`` when numbered), else with the next free number."""
    taken = {n.name for n in document.nodes.values()}
    if not numbered and base not in taken:
        return base
    stem = base.rstrip("0123456789") or base
    number = next(i for i in range(1, len(taken) + 2) if f"{stem}{i}" not in taken)
    return f"{stem}{number}"


def remove(document: Document, ids: Iterable[str]) -> Document:
    """Take nodes away, with their wires, weights and optimizer state."""
    gone = set(ids)
    for id, name in [(n.id, k) for n in document.nodes.values() for k, s in n.shared.items() if s.node in gone]:
        document = unshare(document, id, name)
    kept = {i: n for i, n in document.nodes.items() if i not in gone}
    wires = tuple(w for w in document.wires if w.source in kept and w.target in kept)
    training = replace(document.training, slots=_without(document.training.slots, gone), best={})
    return document.changed(nodes=kept, wires=wires, weights=_without(document.weights, gone), training=training)


def _without(arrays: Mapping[str, Any], gone: set[str]) -> Mapping[str, Any]:
    return {k: v for k, v in arrays.items() if k.split("/")[0] not in gone}


def dissolve(document: Document, id: str) -> Document:
    """Take a node away and join what fed it to what it fed, where the shapes fit."""
    before, after = document.wires_into[id], document.wires_out_of[id]
    document = remove(document, [id])
    for wire in after if before else ():
        joined = Wire(before[0].source, before[0].source_port, wire.target, wire.target_port)
        try:
            document = connect(document, joined)
        except Refusal:
            continue
    return document


def move(document: Document, positions: Mapping[str, Position]) -> Document:
    nodes = dict(document.nodes)
    for id, position in positions.items():
        nodes[id] = replace(document.node(id), position=(float(position[0]), float(position[1])))
    return document.changed(nodes=nodes)


def rename(document: Document, id: str, name: str) -> Document:
    name = _cleaned(name, "A layer's name")
    if any(n.name == name and n.id != id for n in document.nodes.values()):
        free = free_name(document, name)
        fix = Repair(f"Name it ‘{free}’", lambda d: rename(d, id, free))
        raise Refusal(f"Another layer is already called ‘{name}’: choose a name of its own, ‘{free}’ is free.", (fix,))
    return _replace_node(document, id, name=name)


def retitle(document: Document, title: str) -> Document:
    """Another name for the network."""
    title = _cleaned(title, "The network's name")
    return document if title == document.title else document.changed(title=title)


def _cleaned(name: str, what: str) -> str:
    """One line, of a length that can be read."""
    name = " ".join(name.split())
    if not name:
        raise Refusal(f"{what} cannot be empty: type at least one character.")
    if len(name) > LONGEST_NAME:
        raise Refusal(f"{what} has {len(name)} characters, and at most {LONGEST_NAME} are read: shorten it.")
    return name


def set_setting(document: Document, id: str, name: str, value: Any) -> Document:
    """Change one setting. Raises `Refusal` with the range, and the old value stays."""
    node = document.node(id)
    try:
        layer = make(node.type, {**node.settings, name: value})
    except LayerError as error:
        raise Refusal(f"{node.type} ‘{node.name}’: {error}") from None
    return _replace_node(document, id, settings=layer.completed({**node.settings, name: getattr(layer, name)}))


def reset_setting(document: Document, id: str, name: str) -> Document:
    node = document.node(id)
    return _replace_node(document, id, settings={k: v for k, v in node.settings.items() if k != name})


def set_flags(document: Document, ids: Iterable[str], **flags: bool) -> Document:
    for id in ids:
        document = _replace_node(document, id, **flags)
    return document


def set_decay(document: Document, id: str, factor: float) -> Document:
    """How much of the recipe's weight decay counts for this layer: 1 all of it, 0 none."""
    if not 0 <= factor <= 1000:
        raise Refusal(f"{document.node(id).name}: its share of the weight decay is {factor:g}: set it between 0 and 1000.")
    return _replace_node(document, id, decay=float(factor))


# -- parameters of other nodes -----------------------------------------------------------------------------------------
def share(document: Document, id: str, parameter: str, owner: str, owned: str = "", transposed: bool = False) -> Document:
    """Let a node use another's parameter in place of its own. `owned` is its name there, the same if left out.

    Raises `Refusal` where it does not fit.
    """
    _require_parameter(document, id, parameter)
    _require_parameter(document, owner, owned or parameter)
    shared = {**document.node(id).shared, parameter: Share(document.node(owner).id, owned or parameter, transposed)}
    pointing = _replace_node(document, id, shared=shared)
    problem = _new_problem(document, pointing, id)
    if problem:
        raise Refusal(f"{document.node(id).name}: {problem}")
    return pointing


def _require_parameter(document: Document, id: str, name: str) -> None:
    """Raises `Refusal` for a parameter that a layer, as far as it is built, does not have."""
    built = build(document, "training", only=[id])
    keys = [p.key.rpartition("/") for p in built.graph.parameters.values()]
    own = {parameter for owner, _, parameter in keys if owner == id} | set(document.node(id).shared)
    info = built.nodes.get(id)
    if info is not None and info.outputs and name not in own:
        why = unknown("parameter", name, own) if own else "it has no parameters, so there is nothing to share."
        raise Refusal(f"{document.node(id).name}: {why}")


def _replace_node(document: Document, id: str, **changes: Any) -> Document:
    node = replace(document.node(id), **changes)
    return document if node == document.nodes[id] else document.changed(nodes={**document.nodes, id: node})


# -- wires -------------------------------------------------------------------------------------------------------------
def connect(document: Document, wire: Wire) -> Document:
    """Join an output to an input; a wire that was there before makes way. Raises `Refusal` with repairs."""
    port = _input_port(document, wire)
    _output_port(document, wire)
    if wire.source in document.downstream(wire.target):
        raise Refusal(_loop_sentence(document, wire))
    wired = _joined(document, wire, port)
    value, built = _value_at(wired, wire)
    if value is not None:
        _refuse_misfit(document, wired, wire, port, value, built)
    return wired


def _joined(document: Document, wire: Wire, port: Port) -> Document:
    rest = tuple(
        w for w in document.wires
        if w != wire and (port.many or (w.target, w.target_port) != (wire.target, wire.target_port))
    )
    return document.changed(wires=(*rest, wire))


def disconnect(document: Document, wires: Iterable[Wire]) -> Document:
    gone = set(wires)
    return document.changed(wires=tuple(w for w in document.wires if w not in gone))


def _input_port(document: Document, wire: Wire) -> Port:
    node = document.node(wire.target)
    port = next((p for p in layer_type(node.type).inputs if p.name == wire.target_port), None)
    if port is None:
        raise Refusal(f"{node.type} ‘{node.name}’ has no input called ‘{wire.target_port}’.")
    return port


def _output_port(document: Document, wire: Wire) -> None:
    node = document.node(wire.source)
    if wire.source_port not in layer_type(node.type).outputs:
        raise Refusal(f"{node.type} ‘{node.name}’ has no output called ‘{wire.source_port}’.")


def _loop_sentence(document: Document, wire: Wire) -> str:
    a, b = document.node(wire.source), document.node(wire.target)
    return f"{b.name} already feeds {a.name}, so this wire would close a loop, and data must flow one way."


def _value_at(document: Document, wire: Wire) -> tuple[Value | None, Built]:
    built = build(document, "training", only=[wire.source])
    node = built.nodes.get(wire.source)
    return (node.outputs.get(wire.source_port) if node else None), built


_GIVES = {"indices": "class numbers", "number": "one number for the whole batch, and nothing comes after a loss"}


def _refuse_misfit(
    document: Document, wired: Document, wire: Wire, port: Port, value: Value, built: Built
) -> None:
    from nodes.repairs import for_refusal, for_wire  # they are edits themselves

    source, target = document.node(wire.source), document.node(wire.target)
    layer: Layer = layer_type(target.type)()
    if misfit(layer, port, value):
        takes = " or ".join(KIND_WORDS[k] for k in port.accepts)
        gives = _GIVES.get(kind_of(value)) or f"{sample_shape(value)} per sample"
        what = f"{target.name} takes {takes}; {source.name} gives {gives}."
        raise Refusal(what, lambda: for_wire(document, wire, port, value))
    problem = _new_problem(document, wired, wire.target)
    if problem:
        raise Refusal(f"{target.name}: {problem}", lambda: for_refusal(wired, wire, build(wired, only=[wire.target])))


def _new_problem(before: Document, after: Document, id: str) -> str:
    """What the target itself says to the new wire (None of what it said already, or of other ports)."""
    known = {p.what for p in build(before, "training", only=[id]).problems if p.node == id}
    new = [p.what for p in build(after, "training", only=[id]).problems if p.node == id and p.what not in known]
    return next((w for w in new if "not connected" not in w), "")


def insert(document: Document, wire: Wire, type: str) -> Document:
    """Put a new layer of `type` on a wire (which need not be there yet), halfway between its ends."""
    a, b = document.node(wire.source).position, document.node(wire.target).position
    middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
    document, id = add(document, type, middle)
    return insert_node(document, wire, id)


def insert_node(document: Document, wire: Wire, id: str) -> Document:
    """Put a node that is there already on a wire."""
    cls = layer_type(document.node(id).type)
    if not cls.inputs or not cls.outputs:
        raise Refusal(f"{cls.type} cannot stand on a wire: it has no {'input' if not cls.inputs else 'output'}.")
    document = disconnect(document, [wire])
    document = connect(document, Wire(wire.source, wire.source_port, id, cls.inputs[0].name))
    return connect(document, Wire(id, cls.outputs[0], wire.target, wire.target_port))


def preview(document: Document, wire: Wire) -> str:
    """The shape that the target would give with this wire (``16×8×8``), or ``?``. Raises `Refusal`."""
    built = build(connect(document, wire), "training", only=[wire.target])
    value = built.nodes[wire.target].output
    return "?" if value is None else ("scalar" if value.rank == 0 else sample_shape(value))


# -- advice --------------------------------------------------------------------------------------------------------------
def silence(document: Document, kind: str) -> Document:
    """Do not give this document advice of a kind (a rule's name) any more."""
    return document.changed(silenced=tuple(sorted({*document.silenced, kind})))


def hear_again(document: Document) -> Document:
    """Give all advice again."""
    return document.changed(silenced=())


# -- recipe, frames, output ----------------------------------------------------------------------------------------------
def set_recipe(document: Document, **changes: Any) -> Document:
    """Change fields of the first stage, of its update (optimizer …), or the seed."""
    from nodes.recipes import checked

    recipe = document.recipe
    if "seed" in changes:
        recipe = replace(recipe, seed=int(changes.pop("seed")))
    recipe = recipe.with_stage(0, **changes) if changes else recipe
    try:
        return document.changed(recipe=checked(recipe))
    except NetwrightError as error:
        raise Refusal(str(error)) from None


def frame(document: Document, title: str, rect: tuple[float, float, float, float], text: str = "") -> Document:
    made = Frame(f"f{document.serial}", title, text, rect)
    return document.changed(frames=(*document.frames, made), serial=document.serial + 1)


# -- clipboard -----------------------------------------------------------------------------------------------------------
def copy(document: Document, ids: Iterable[str]) -> str:
    """Nodes and the wires among them as text, for the clipboard."""
    chosen = set(ids)
    nodes = [asdict(document.nodes[i]) for i in document.nodes if i in chosen]
    wires = [asdict(w) for w in document.wires if w.target in chosen]
    return json.dumps({"kind": CLIPBOARD, "nodes": nodes, "wires": wires})


def paste(
    document: Document, text: str, offset: Position = (40.0, 40.0), keep_incoming: bool = False
) -> tuple[Document, list[str]]:
    """Nodes from the clipboard under new ids and names; returns the document and those ids. Raises `Refusal`."""
    data = _clipboard(text)
    new: dict[str, str] = {}
    for item in data["nodes"]:
        where = (item["position"][0] + offset[0], item["position"][1] + offset[1])
        name = free_name(document, item["name"] or item["type"].lower(), numbered=not item["name"])
        document, new[item["id"]] = add(document, item["type"], where, item["settings"], name)
    for item in data["nodes"]:
        document = _like(document, new, item)
    for item in data["wires"]:
        inside = item["source"] in new
        if inside or (keep_incoming and item["source"] in document.nodes):
            source = new.get(item["source"], item["source"])
            wire = Wire(source, item["source_port"], new[item["target"]], item["target_port"])
            document = document.changed(wires=(*document.wires, wire))
    return document, list(new.values())


def _like(document: Document, new: Mapping[str, str], item: Mapping[str, Any]) -> Document:
    """Flags and shares of a pasted node: shares point at the pasted owner, else at the old one, if it is still there."""
    moved = {k: replace(s, node=new.get(s.node, s.node)) for k, s in shares(item.get("shared", {})).items()}
    kept = {k: s for k, s in moved.items() if s.node in document.nodes}
    flags = {"frozen": bool(item.get("frozen", False)), "decay": float(item.get("decay", 1.0))}
    return _replace_node(document, new[item["id"]], shared=kept, **flags)


def _clipboard(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
        assert data["kind"] == CLIPBOARD
        ids = {n["id"] for n in data["nodes"]}
        for n in data["nodes"]:
            shares(n.get("shared", {}))
            make(n["type"], n["settings"])
            float(n["position"][0]), float(n["position"][1]), str(n["name"])
        assert all(w["target"] in ids for w in data["wires"])
    except NetwrightError as error:
        raise Refusal(f"What is on the clipboard cannot be pasted: {error}") from None
    except (ValueError, KeyError, TypeError, AssertionError, IndexError):
        raise Refusal("What is on the clipboard is no part of a network: copy some layers first.") from None
    result: dict[str, Any] = data
    return result
