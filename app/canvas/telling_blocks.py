"""What a tip says of a block and of its ports, besides its name."""

from __future__ import annotations

from nodes.document import BLOCK, ENTRY, EXIT, Document, Node
from nodes.promotions import BYPASSED, settings_of

#: Of how many settings on a face a tip tells where they lead.
MOST = 8


def more_about(document: Document, id: str) -> list[str]:
    """Lines for the tip; none for a layer."""
    node = document.nodes[id]
    if node.block is not None:
        return [contents(document, node), *face_tips(document, node)[:MOST]]
    if node.type in (ENTRY, EXIT):
        side = "inputs" if node.type == ENTRY else "outputs"
        return [f"Its name is the port’s (F2). The block’s {side} stand in the order of their heights here."]
    return []


def contents(document: Document, node: Node) -> str:
    """``12 layers, 36 times in a row: Enter opens it``."""
    assert node.block is not None
    count = layers_in(document, node.id)
    words = f"{count} layer{'' if count == 1 else 's'}"
    return f"{words}{f', {node.block.repeat} times in a row' if node.block.repeat > 1 else ''}: Enter opens it"


def layers_in(document: Document, id: str) -> int:
    """How many layers stand in a block, those in further blocks too."""
    return sum(document.nodes[i].type not in (BLOCK, ENTRY, EXIT) for i in document.inside(id))


def face_tips(document: Document, node: Node) -> list[str]:
    """Which layers each setting of a face sets."""
    return [f"{s.name.replace('_', ' ')} sets {where_set(document, node, s.name)}" for s in settings_of(document, node)]


def where_set(document: Document, node: Node, name: str) -> str:
    """``filters of narrow, look; 4 × filters of widen``: what a setting on the face sets inside."""
    assert node.block is not None
    layers: dict[tuple[int, str], list[str]] = {}
    for p in node.block.promotions:
        if p.name == name and p.node in document.nodes:
            layers.setdefault((p.factor, p.setting), []).append(document.nodes[p.node].name)
    return "; ".join(_said(*key, names) for key, names in layers.items())


def _said(factor: int, setting: str, names: list[str]) -> str:
    what = "whether data goes past" if setting == BYPASSED else f"{setting.replace('_', ' ')} of"
    return f"{f'{factor} × ' if factor > 1 else ''}{what} {', '.join(names)}"
