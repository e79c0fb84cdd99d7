"""Rewiring: layers pulled out of their wires, and all wires of an output moved to another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nodes.document import Document, Wire
from nodes.edits import connect, disconnect
from nodes.problems import Refusal


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


# -- all wires of an output --------------------------------------------------------------------------------------------
def move_source(document: Document, wires: Sequence[Wire], source: str, port: str) -> Document:
    """Let another output feed what these wires feed. Raises `Refusal` for the first that does not fit."""
    result = disconnect(document, wires)
    for wire in wires:
        result = connect(result, Wire(source, port, wire.target, wire.target_port))
    return result
