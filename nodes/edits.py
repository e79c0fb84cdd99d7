"""Edits: functions Document -> Document. Each gives a new document or raises `Refusal`, in words, with repairs on offer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from nodes.bends import carried, split
from nodes.build import FREE, Built, build, misfit
from nodes.document import ENTRY, EXIT, Document, Node, Position, Share, Wire, own
from nodes.layer import KIND_WORDS, Layer, LayerError, Port, kind_of, layer_type, make, sample_shape
from nodes.naming import cleaned
from nodes.problems import Problem, Refusal, Repair
from nodes.promotions import BYPASSED, on_view, promoted, set_face, without_promotions
from nodes.sharing import unshare as unshare
from nodes.staging import by_recipe
from runtime.errors import NetwrightError, unknown
from runtime.graph import Value
from runtime.recipe import Stage

#: The horizontal distance at which a layer is put behind another one.
GAP = 232.0


# -- nodes -------------------------------------------------------------------------------------------------------------
def add(
    document: Document, type: str, position: Position = (0.0, 0.0), settings: Mapping[str, Any] | None = None,
    name: str = "", parent: str = "",
) -> tuple[Document, str]:
    """A new node, inside the block `parent` if one is named; returns the document and the node's id.

    Raises `Refusal` for a setting out of range, and for what cannot stand in a block.
    """
    require_place(type, parent)
    try:
        layer = make(type, settings or {})
    except LayerError as error:
        raise Refusal(f"{type}: {error}") from None
    id = f"n{document.serial}"
    read = layer_type(type).completed({k: getattr(layer, k) for k in settings or {}})
    called = free_name(document, name or layer_type(type).short, numbered=not name, parent=parent)
    node = Node(id, type, called, position, read, parent=parent)
    return document.changed(nodes={**document.nodes, id: node}, serial=document.serial + 1), id


def require_place(type: str, parent: str) -> None:
    """Raises `Refusal` for a layer that stands outside of all blocks, and for a block's end that would."""
    cls = layer_type(type)
    if parent and (cls.category in ("Data", "Loss") or type == "Output"):
        raise Refusal(f"{type} stands outside of blocks, where a recipe finds it: add it there, and wire it to the block.")
    if not parent and type in (ENTRY, EXIT):
        raise Refusal(f"{type} is the end of a block, and this is no block: open one first.")


def free_name(document: Document, base: str, numbered: bool = False, parent: str = "") -> str:
    """`base` if no layer beside it (in the same block) has it (``base1`` when numbered), else with the next free number."""
    taken = {document.nodes[i].name for i in document.children.get(parent, ())}
    if not numbered and base not in taken:
        return base
    stem = base.rstrip("0123456789") or base
    number = next(i for i in range(1, len(taken) + 2) if f"{stem}{i}" not in taken)
    return f"{stem}{number}"


def remove(document: Document, ids: Iterable[str]) -> Document:
    """Take nodes away, with all inside them (frames, too), their wires, weights and optimizer state."""
    chosen = [document.node(i).id for i in ids]
    gone = {*chosen, *(inner for i in chosen for inner in document.inside(i))}
    for id, name in [(n.id, k) for n in document.nodes.values() for k, s in n.shared.items() if own(s.node) in gone]:
        document = unshare(document, id, name)
    kept = {i: without_promotions(n, gone) for i, n in document.nodes.items() if i not in gone}
    wires = tuple(w for w in document.wires if gone.isdisjoint((w.source, w.target, w.source_port, w.target_port)))
    training = replace(document.training, slots=_without(document.training.slots, gone), best={})
    frames = tuple(f for f in document.frames if f.parent not in gone)
    weights = _without(document.weights, gone)
    return document.changed(nodes=kept, wires=wires, frames=frames, weights=weights, training=training)


def _without(arrays: Mapping[str, Any], gone: set[str]) -> Mapping[str, Any]:
    return {k: v for k, v in arrays.items() if gone.isdisjoint(k.split("/")[:-1:2])}


def dissolve(document: Document, id: str) -> Document:
    """Take a node away and join what fed it to what it fed, where the shapes fit."""
    id = document.node(id).id
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
    """Nodes to other places. The bends of a wire go with its ends where both go the same way."""
    nodes = dict(document.nodes)
    for id, position in positions.items():
        nodes[own(id)] = replace(document.node(id), position=(float(position[0]), float(position[1])))
    return document.changed(nodes=nodes, bends=carried(document, {own(i): p for i, p in positions.items()}))


def rename(document: Document, id: str, name: str) -> Document:
    name = cleaned(name, "A layer's name")
    node = document.node(id)
    if any(document.nodes[i].name == name and i != node.id for i in document.children[node.parent]):
        free = free_name(document, name, parent=node.parent)
        fix = Repair(f"Name it ‘{free}’", lambda d: rename(d, id, free))
        raise Refusal(f"Another layer is already called ‘{name}’: choose a name of its own, ‘{free}’ is free.", (fix,))
    return _replace_node(document, id, name=name)


def retitle(document: Document, title: str) -> Document:
    """Another name for the network."""
    title = cleaned(title, "The network's name")
    return document if title == document.title else document.changed(title=title)


def set_setting(document: Document, id: str, name: str, value: Any) -> Document:
    """Change one setting; one that stands on the face of a block, there, for the repetition that is drawn where that
    has its own value. Raises `Refusal` with the range, and the old value stays."""
    node = document.node(id)
    if node.block is not None:
        return set_face(document, node.id, name, value)
    if (promotion := promoted(document, node.id, name)) is not None:
        return set_face(document, node.parent, promotion.name, value, promotion, on_view(document, promotion, node.parent))
    try:
        layer = make(node.type, {**node.settings, name: value})
    except LayerError as error:
        raise Refusal(f"{node.type} ‘{node.name}’: {error}") from None
    return _replace_node(document, id, settings=layer.completed({**node.settings, name: getattr(layer, name)}))


def reset_setting(document: Document, id: str, name: str) -> Document:
    node = document.node(id)
    return _replace_node(document, id, settings={k: v for k, v in node.settings.items() if k != name})


def set_flags(document: Document, ids: Iterable[str], **flags: bool) -> Document:
    """Bypass, collapse or freeze. A bypass that stands on the face of a block is set there."""
    for id in ids:
        promotion = promoted(document, id, BYPASSED) if BYPASSED in flags else None
        if promotion is not None:
            around = document.node(id).parent
            shown = on_view(document, promotion, around)
            document = set_face(document, around, promotion.name, flags[BYPASSED], promotion, shown)
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
    path = document.path(id)
    built = build(document, "training", only=[id])
    keys = [p.key.rpartition("/") for p in built.graph.parameters.values()]
    there = {parameter for owner, _, parameter in keys if owner == path} | set(document.node(id).shared)
    info = built.nodes.get(path)
    if info is not None and info.outputs and name not in there:
        why = unknown("parameter", name, there) if there else "it has no parameters, so there is nothing to share."
        raise Refusal(f"{document.node(id).name}: {why}")


def _replace_node(document: Document, id: str, **changes: Any) -> Document:
    before = document.node(id)
    node = replace(before, **changes)
    return document if node == before else document.changed(nodes={**document.nodes, node.id: node})


# -- wires -------------------------------------------------------------------------------------------------------------
def connect(document: Document, wire: Wire) -> Document:
    """Join an output to an input; a wire that was there before makes way. Raises `Refusal` with repairs."""
    wire = drawn(document, wire)
    port = _input_port(document, wire)
    _require_output(document, wire)
    _require_one_level(document, wire)
    if wire.source in document.downstream(wire.target):
        raise Refusal(_loop_sentence(document, wire))
    wired = _joined(document, wire, port)
    value, built = _value_at(wired, wire)
    if value is not None:
        _refuse_misfit(document, wired, wire, port, value, built)
    return wired


def drawn(document: Document, wire: Wire) -> Wire:
    """The wire as it is drawn: what a wire between layers of the plain document (`nodes.unfold`) stands for, where blocks lie
    between them."""
    bare = Wire(own(wire.source), wire.source_port, own(wire.target), wire.target_port)
    found = [w for w in document.wires_into.get(bare.target, ()) if w.target_port == bare.target_port]
    return found[0] if bare != wire and bare not in found and len(found) == 1 else bare


def _joined(document: Document, wire: Wire, port: Port) -> Document:
    rest = tuple(
        w for w in document.wires
        if w != wire and (port.many or (w.target, w.target_port) != (wire.target, wire.target_port))
    )
    return document.changed(wires=(*rest, wire))


def disconnect(document: Document, wires: Iterable[Wire]) -> Document:
    gone = {drawn(document, w) for w in wires}
    return document.changed(wires=tuple(w for w in document.wires if w not in gone))


def _input_port(document: Document, wire: Wire) -> Port:
    node = document.node(wire.target)
    port = next((p for p in document.inputs(node.id) if p.name == wire.target_port), None)
    if port is None:
        raise Refusal(f"{node.type} ‘{node.name}’ has no input called ‘{wire.target_port}’.")
    return port


def _require_output(document: Document, wire: Wire) -> None:
    node = document.node(wire.source)
    if wire.source_port not in document.outputs(node.id):
        raise Refusal(f"{node.type} ‘{node.name}’ has no output called ‘{wire.source_port}’.")


def _require_one_level(document: Document, wire: Wire) -> None:
    a, b = document.node(wire.source), document.node(wire.target)
    if a.parent != b.parent:
        raise Refusal(f"{a.name} and {b.name} do not stand in the same block: lead the wire through the block's ports.")


def _loop_sentence(document: Document, wire: Wire) -> str:
    a, b = document.node(wire.source), document.node(wire.target)
    return f"{b.name} already feeds {a.name}, so this wire would close a loop, and data must flow one way."


def _value_at(document: Document, wire: Wire) -> tuple[Value | None, Built]:
    built = build(document, "training", only=[wire.source])
    return built.value(document.path(wire.source), wire.source_port), built


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
    known = {p.what for p in _said_by(before, id)}
    new = [p for p in _said_by(after, id) if p.what not in known and FREE not in p.what]
    return next((p.what if p.node == after.path(id) else p.sentence for p in new), "")


def _said_by(document: Document, id: str) -> list[Problem]:
    """The problems of a node, and of all inside it."""
    return [p for p in build(document, "training", only=[id]).problems if id in p.node.split("/")[::2]]


def insert(document: Document, wire: Wire, type: str) -> Document:
    """Put a new layer of `type` on a wire (which need not be there yet), halfway between its ends."""
    wire = drawn(document, wire)
    _require_one_level(document, wire)
    source = document.node(wire.source)
    a, b = source.position, document.node(wire.target).position
    middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
    document, id = add(document, type, middle, parent=source.parent)
    return insert_node(document, wire, id)


def insert_node(document: Document, wire: Wire, id: str) -> Document:
    """Put a node that is there already on a wire."""
    inputs, outputs = document.inputs(id), document.outputs(id)
    if not inputs or not outputs:
        raise Refusal(f"{document.node(id).type} cannot stand on a wire: it has no {'input' if not inputs else 'output'}.")
    into = Wire(wire.source, wire.source_port, id, inputs[0].name)
    out = Wire(id, outputs[0], wire.target, wire.target_port)
    joined = connect(connect(disconnect(document, [wire]), into), out)
    return joined.changed(bends={**joined.bends, **split(document, wire, into, out)})


def preview(document: Document, wire: Wire) -> str:
    """The shape that the target would give with this wire (``16×8×8``), or ``?``. Raises `Refusal`."""
    built = build(connect(document, wire), "training", only=[wire.target])
    found = built.at(document.path(wire.target))
    value = found.output if found else None
    return "?" if value is None else ("scalar" if value.rank == 0 else sample_shape(value))


# -- advice --------------------------------------------------------------------------------------------------------------
def silence(document: Document, kind: str) -> Document:
    """Do not give this document advice of a kind (a rule's name) any more."""
    return document.changed(silenced=tuple(sorted({*document.silenced, kind})))


def hear_again(document: Document) -> Document:
    """Give all advice again."""
    return document.changed(silenced=())


# -- recipe --------------------------------------------------------------------------------------------------------------
def set_recipe(document: Document, stage: int = 0, update: int = 0, **changes: Any) -> Document:
    """Change fields of a stage, of one of its updates (optimizer …), or the seed."""
    from nodes.recipes import checked

    recipe = document.recipe
    if "seed" in changes:
        recipe = replace(recipe, seed=int(changes.pop("seed")))
    recipe = recipe.with_stage(stage, update, **changes) if changes else recipe
    try:
        return document.changed(recipe=checked(recipe))
    except NetwrightError as error:
        raise Refusal(str(error)) from None


def set_stages(document: Document, stages: Sequence[Stage]) -> Document:
    """Other stages in place of the recipe's. Training stands in the stage in which it stood, wherever that is now; where that
    one is gone, see `runtime.stages.restaged`."""
    from nodes.recipes import checked

    if not stages:
        raise Refusal("A recipe needs a stage: keep one.")
    try:
        recipe = checked(replace(document.recipe, stages=tuple(stages)))
    except NetwrightError as error:
        raise Refusal(str(error)) from None
    return by_recipe(document, recipe)
