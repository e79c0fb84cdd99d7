"""Copy and paste: nodes and the wires among them as text, and from text under new ids. Blocks take what is in them along."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

from nodes.bends import Bends, shifted
from nodes.document import Block, Document, Node, Position, Share, Wire, own
from nodes.document_json import bends_from_json, node_from_json, require_nesting
from nodes.edits import free_name, require_place
from nodes.naming import LONGEST_NAME
from nodes.problems import Refusal
from runtime.errors import NetwrightError
from runtime.typed import Damage

CLIPBOARD = "netwright/nodes"


def copy(document: Document, ids: Iterable[str]) -> str:
    """Nodes, all inside them, and the wires into them as text, for the clipboard."""
    chosen = {i for id in ids for i in (id, *document.inside(id))}
    nodes = [asdict(document.nodes[i]) for i in document.nodes if i in chosen]
    wires = [asdict(w) for w in document.wires if w.target in chosen]
    bends = [{"wire": asdict(w), "points": p} for w, p in document.bends.items() if {w.source, w.target} <= chosen]
    return json.dumps({"kind": CLIPBOARD, "nodes": nodes, "wires": wires, "bends": bends})


def paste(
    document: Document, text: str, offset: Position = (40.0, 40.0), keep_incoming: bool = False, parent: str = ""
) -> tuple[Document, list[str]]:
    """Nodes from the clipboard under new ids and names, into the block `parent`; returns the document and the ids of those
    that stand there. `keep_incoming` keeps wires from nodes that are still beside them. Raises `Refusal`."""
    nodes, wires, bends = _clipboard(text)
    for node in nodes.values():
        require_place(node.type, parent if node.parent not in nodes else node.parent)
    outer = {i: replace(n, parent=parent, position=_moved(n, offset)) for i, n in nodes.items() if n.parent not in nodes}
    document, new = planted(document, {**nodes, **outer}, wires)
    laid = {_rewired(w, new): shifted(p, *(offset if w.target in outer else (0.0, 0.0))) for w, p in bends.items()}
    document = document.changed(bends={**document.bends, **laid})
    if keep_incoming:
        beside = [w for w in wires if w.source not in nodes and w.source in document.nodes and w.target in outer]
        kept = [into(w, new) for w in beside if document.nodes[w.source].parent == parent]
        document = document.changed(wires=(*document.wires, *kept))
    return document, [new[i] for i in outer]


def planted(document: Document, nodes: Mapping[str, Node], wires: Iterable[Wire]) -> tuple[Document, dict[str, str]]:
    """These nodes and the wires among them, put into a document under new ids, with free names; returns it and the new ids by
    the old ones. What they share and set of each other goes along."""
    new = {old: f"n{document.serial + i}" for i, old in enumerate(nodes)}
    document = document.changed(serial=document.serial + len(nodes))
    for old, node in nodes.items():
        parent = new.get(node.parent, node.parent)
        name = free_name(document, node.name or node.type.lower(), numbered=not node.name, parent=parent)
        shared = _shares(node.shared, new, document)
        made = replace(node, id=new[old], name=name, parent=parent, shared=shared, block=_renamed(node.block, new))
        document = document.changed(nodes={**document.nodes, made.id: made})
    among = tuple(_rewired(w, new) for w in wires if w.source in new and w.target in new)
    return document.changed(wires=(*document.wires, *among)), new


def _rewired(wire: Wire, new: Mapping[str, str]) -> Wire:
    """A block's ports are called after the nodes behind them."""
    return replace(into(wire, new), source=new[wire.source], source_port=new.get(wire.source_port, wire.source_port))


def into(wire: Wire, new: Mapping[str, str]) -> Wire:
    """A wire to where its target stands now."""
    return replace(wire, target=new[wire.target], target_port=new.get(wire.target_port, wire.target_port))


def _shares(shared: Mapping[str, Share], new: Mapping[str, str], document: Document) -> dict[str, Share]:
    """Shares point at the new owner, else at the old one, if it is still there."""
    moved = {k: replace(s, node=new.get(s.node, s.node)) for k, s in shared.items()}
    return {k: s for k, s in moved.items() if own(s.node) in document.nodes or s.node in new.values()}


def _renamed(block: Block | None, new: Mapping[str, str]) -> Block | None:
    if block is None:
        return None
    return replace(block, promotions=tuple(replace(p, node=new.get(p.node, p.node)) for p in block.promotions))


def _moved(node: Node, offset: Position) -> Position:
    return node.position[0] + offset[0], node.position[1] + offset[1]


def _clipboard(text: str) -> tuple[dict[str, Node], list[Wire], Bends]:
    try:
        data = json.loads(text)
        if data["kind"] != CLIPBOARD:
            raise ValueError(data["kind"])
        nodes, wires = parts(data)
        return nodes, wires, bends_from_json(data.get("bends", ()), [w for w in wires if w.source in nodes])
    except Damage as error:
        raise Refusal(f"What is on the clipboard cannot be pasted: {error}.") from None
    except NetwrightError as error:
        raise Refusal(f"What is on the clipboard cannot be pasted: {error}") from None
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, RecursionError):
        raise Refusal("What is on the clipboard is no part of a network: copy some layers first.") from None


def parts(data: Mapping[str, Any]) -> tuple[dict[str, Node], list[Wire]]:
    """The nodes and wires of such a text, checked. Raises `Damage`, `LayerError`, and what a damaged object raises."""
    nodes = {n.id: n for n in map(node_from_json, data["nodes"])}
    wires = [Wire(*(str(w[k]) for k in ("source", "source_port", "target", "target_port"))) for w in data["wires"]]
    if len(nodes) != len(data["nodes"]) or any(w.target not in nodes for w in wires):
        raise Damage("a wire leads to a layer that is not there, or two layers are one")
    if any(len(n.name) > LONGEST_NAME for n in nodes.values()):
        raise Damage(f"a layer's name is longer than {LONGEST_NAME} letters")
    require_nesting({i: replace(n, parent=n.parent if n.parent in nodes else "") for i, n in nodes.items()})
    for node in nodes.values():
        if not node.known:
            raise Damage(f"this version has no layer of the type ‘{node.type[:LONGEST_NAME]}’")
        node.layer()
    return nodes, wires
