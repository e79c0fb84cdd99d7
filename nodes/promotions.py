"""The face of a block: settings of layers inside it, set from outside, for all repetitions or for single ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from nodes.document import Block, Document, Node, Promotion
from nodes.document_json import MOST_REPEATED
from nodes.layer import LayerError, Setting, layer_type, make
from nodes.naming import cleaned
from nodes.problems import Refusal, Repair
from nodes.unfold import times
from runtime.errors import unknown

BYPASSED = "bypassed"


def promoted(document: Document, id: str, setting: str) -> Promotion | None:
    """The promotion that puts a node's setting on the face of its block."""
    node = document.node(id)
    block = document.nodes[node.parent].block if node.parent in document.nodes else None
    return next((p for p in (block.promotions if block else ()) if (p.node, p.setting) == (node.id, setting)), None)


def promote(document: Document, id: str, setting: str, name: str = "", factor: int = 1) -> Document:
    """Put a node's setting on the face of the block around it, under `name` (its own, if left out): a new one, which begins
    with the value that the node has, or one that is there already and sets `factor` times its value here. Raises `Refusal`."""
    node, name = document.node(id), cleaned(name or setting, "A setting's name")
    if not node.parent:
        raise Refusal(f"{node.name} stands in no block, so there is no face to put its {setting} on: make a block of it first.")
    if factor < 1:
        raise Refusal(f"A setting on a block's face counts {factor} times inside: set the factor to at least 1.")
    value = _value(document, node, setting)
    parent = document.nodes[node.parent]
    assert parent.block is not None
    promotion = Promotion(name, node.id, setting, factor)
    _require_joining(document, parent, promotion, value)
    kept = tuple(p for p in parent.block.promotions if (p.node, p.setting) != (node.id, setting))
    block = replace(parent.block, promotions=(*kept, promotion))
    first = {} if name in parent.settings else {name: _begun(node, promotion, value)}
    made = replace(parent, block=block, settings={**parent.settings, **first})
    return document.changed(nodes={**document.nodes, parent.id: made})


def _begun(node: Node, promotion: Promotion, value: Any) -> Any:
    """With what a new setting of a face begins."""
    try:
        return _divided(node, value, promotion)
    except Refusal:
        what = f"{promotion.setting.replace('_', ' ')} of {node.name} is {written(value)}"
        raise Refusal(f"{what}, which is no multiple of {promotion.factor}: choose another factor.") from None


def _require_joining(document: Document, block: Node, promotion: Promotion, value: Any) -> None:
    """Raises `Refusal` where what stands on the face under this name already is of another kind, or out of range here."""
    if promotion.name not in block.settings or block.block is None:
        return
    there, inner = block.settings[promotion.name], document.nodes[promotion.node]
    if any(isinstance(there, kind) != isinstance(value, kind) for kind in (bool, str, tuple)):
        what = f"{inner.name}: ‘{promotion.name}’ on the face of {block.name} is {written(there)}"
        other = f"{inner.name} {promotion.setting}"
        apart = Repair(f"Call it ‘{other}’", lambda d: promote(d, inner.id, promotion.setting, other))
        said = f"{what}, and its {promotion.setting.replace('_', ' ')} is {written(value)}: choose another name."
        raise Refusal(said, (apart,))
    singles = [values[promotion.name] for values in block.block.each.values() if promotion.name in values]
    for each in (there, *singles):
        _require(document, promotion, each)


def written(value: Any) -> str:
    """A value as it stands on a face: ``2×2``, ``on``."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return "×".join(map(str, value)) if isinstance(value, tuple) else str(value)


def factor_for(document: Document, id: str, setting: str, name: str) -> int:
    """How many times the face's `name` a node's setting is now; 1 where that is no whole number."""
    node = document.node(id)
    value, there = _value(document, node, setting), document.nodes[node.parent].settings.get(name)
    numbers = [type(v) is int and v > 0 for v in (value, there)]
    return value // there if all(numbers) and value % there == 0 else 1


def on_view(document: Document, promotion: Promotion, block: str) -> int | None:
    """Which repetition a layer inside a block speaks for: the first one, which is drawn, where that has its own value; else
    all."""
    inside = document.node(block).block
    return 0 if inside is not None and promotion.name in inside.each.get(0, {}) else None


def face_value(document: Document, promotion: Promotion, block: str) -> Any:
    """What the face says of a promoted setting in the repetition on view; None where it says nothing."""
    node = document.node(block)
    assert node.block is not None
    return {**node.settings, **node.block.each.get(0, {})}.get(promotion.name)


def rename_face(document: Document, block: str, old: str, new: str) -> Document:
    """Call a setting of a block's face otherwise. Raises `Refusal`."""
    node, new = document.node(block), cleaned(new, "A setting's name")
    assert node.block is not None
    if new != old and any(p.name == new for p in node.block.promotions):
        raise Refusal(f"‘{new}’ stands on the face of {node.name} already: choose another name.")

    def called(values: Mapping[str, Any]) -> dict[str, Any]:
        return {new if k == old else k: v for k, v in values.items()}

    promotions = tuple(replace(p, name=new) if p.name == old else p for p in node.block.promotions)
    each = {r: called(values) for r, values in node.block.each.items()}
    made = replace(node, settings=called(node.settings), block=replace(node.block, promotions=promotions, each=each))
    nodes = {**document.nodes, node.id: made}
    if (outer := nodes.get(node.parent)) is not None and outer.block is not None:
        up = tuple(replace(p, setting=new) if (p.node, p.setting) == (node.id, old) else p for p in outer.block.promotions)
        nodes[outer.id] = replace(outer, block=replace(outer.block, promotions=up))
    return document.changed(nodes=nodes)


def _value(document: Document, node: Node, setting: str) -> Any:
    if setting == BYPASSED:
        return node.bypassed
    known = {s.name: s for s in settings_of(document, node)}
    if setting not in known:
        raise Refusal(f"{node.name}: {unknown(f'setting of {node.type}', setting, known)}")
    return node.settings.get(setting, known[setting].default)


def demote(document: Document, block: str, name: str) -> Document:
    """Take a setting off a block's face; the layers inside keep the value that it had there."""
    node = document.node(block)
    assert node.block is not None
    nodes = dict(document.nodes)
    for p in node.block.promotions:
        if p.name == name and name in node.settings:
            nodes[p.node] = _with(nodes[p.node], p.setting, times(node.settings[name], p.factor))
    nodes[node.id] = replace(node, block=_less(node.block, [name]), settings=_minus(node.settings, [name]))
    if node.parent:
        nodes[node.parent] = _dropped(nodes[node.parent], lambda p: (p.node, p.setting) == (node.id, name))
    return document.changed(nodes=nodes)


def _with(node: Node, setting: str, value: Any) -> Node:
    if setting == BYPASSED:
        return replace(node, bypassed=bool(value))
    return replace(node, settings={**node.settings, setting: value})


def without_promotions(node: Node, gone: set[str]) -> Node:
    """A block without what stood on its face for layers that are gone."""
    return _dropped(node, lambda p: p.node in gone)


def _dropped(node: Node, gone: Callable[[Promotion], bool]) -> Node:
    if node.block is None or not any(map(gone, node.block.promotions)):
        return node
    kept = tuple(p for p in node.block.promotions if not gone(p))
    lost = {p.name for p in node.block.promotions} - {p.name for p in kept}
    return replace(node, block=replace(_less(node.block, lost), promotions=kept), settings=_minus(node.settings, lost))


def _less(block: Block, names: Iterable[str]) -> Block:
    gone = set(names)
    each = {r: _minus(values, gone) for r, values in block.each.items()}
    kept = tuple(p for p in block.promotions if p.name not in gone)
    return replace(block, promotions=kept, each={r: values for r, values in each.items() if values})


def _minus(settings: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    gone = set(names)
    return {k: v for k, v in settings.items() if k not in gone}


# -- what stands on the face ---------------------------------------------------------------------------------------------
def settings_of(document: Document, node: Node) -> tuple[Setting, ...]:
    """The settings of a node; a block's are those on its face, each as the first layer knows it that it sets."""
    if node.block is None:
        return layer_type(node.type).settings()
    found: dict[str, Setting] = {}
    for promotion in node.block.promotions:
        inner = document.nodes.get(promotion.node)
        if inner is not None and promotion.name not in found:
            found[promotion.name] = _named(document, inner, promotion)
    return tuple(found.values())


def _named(document: Document, inner: Node, promotion: Promotion) -> Setting:
    if promotion.setting == BYPASSED:
        return Setting(promotion.name, bool, inner.bypassed, f"Go past {inner.name}.")
    known = next((s for s in settings_of(document, inner) if s.name == promotion.setting), None)
    if known is None:
        return Setting(promotion.name, str, "", f"A setting that {inner.name} does not have.")
    default = inner.settings.get(promotion.setting, known.default)
    return replace(known, name=promotion.name, default=default, only_if=None)


def set_face(
    document: Document, id: str, name: str, value: Any, promotion: Promotion | None = None, repetition: int | None = None
) -> Document:
    """Set what stands on a block's face, for all repetitions or for one. With `promotion`, `value` is what the layer behind it
    should have. Raises `Refusal` for a name that is not there and a value that a layer inside does not take."""
    node = document.node(id)
    assert node.block is not None
    known = {s.name: s for s in settings_of(document, node)}
    if name not in known:
        raise Refusal(f"{node.name}: {unknown('setting on its face', name, known)}")
    try:
        value = known[name].read(_divided(node, value, promotion))
    except LayerError as error:
        raise Refusal(f"{node.name}: {error}") from None
    for p in node.block.promotions:
        if p.name == name:
            _require(document, p, value)
    return _faced(document, node, name, value, repetition)


def _divided(node: Node, value: Any, promotion: Promotion | None) -> Any:
    if promotion is None or promotion.factor == 1 or isinstance(value, (bool, str)):
        return value
    if isinstance(value, tuple):
        return tuple(_divided(node, v, promotion) for v in value)
    if not isinstance(value, int) or value % promotion.factor:
        times = f"{promotion.factor} times ‘{promotion.name}’ on the face of {node.name}"
        raise Refusal(f"Its {promotion.setting} is {times}, and {value} is no multiple of {promotion.factor}: change it there.")
    return value // promotion.factor


def _require(document: Document, promotion: Promotion, value: Any) -> None:
    inner = document.nodes.get(promotion.node)
    if inner is None or promotion.setting == BYPASSED:
        return
    number = times(value, promotion.factor)
    if inner.block is not None:
        set_face(document, inner.id, promotion.setting, number)
        return
    try:
        make(inner.type, {**inner.settings, promotion.setting: number})
    except LayerError as error:
        raise Refusal(f"{inner.type} ‘{inner.name}’: {error}") from None


def _faced(document: Document, node: Node, name: str, value: Any, repetition: int | None) -> Document:
    assert node.block is not None
    if repetition is None:
        made = replace(node, settings={**node.settings, name: value})
    else:
        if not 0 <= repetition < node.block.repeat:
            raise Refusal(f"{node.name} has {node.block.repeat} repetitions, and there is no number {repetition + 1}.")
        each = {**node.block.each, repetition: {**node.block.each.get(repetition, {}), name: value}}
        made = replace(node, block=replace(node.block, each=each))
    return document if made == node else document.changed(nodes={**document.nodes, node.id: made})


def reset_face(document: Document, id: str, name: str, repetition: int) -> Document:
    """Let a repetition be like the others again in one setting."""
    node = document.node(id)
    assert node.block is not None
    each = {**node.block.each, repetition: _minus(node.block.each.get(repetition, {}), [name])}
    block = replace(node.block, each={r: values for r, values in each.items() if values})
    return document.changed(nodes={**document.nodes, node.id: replace(node, block=block)})


def set_repeat(document: Document, id: str, repeat: int) -> Document:
    """How often a block stands in a row. Raises `Refusal` out of range, and for a block without an input or an output."""
    node = document.node(id)
    assert node.block is not None
    if not 1 <= repeat <= MOST_REPEATED:
        raise Refusal(f"{node.name}: it stands {repeat} times in a row: set it between 1 and {MOST_REPEATED:,}.")
    if repeat > 1 and not (document.inputs(node.id) and document.outputs(node.id)):
        missing = "input" if not document.inputs(node.id) else "output"
        raise Refusal(f"{node.name} has no {missing}, so nothing could flow from one repetition to the next: leave it at 1.")
    each = {r: values for r, values in node.block.each.items() if r < repeat}
    block = replace(node.block, repeat=repeat, each=each)
    return document.changed(nodes={**document.nodes, node.id: replace(node, block=block)})
