"""Copy and paste: nodes, the wires among them and comment frames as text, and from text under new ids. Blocks take what is in
them along."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from nodes.bends import Bends, shifted
from nodes.document import Block, Document, Frame, Node, Position, Share, Wire, own
from nodes.document_json import as_json, bends_from_json, frame_from_json, node_from_json, require_nesting
from nodes.edits import free_name, require_place
from nodes.frames import clipped
from nodes.naming import LONGEST_NAME
from nodes.problems import Refusal
from runtime.errors import NetwrightError
from runtime.typed import Damage

CLIPBOARD = "netwright/nodes"


@dataclass(frozen=True)
class Piece:
    """A part of a drawing: nodes, wires that lead into them, the bends of those among them, and frames. A frame stands in one
    of the nodes (a block), or beside them."""

    nodes: Mapping[str, Node]
    wires: tuple[Wire, ...] = ()
    bends: Bends = field(default_factory=dict)
    frames: tuple[Frame, ...] = ()

    def to_data(self) -> dict[str, Any]:
        """What `piece_from_data` reads."""
        return {
            "nodes": [as_json(n) for n in self.nodes.values()],
            "wires": [as_json(w) for w in self.wires],
            "bends": [{"wire": as_json(w), "points": points} for w, points in self.bends.items()],
            "frames": [as_json(f) for f in self.frames],
        }

    def moved(self, dx: float, dy: float) -> Piece:
        """The same elsewhere. What stands in a block of it stays there."""
        outer = {i: replace(n, position=_by(n.position, dx, dy)) for i, n in self.nodes.items() if self.is_outer(n)}
        bends = {w: shifted(p, dx, dy) if w.target in outer else p for w, p in self.bends.items()}
        moved = [replace(f, rect=(*_by(f.rect[:2], dx, dy), *f.rect[2:])) for f in self.frames]
        frames = tuple(m if self.is_outer(f) else f for f, m in zip(self.frames, moved, strict=True))
        return Piece({**self.nodes, **outer}, self.wires, bends, frames)

    def is_outer(self, thing: Node | Frame) -> bool:
        """Whether it stands in no block of this piece."""
        return thing.parent not in self.nodes


def piece(document: Document, ids: Iterable[str], frames: Iterable[str] = ()) -> Piece:
    """These nodes and frames, and all inside them."""
    chosen, framed = {i for id in ids for i in (id, *document.inside(id))}, set(frames)
    return Piece(
        {i: n for i, n in document.nodes.items() if i in chosen},
        tuple(w for w in document.wires if w.target in chosen),
        {w: points for w, points in document.bends.items() if {w.source, w.target} <= chosen},
        tuple(f for f in document.frames if f.parent in chosen or f.id in framed),
    )


def copy(document: Document, ids: Iterable[str], frames: Iterable[str] = ()) -> str:
    """Nodes and frames, all inside them, and the wires into them as text, for the clipboard."""
    return json.dumps({"kind": CLIPBOARD, **piece(document, ids, frames).to_data()})


def paste(
    document: Document, text: str, offset: Position = (40.0, 40.0), keep_incoming: bool = False, parent: str = ""
) -> tuple[Document, list[str]]:
    """What is on the clipboard under new ids and names, into the block `parent`; returns the document and the ids of the nodes
    and frames that stand there. `keep_incoming` keeps wires from nodes that are still beside them. Raises `Refusal`."""
    found = _clipboard(text).moved(*offset)
    things: list[Node | Frame] = [*found.nodes.values(), *found.frames]
    outer = [thing.id for thing in things if found.is_outer(thing)]
    for node in found.nodes.values():
        require_place(node.type, parent if node.id in outer else node.parent)
    document, new = planted(document, found, parent)
    if keep_incoming:
        beside = [w for w in found.wires if w.source not in found.nodes and w.source in document.nodes and w.target in outer]
        kept = [into(w, new) for w in beside if document.nodes[w.source].parent == parent]
        document = document.changed(wires=(*document.wires, *kept))
    return document, [new[i] for i in outer]


def planted(document: Document, found: Piece, parent: str) -> tuple[Document, dict[str, str]]:
    """A piece put into a document, in the block `parent`, under new ids, with free names; returns it and the new ids by the old
    ones. What its nodes share and set of each other goes along."""
    new = {old: f"n{document.serial + i}" for i, old in enumerate(found.nodes)}
    new |= {f.id: f"f{document.serial + len(new) + i}" for i, f in enumerate(found.frames)}
    document = document.changed(serial=document.serial + len(new))
    for old, node in found.nodes.items():
        around = new.get(node.parent, parent)
        name = free_name(document, node.name or node.type.lower(), numbered=not node.name, parent=around)
        shared = _shares(node.shared, new, document)
        made = replace(node, id=new[old], name=name, parent=around, shared=shared, block=_renamed(node.block, new))
        document = document.changed(nodes={**document.nodes, made.id: made})
    among = tuple(_rewired(w, new) for w in found.wires if w.source in new and w.target in new)
    bends = {_rewired(w, new): points for w, points in found.bends.items()}
    frames = tuple(replace(f, id=new[f.id], parent=new.get(f.parent, parent)) for f in found.frames)
    return document.changed(
        wires=(*document.wires, *among), bends={**document.bends, **bends}, frames=(*document.frames, *frames)
    ), new


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


def _by(place: Position, dx: float, dy: float) -> Position:
    return place[0] + dx, place[1] + dy


def _clipboard(text: str) -> Piece:
    try:
        data = json.loads(text)
        if data["kind"] != CLIPBOARD:
            raise ValueError(data["kind"])
        return piece_from_data(data)
    except Damage as error:
        raise Refusal(f"What is on the clipboard cannot be pasted: {error}.") from None
    except NetwrightError as error:
        raise Refusal(f"What is on the clipboard cannot be pasted: {error}") from None
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, RecursionError):
        raise Refusal("What is on the clipboard is no part of a network: copy some layers first.") from None


def piece_from_data(data: Mapping[str, Any]) -> Piece:
    """A piece from such an object, checked. Raises `Damage`, `LayerError`, and what a damaged object raises."""
    nodes = _nodes(data)
    wires = tuple(Wire(*(str(w[k]) for k in ("source", "source_port", "target", "target_port"))) for w in data["wires"])
    if any(w.target not in nodes for w in wires):
        raise Damage("a wire leads to a layer that is not there")
    bends = bends_from_json(data.get("bends", ()), [w for w in wires if w.source in nodes])
    frames = tuple(clipped(frame_from_json(f)) for f in data.get("frames", ()))
    if len({f.id for f in frames} - nodes.keys()) != len(frames):
        raise Damage("two comment frames are one")
    return Piece(nodes, wires, bends, frames)


def _nodes(data: Mapping[str, Any]) -> dict[str, Node]:
    nodes = {n.id: n for n in map(node_from_json, data["nodes"])}
    if len(nodes) != len(data["nodes"]):
        raise Damage("two layers are one")
    if any(len(n.name) > LONGEST_NAME for n in nodes.values()):
        raise Damage(f"a layer's name is longer than {LONGEST_NAME} letters")
    require_nesting({i: replace(n, parent=n.parent if n.parent in nodes else "") for i, n in nodes.items()})
    for node in nodes.values():
        if not node.known:
            raise Damage(f"this version has no layer of the type ‘{node.type[:LONGEST_NAME]}’")
        node.layer()
    return nodes
