"""Unfolding: a document with blocks -> the plain one that it means, every repetition written out.

A node inside a block stands there under its path (``n7/0/n12``: node n12 in the first repetition of block n7), and its weights
under that path too. Wires run from layer to layer: blocks, and the entries and exits inside them, are gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from nodes.document import ENTRY, EXIT, Document, Node, Share, Wire, own

#: An output of a layer: (path, port).
Output = tuple[str, str]
#: Settings that blocks around a node give it, by node.
Overlay = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Unfolded:
    """The plain document of a `drawing`; by path and port, what layer's output stands behind an output of a block or an entry
    (None: nothing is wired there); and the paths of the layers inside each block, by its path."""

    document: Document
    drawing: Document
    ends: Mapping[Output, Output | None] = field(default_factory=dict)
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def ports(self) -> Mapping[str, tuple[str, ...]]:
        """The output ports of every block, and of every entry, by its path."""
        found: dict[str, list[str]] = {}
        for path, port in self.ends:
            found.setdefault(path, []).append(port)
        return {path: tuple(names) for path, names in found.items()}

    def output(self, path: str, port: str) -> Output | None:
        """The layer's output that stands for an output of any node."""
        return self.ends.get((path, port), (path, port))


@dataclass(frozen=True)
class _Place:
    """One repetition of a block: the prefix of the paths inside it, those outside, and how its layers are named."""

    prefix: str = ""
    outer: _Place | None = None
    block: str = ""
    repetition: int = 0
    name: str = ""
    frozen: bool = False
    decay: float = 1.0


def unfold(document: Document) -> Unfolded:
    if all(n.block is None for n in document.nodes.values()):
        return Unfolded(document, document)
    return _Unfolding(document).run()


def layer_count(document: Document, parent: str = "") -> int:
    """How many layers the plain document has, without writing it out."""
    if len(document.children[""]) == len(document.nodes):
        return len(document.nodes)
    inside = [document.nodes[id] for id in document.children.get(parent, ())]
    counts = (n.block.repeat * layer_count(document, n.id) if n.block else n.type not in (ENTRY, EXIT) for n in inside)
    return sum(counts)


class _Unfolding:
    """One pass over a document's blocks, from the outside in."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.nodes: dict[str, Node] = {}
        self.places: list[tuple[_Place, list[str]]] = []
        self.faces: dict[str, Node] = {}
        self.ends: dict[Output, Output | None] = {}
        self.members: dict[str, tuple[str, ...]] = {}

    def run(self) -> Unfolded:
        self._level("", _Place(), {})
        self._find_ends()  # first, and in order: then no chain of repetitions is followed twice
        wires = [w for place, ids in self.places for id in ids for w in self._wires(place, id)]
        nodes = {path: replace(n, shared=self._shares(path, n)) if n.shared else n for path, n in self.nodes.items()}
        plain = self.document.changed(nodes=nodes, wires=tuple(wires), frames=())
        return Unfolded(plain, self.document, self.ends, self.members)

    # -- nodes ---------------------------------------------------------------------------------------------------------
    def _level(self, parent: str, place: _Place, overlay: Overlay) -> None:
        layers = []
        for id in self.document.children.get(parent, ()):
            node = overlaid(self.document.nodes[id], overlay.get(id, {}))
            if node.block is not None:
                self._block(node, place)
            elif not (parent and node.type in (ENTRY, EXIT)):
                self.nodes[place.prefix + id] = _placed(node, place)
                layers.append(id)
        self.places.append((place, layers))

    def _block(self, node: Node, place: _Place) -> None:
        assert node.block is not None
        path, before = place.prefix + node.id, len(self.nodes)
        self.faces[path] = node
        for r in range(0 if node.bypassed else node.block.repeat):
            name = f"{place.name}{node.name}{f'.{r + 1}' if node.block.repeat > 1 else ''}."
            inner = _Place(
                f"{path}/{r}/", place, node.id, r, name, place.frozen or node.frozen, place.decay * node.decay
            )
            self._level(node.id, inner, face(node, r))
        self.members[path] = tuple(self.nodes)[before:]

    # -- wires ---------------------------------------------------------------------------------------------------------
    def _wires(self, place: _Place, id: str) -> list[Wire]:
        found = [(self._source(place, w.source, w.source_port), w) for w in self.document.wires_into[id]]
        return [Wire(*source, place.prefix + id, w.target_port) for source, w in found if source is not None]

    def _source(self, place: _Place, id: str, port: str) -> Output | None:
        """The layer's output behind an output of a node at `place`."""
        key = (place.prefix + id, port)
        if key[0] in self.nodes:
            return key
        if key not in self.ends:
            self.ends[key] = None  # a loop through blocks leads nowhere
            self.ends[key] = self._entered(place, id) if key[0] not in self.faces else self._left(place, id, port)
        return self.ends[key]

    def _entered(self, place: _Place, entry: str) -> Output | None:
        """What comes in at an entry: from outside, or from the repetition before."""
        if place.outer is None:
            return None
        entries, exits = (self.document.ends(place.block, end) for end in (ENTRY, EXIT))
        if place.repetition and entries and exits and entries[0].id == entry:
            return self._at_exit(place.outer, place.block, place.repetition - 1, exits[0].id)
        return self._into(place.outer, place.block, entry)

    def _left(self, place: _Place, id: str, port: str) -> Output | None:
        """What leaves a block: from its last repetition; past it, where it is bypassed."""
        node = self.faces[place.prefix + id]
        if node.bypassed:
            entries = self.document.ends(id, ENTRY)
            return self._into(place, id, entries[0].id) if entries else None
        assert node.block is not None
        return self._at_exit(place, id, node.block.repeat - 1, port)

    def _at_exit(self, place: _Place, block: str, repetition: int, exit: str) -> Output | None:
        inner = self._inner(place, block, repetition)
        return self._into(inner, exit, "x")

    def _inner(self, place: _Place, block: str, repetition: int) -> _Place:
        return _Place(f"{place.prefix}{block}/{repetition}/", place, block, repetition)

    def _into(self, place: _Place, id: str, port: str) -> Output | None:
        """What the first wire into a port brings."""
        wire = next((w for w in self.document.wires_into.get(id, ()) if w.target_port == port), None)
        return None if wire is None else self._source(place, wire.source, wire.source_port)

    def _find_ends(self) -> None:
        """Those too that no layer reads: the canvas shows what flows there all the same."""
        for place, _ in self.places:
            for node in self.document.ends(place.block, ENTRY) if place.block else ():
                self._source(place, node.id, "y")
            for id in self.document.children.get(place.block, ()):
                for port in self.document.outputs(id) if self.document.nodes[id].block else ():
                    self._source(place, id, port)

    # -- shared parameters ---------------------------------------------------------------------------------------------
    def _shares(self, path: str, node: Node) -> dict[str, Share]:
        return {name: replace(share, node=self._owner(path, share.node)) for name, share in node.shared.items()}

    def _owner(self, path: str, owner: str) -> str:
        """The owner of a shared parameter: in the same repetition, one around it, or the first of another block."""
        parts = path.split("/")
        for k in range(len(parts) - 1, -1, -2):
            near = "/".join([*parts[:k], owner])
            if near in self.nodes:
                return near
        return self.document.path(own(owner))


def face(block: Node, repetition: int) -> Overlay:
    """What a block's face sets inside it in one repetition: settings by node."""
    assert block.block is not None
    values = {**block.settings, **block.block.each.get(repetition, {})}
    found: dict[str, dict[str, Any]] = {}
    for promotion in block.block.promotions:
        if promotion.name in values:
            value = times(values[promotion.name], promotion.factor)
            found.setdefault(promotion.node, {})[promotion.setting] = value
    return found


def times(value: Any, factor: int) -> Any:
    """A setting's value, multiplied: ``(2, 3)`` by 2 is ``(4, 6)``; what is no number stays."""
    if factor == 1 or isinstance(value, (bool, str)):
        return value
    return tuple(times(v, factor) for v in value) if isinstance(value, tuple) else value * factor


def overlaid(node: Node, overlay: Mapping[str, Any]) -> Node:
    """A node with what blocks around it set."""
    if not overlay:
        return node
    settings = {**node.settings, **{k: v for k, v in overlay.items() if k != "bypassed"}}
    return replace(node, settings=settings, bypassed=bool(overlay.get("bypassed", node.bypassed)))


def _placed(node: Node, place: _Place) -> Node:
    """A layer as it stands in the plain document."""
    if not place.prefix:
        return node
    frozen = place.frozen or node.frozen
    return replace(
        node, id=place.prefix + node.id, name=place.name + node.name, frozen=frozen, decay=node.decay * place.decay, parent=""
    )
