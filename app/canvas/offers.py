"""Offers: which layers the search palette lists, for empty canvas and for a wire that was dropped there; and placing one."""

from __future__ import annotations

from app.canvas.finding import PortAt
from app.canvas.geometry import BEAD, HEADER, LINE, WIDTH, snapped
from app.canvas.look import counted
from app.canvas.search import Offer
from app.shelf import Item, Shelf, kind
from nodes import edits
from nodes.document import ENTRY, EXIT, Document, Position, Wire
from nodes.layer import Layer, layer_type, layer_types
from nodes.library import Entry
from nodes.problems import Refusal
from runtime.errors import NetwrightError


def offers(document: Document, shelf: Shelf, start: PortAt | None, level: str = "") -> list[Offer]:
    """Every layer and every block of the library that may stand on this level; with a wire in the hand only those that can be
    joined to it, those that need a repair last."""
    items = shelf.items(types_in(level))
    if start is None:
        return [_offer(shelf, name, item) for name, item in items.items()]
    found = [o for name, item in items.items() if (o := _joined(document, shelf, start, name, item))]
    # What ends or begins a network comes after what goes on with it.
    return sorted(found, key=lambda o: (o.repaired, o.category == "Data"))


def types_in(level: str) -> dict[str, type[Layer]]:
    """The layers that can be added: inside a block also its ports, and neither data nor losses."""
    if not level:
        return layer_types()
    ends = {name: layer_type(name) for name in (ENTRY, EXIT)}
    return {**{n: c for n, c in layer_types().items() if c.category not in ("Data", "Loss") and n != "Output"}, **ends}


def insertions(document: Document, shelf: Shelf, wire: Wire) -> list[Offer]:
    """The layers and blocks that can be put on a wire."""
    found = []
    for name, item in shelf.items(layer_types()).items():
        if shelf.may_stand_on_wire(name):
            try:
                shelf.insert(document, wire, name)
            except NetwrightError:
                continue
            found.append(_offer(shelf, name, item))
    return found


def swaps(document: Document, shelf: Shelf, id: str) -> list[Offer]:
    """The layers and blocks that can take another one's place and all its wires, those of its category first."""
    node = document.nodes[id]
    here = layer_type(node.type).category if node.known else ""
    found = []
    for name, item in shelf.items(types_in(node.parent)).items():
        if name != node.type:
            try:
                swapped, new = shelf.swap(document, id, name)
            except NetwrightError:
                continue
            if _wires_at(swapped, new) == _wires_at(document, id):
                found.append(_offer(shelf, name, item))
    return sorted(found, key=lambda o: o.category != here)


def _wires_at(document: Document, id: str) -> int:
    return len(document.wires_into[id]) + len(document.wires_out_of[id])


def _offer(shelf: Shelf, name: str, item: Item, result: str = "") -> Offer:
    return Offer(name, item.category, _hint(item), result, title=shelf.title(name))


def _hint(cls: Item) -> str:
    """What a new one would be set to, else when it exists."""
    if isinstance(cls, Entry):
        return "from your library"
    try:
        return cls().summary() or ("in training only" if cls.training_only else "")
    except NetwrightError:
        return ""


def _joined(document: Document, shelf: Shelf, start: PortAt, name: str, item: Item) -> Offer | None:
    """The offer for one type: what it would give, or which repair it needs; None when it cannot be joined."""
    try:
        trial, id = shelf.add(document, name, parent=document.nodes[start.node].parent)
        wire = wire_between(trial, start, id)
        if wire is None:
            return None
        if not start.port.output:
            edits.connect(trial, wire)
            return _offer(shelf, name, item)
        return _offer(shelf, name, item, _known(edits.preview(trial, wire)))
    except Refusal as refusal:
        if not refusal.repairs:
            return None
        hint = f"{refusal.repairs[0].title.lower()} before it"
        return Offer(name, item.category, hint, repaired=True, title=shelf.title(name))
    except NetwrightError:
        return None


def _known(shape: str) -> str:
    return "" if shape == "?" else counted(shape)


def wire_between(document: Document, start: PortAt, id: str) -> Wire | None:
    """The wire from a port in the hand to a new node's first port; None where it has none."""
    if start.port.output:
        return next((Wire(start.node, start.port.name, id, p.name) for p in document.inputs(id)), None)
    return next((Wire(id, port, start.node, start.port.name) for port in document.outputs(id)), None)


def top_left(type: str, x: float, y: float, at_port: bool, before: bool = False) -> Position:
    """Where a node stands so that the point lies in its header's middle, or at the port that a wire joins."""
    bead = layer_type(kind(type)).bead
    width = BEAD[0] if bead else WIDTH
    left = x - (width if before else 0) if at_port else x - width / 2
    sx, sy = snapped(left, y - (LINE if at_port else HEADER / 2))
    return sx, sy


def placed(
    document: Document, shelf: Shelf, type: str, position: Position, start: PortAt | None = None, name: str = "",
    parent: str = "",
) -> tuple[Document, str]:
    """Add a layer or a block and, with a wire in the hand, join it; through a repair where that is needed."""
    document, id = shelf.add(document, type, position, name, parent)
    wire = wire_between(document, start, id) if start is not None and start.node in document.nodes else None
    if wire is None:
        return document, id
    try:
        return edits.connect(document, wire), id
    except Refusal as refusal:
        if not refusal.repairs:
            raise
        return refusal.repairs[0].edit(document), id
