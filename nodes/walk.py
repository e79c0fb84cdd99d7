"""Walking along wires, for rules and repairs: what stands before and behind a layer, past layers that change nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from heapq import heappop, heappush

from nodes.build import Built
from nodes.document import Document, Node
from nodes.layer import Layer
from nodes.layers.dataset import Dataset
from runtime.errors import NetwrightError

#: Layers that keep shape and meaning of what passes.
PASSING = ("Linear", "Dropout", "GaussianNoise", "Output")
NORMALIZING = ("BatchNormalization", "LayerNormalization", "GroupNormalization", "LocalResponseNormalization")
RECTIFIERS = ("ReLU", "LeakyReLU", "ELU", "GELU", "SiLU", "Softplus", "Maxout")
SQUASHING = ("Sigmoid", "Tanh")


def reading_order(document: Document) -> list[str]:
    """Node ids, sources first, and of those that may come next the one that was drawn first: a branch stays together, and
    so does what is not connected. Nodes on a cycle come last."""
    place = {id: i for i, id in enumerate(document.nodes)}
    ids = list(document.nodes)
    waiting = {id: len(wires) for id, wires in document.wires_into.items()}
    ready = [place[id] for id in ids if not waiting[id]]
    found = []
    while ready:
        id = ids[heappop(ready)]
        found.append(id)
        for wire in document.wires_out_of[id]:
            waiting[wire.target] -= 1
            if not waiting[wire.target]:
                heappush(ready, place[wire.target])
    return [*found, *document.cycle()]


def layer_of(built: Built, id: str) -> Layer | None:
    """The layer with its settings, once it is built."""
    info = built.nodes.get(id)
    return info.layer if info else None


def of_type(document: Document, *types: str) -> Iterator[Node]:
    """Layers of these types that are in use."""
    return (n for n in document.nodes.values() if n.type in types and not n.bypassed)


def before(document: Document, id: str, through: Collection[str] = (), port: str = "") -> str:
    """The layer that feeds `id` (its input `port`, or the first one that is wired); bypassed ones and those of the types in
    `through` are passed. Empty where nothing does, and on a loop of those."""
    seen = {id}
    while wires := [w for w in document.wires_into[id] if port in ("", w.target_port)]:
        node, port = document.nodes[wires[0].source], ""
        if not (node.bypassed or node.type in through):
            return node.id
        if node.id in seen:
            break
        seen.add(id := node.id)
    return ""


def behind(document: Document, id: str, through: Collection[str] = ()) -> list[str]:
    """The layers that take what `id` gives, past bypassed ones and those of the types in `through`."""
    found: dict[str, None] = {}
    todo, seen = [id], {id}
    while todo:
        for wire in document.wires_out_of[todo.pop(0)]:
            node = document.nodes[wire.target]
            if not (node.bypassed or node.type in through):
                found[node.id] = None
            elif node.id not in seen:
                seen.add(node.id)
                todo.append(node.id)
    return list(found)


def classes_of(dataset: Node) -> int:
    """How many classes the label of a Dataset has; 0 for a regression, or where that is not known."""
    try:
        layer = dataset.layer()
        return len(layer.classes) if isinstance(layer, Dataset) else 0
    except NetwrightError:
        return 0
