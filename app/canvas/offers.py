"""Offers: which layers the search palette lists, for empty canvas and for a wire that was dropped there; and placing one."""

from __future__ import annotations

from app.canvas.geometry import BEAD, HEADER, LINE, WIDTH, snapped
from app.canvas.look import counted
from app.canvas.scene import PortAt
from app.canvas.search import Offer
from nodes import edits
from nodes.document import ENTRY, EXIT, Document, Position, Wire
from nodes.layer import Layer, layer_type, layer_types
from nodes.problems import Refusal
from runtime.errors import NetwrightError


def offers(document: Document, start: PortAt | None, level: str = "") -> list[Offer]:
    """Every layer that may stand on this level; with a wire in the hand only those that can be joined to it, those that need a
    repair last."""
    if start is None:
        return [Offer(name, cls.category, _hint(cls)) for name, cls in types_in(level).items()]
    found = [o for name, cls in types_in(level).items() if (o := _joined(document, start, name, cls))]
    # What ends or begins a network comes after what goes on with it.
    return sorted(found, key=lambda o: (o.repaired, o.category == "Data"))


def types_in(level: str) -> dict[str, type[Layer]]:
    """The layers that can be added: inside a block also its ports, and neither data nor losses."""
    if not level:
        return layer_types()
    ends = {name: layer_type(name) for name in (ENTRY, EXIT)}
    return {**{n: c for n, c in layer_types().items() if c.category not in ("Data", "Loss") and n != "Output"}, **ends}


def insertions(document: Document, wire: Wire) -> list[Offer]:
    """The layers that can be put on a wire."""
    found = []
    for name, cls in layer_types().items():
        if cls.inputs and cls.outputs:
            try:
                edits.insert(document, wire, name)
            except NetwrightError:
                continue
            found.append(Offer(name, cls.category, _hint(cls)))
    return found


def _hint(cls: type[Layer]) -> str:
    """What a new one would be set to, else when it exists."""
    try:
        return cls().summary() or ("in training only" if cls.training_only else "")
    except NetwrightError:
        return ""


def _joined(document: Document, start: PortAt, name: str, cls: type[Layer]) -> Offer | None:
    """The offer for one type: what it would give, or which repair it needs; None when it cannot be joined."""
    if not (cls.inputs if start.port.output else cls.outputs):
        return None
    try:
        trial, id = edits.add(document, name, parent=document.nodes[start.node].parent)
        wire = wire_between(start, id, cls)
        if not start.port.output:
            edits.connect(trial, wire)
            return Offer(name, cls.category, _hint(cls))
        return Offer(name, cls.category, _hint(cls), _known(edits.preview(trial, wire)))
    except Refusal as refusal:
        if not refusal.repairs:
            return None
        return Offer(name, cls.category, f"{refusal.repairs[0].title.lower()} before it", repaired=True)
    except NetwrightError:
        return None


def _known(shape: str) -> str:
    return "" if shape == "?" else counted(shape)


def wire_between(start: PortAt, id: str, cls: type[Layer]) -> Wire:
    """The wire from a port in the hand to a new layer's first port."""
    if start.port.output:
        return Wire(start.node, start.port.name, id, cls.inputs[0].name)
    return Wire(id, cls.outputs[0], start.node, start.port.name)


def top_left(type: str, x: float, y: float, at_port: bool, before: bool = False) -> Position:
    """Where a node stands so that the point lies in its header's middle, or at the port that a wire joins."""
    bead = layer_type(type).bead
    width = BEAD[0] if bead else WIDTH
    left = x - (width if before else 0) if at_port else x - width / 2
    sx, sy = snapped(left, y - (LINE if at_port else HEADER / 2))
    return sx, sy


def placed(
    document: Document, type: str, position: Position, start: PortAt | None = None, name: str = "", parent: str = ""
) -> tuple[Document, str]:
    """Add a layer and, with a wire in the hand, join it; through a repair where that is needed."""
    document, id = edits.add(document, type, position, name=name, parent=parent)
    if start is None or start.node not in document.nodes:
        return document, id
    wire = wire_between(start, id, layer_type(type))
    try:
        return edits.connect(document, wire), id
    except Refusal as refusal:
        if not refusal.repairs:
            raise
        return refusal.repairs[0].edit(document), id
