"""Document: everything a student has drawn and trained, as one immutable value. Every edit makes a new one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from nodes.layer import EVERY, Layer, Port, layer_type, make
from runtime.errors import NetwrightError
from runtime.graph import Array
from runtime.recipe import Recipe

if TYPE_CHECKING:
    from nodes.unfold import Unfolded

Position = tuple[float, float]

#: The types of a block, and of what stands for its ports inside it.
BLOCK, ENTRY, EXIT = "Block", "BlockInput", "BlockOutput"


def own(path: str) -> str:
    """The node that a path through blocks leads to: ``n12`` of ``n7/0/n12``."""
    return path.rpartition("/")[2]


@dataclass(frozen=True)
class Share:
    """Another node's parameter, used in place of one's own, `transposed` if asked (its first two axes change places)."""

    node: str
    parameter: str
    transposed: bool = False


@dataclass(frozen=True)
class Promotion:
    """A setting of a layer inside a block, as it stands on the block's face under `name`: its value there times `factor`.

    Promotions of one name are one setting of the face. `setting` may be ``bypassed``: some repetitions go past the layer.
    """

    name: str
    node: str
    setting: str
    factor: int = 1


@dataclass(frozen=True)
class Block:
    """What makes a node a block: how often it stands in a row, which settings are on its face, and what of them differs in
    single repetitions (by number, from 0). A repetition's first output feeds the next one's first input; its other inputs
    come from outside, the same for all."""

    repeat: int = 1
    promotions: tuple[Promotion, ...] = ()
    each: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Node:
    """A layer on the canvas. `id` never changes and is never used again; `name` is the student's label.

    A `frozen` layer is in training as it is in the finished model: nothing of it is learnt, measured or drawn. `decay`
    multiplies the recipe's weight decay here. `shared` are the parameters that it has from other nodes, by name. `parent` is
    the block it stands in; a node with a `block` is one, and its settings are those on its face. Tidy leaves what is `pinned`.
    """

    id: str
    type: str
    name: str
    position: Position = (0.0, 0.0)
    settings: Mapping[str, Any] = field(default_factory=dict)
    bypassed: bool = False
    collapsed: bool = False
    frozen: bool = False
    decay: float = 1.0
    shared: Mapping[str, Share] = field(default_factory=dict)
    parent: str = ""
    block: Block | None = None
    pinned: bool = False

    def layer(self) -> Layer:
        """The layer with its settings. Raises `LayerError` for an unknown type or setting."""
        return self._layer

    @cached_property
    def _layer(self) -> Layer:
        """Read once: an edit leaves all other nodes as they are."""
        return make(self.type, {} if self.block else self.settings)

    def same_layer(self, other: Node) -> bool:
        """Equal in all but where and how large it is drawn. (Of a block's ports, the height says which comes first.)"""
        return self._meaning == other._meaning

    @cached_property
    def _meaning(self) -> tuple[Any, ...]:
        """All but where and how large it is drawn: read thousands of times."""
        if self.type in (ENTRY, EXIT):
            return (self,)
        drawn = ("position", "collapsed", "pinned")
        return tuple(getattr(self, f.name) for f in fields(self) if f.name not in drawn)

    @property
    def known(self) -> bool:
        try:
            layer_type(self.type)
        except NetwrightError:
            return False
        return True


@dataclass(frozen=True)
class Wire:
    """From an output port to an input port."""

    source: str
    source_port: str
    target: str
    target_port: str


@dataclass(frozen=True)
class Frame:
    """A comment frame around a part of the canvas: x, y, width, height. A `note` is its text alone, without a border."""

    id: str
    title: str
    text: str
    rect: tuple[float, float, float, float]
    parent: str = ""
    note: bool = False


@dataclass(frozen=True, eq=False)
class Training:
    """What training has left behind, besides weights: optimizer state by (parameter key, slot), progress, and the weights
    of the best epoch while early stop may go back to them."""

    slots: Mapping[str, Array] = field(default_factory=dict)
    progress: Mapping[str, Any] = field(default_factory=dict)
    best: Mapping[str, Array] = field(default_factory=dict)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Training) or self.progress != other.progress:
            return False
        return same_arrays(self.slots, other.slots) and same_arrays(self.best, other.best)


@dataclass(frozen=True, eq=False)
class Document:
    """Nodes, wires, frames, recipe, weights. Weights are read-only arrays by parameter key (``n3/weight``). `bends` are the
    points that a wire passes through, in the order in which it does: how it is drawn, and nothing else. `silenced` are the
    kinds of advice that is not told about it any more."""

    title: str = "Untitled"
    nodes: Mapping[str, Node] = field(default_factory=dict)
    wires: tuple[Wire, ...] = ()
    frames: tuple[Frame, ...] = ()
    recipe: Recipe = field(default_factory=Recipe)
    notes: str = ""
    output: str = ""
    serial: int = 1
    weights: Mapping[str, Array] = field(default_factory=dict)
    training: Training = field(default_factory=Training)
    bends: Mapping[Wire, tuple[Position, ...]] = field(default_factory=dict)
    silenced: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Document):
            return NotImplemented
        return self.same_drawing(other) and same_arrays(self.weights, other.weights) and self.training == other.training

    def same_drawing(self, other: Document) -> bool:
        """Equal in all but weights and training state."""
        names = ("title", "nodes", "wires", "frames", "recipe", "notes", "output", "serial", "bends", "silenced")
        return all(getattr(self, n) == getattr(other, n) for n in names)

    def same_network(self, other: Document) -> bool:
        """Equal in all that a build depends on: what was moved, framed or noted does not count."""
        if any(getattr(self, n) != getattr(other, n) for n in ("title", "wires", "recipe", "output")):
            return False
        if self.nodes is other.nodes:
            return True
        pairs = zip(self.nodes.values(), other.nodes.values(), strict=False)
        return list(self.nodes) == list(other.nodes) and all(a is b or a.same_layer(b) for a, b in pairs)

    def changed(self, **changes: Any) -> Document:
        """Another document. A wire that is gone takes its bends with it."""
        made = replace(self, **changes)
        if "wires" in changes and made.bends and not made.bends.keys() <= set(made.wires):
            made = replace(made, bends={w: points for w, points in made.bends.items() if w in made.wires})
        return made

    def forget(self) -> None:
        """Let go of what was worked out from it: where that is asked for again, it is worked out anew."""
        for name in self.__dict__.keys() - {f.name for f in fields(self)}:
            self.__dict__.pop(name, None)

    # -- questions -----------------------------------------------------------------------------------------------------
    def node(self, id: str) -> Node:
        """The node of this id, or at the end of this path."""
        found = self.nodes.get(id) or self.nodes.get(own(id))
        if found is None:
            raise NetwrightError(f"There is no layer with the id ‘{id}’ in this network.")
        return found

    @cached_property
    def unfolded(self) -> Unfolded:
        """The plain document that this one means, without blocks."""
        from nodes.unfold import unfold

        return unfold(self)

    @property
    def standing(self) -> int:
        """The index of the stage in which its training stands."""
        return min(int(self.training.progress.get("stage", 0)), len(self.recipe.stages) - 1)

    @cached_property
    def wires_into(self) -> Mapping[str, tuple[Wire, ...]]:
        return _grouped(self.nodes, self.wires, "target")

    @cached_property
    def wires_out_of(self) -> Mapping[str, tuple[Wire, ...]]:
        return _grouped(self.nodes, self.wires, "source")

    @cached_property
    def children(self) -> Mapping[str, tuple[str, ...]]:
        """The nodes that stand in each block, by its id; under the empty id those that stand in none."""
        found: dict[str, list[str]] = {"": []}
        for node in self.nodes.values():
            found.setdefault(node.parent, []).append(node.id)
        return {parent: tuple(ids) for parent, ids in found.items()}

    def inside(self, id: str) -> list[str]:
        """Every node that stands in a block, at any depth."""
        found = []
        for child in self.children.get(id, ()):
            found += [child, *self.inside(child)]
        return found

    def level(self, parent: str) -> Document:
        """What stands in one block (or in none), as a document of its own: its nodes, the wires among them, its frames."""
        ids = self.children.get(parent, ())
        wires = tuple(w for id in ids for w in self.wires_into[id])
        frames = tuple(f for f in self.frames if f.parent == parent)
        return replace(self, nodes={i: self.nodes[i] for i in ids}, wires=wires, frames=frames)

    def with_level(self, parent: str, level: Document) -> Document:
        """The document with nodes, frames and bends of one level as they are in `level` (its wires are left as they were)."""
        frames = tuple(f for f in self.frames if f.parent != parent) + level.frames
        nodes = {**self.nodes, **level.nodes}
        if nodes == self.nodes and frames == self.frames and level.bends == self.bends:
            return self
        return replace(self, nodes=nodes, frames=frames, bends=level.bends)

    def chain(self, id: str) -> list[str]:
        """The blocks around a node, the outermost first."""
        around: list[str] = []
        while (id := self.nodes[id].parent) and id in self.nodes and id not in around:
            around.insert(0, id)
        return around

    def inputs(self, id: str) -> tuple[Port, ...]:
        """A node's input ports; a block's are the entries inside it, from top to bottom."""
        node = self.node(id)
        if node.block is None:
            return layer_type(node.type).inputs
        return tuple(Port(n.id, EVERY, label=n.name) for n in self.ends(id, ENTRY))

    def outputs(self, id: str) -> tuple[str, ...]:
        """The names of a node's output ports; a block's are the ids of the exits inside it, from top to bottom."""
        node = self.node(id)
        return layer_type(node.type).outputs if node.block is None else tuple(n.id for n in self.ends(id, EXIT))

    def ends(self, id: str, type: str) -> list[Node]:
        """The entries (or exits) of a block, from top to bottom as they stand on its canvas."""
        found = [self.nodes[i] for i in self.children.get(id, ()) if self.nodes[i].type == type]
        return sorted(found, key=lambda n: n.position[1])

    def path(self, id: str) -> str:
        """Where a node stands in the plain document, in the first repetition of the blocks around it; a path is itself."""
        node = self.nodes.get(id)
        return "/0/".join([*self.chain(id), id]) if node is not None and node.parent else id

    def port_label(self, port: str) -> str:
        """How a port is called on the canvas: a block's is named like the entry or exit behind it."""
        return self.nodes[port].name if port in self.nodes else port

    def downstream(self, id: str) -> set[str]:
        """Every node that can be reached from `id` along wires, `id` included."""
        return _reach(id, {n: [w.target for w in ws] for n, ws in self.wires_out_of.items()})

    def upstream(self, id: str) -> set[str]:
        return _reach(id, {n: [w.source for w in ws] for n, ws in self.wires_into.items()})

    def order(self) -> list[str]:
        """Node ids, sources first. Nodes on a cycle are left out (see `cycle`)."""
        waiting = {n: len(ws) for n, ws in self.wires_into.items()}
        ready = [n for n, count in waiting.items() if count == 0]
        result = []
        while ready:
            node = ready.pop(0)
            result.append(node)
            for wire in self.wires_out_of[node]:
                waiting[wire.target] -= 1
                if waiting[wire.target] == 0:
                    ready.append(wire.target)
        return result

    def cycle(self) -> list[str]:
        """Ids of nodes that stand on or behind a cycle; empty when there is none."""
        reached = set(self.order())
        return [n for n in self.nodes if n not in reached]


def _grouped(nodes: Iterable[str], wires: Iterable[Wire], end: str) -> dict[str, tuple[Wire, ...]]:
    groups: dict[str, list[Wire]] = {n: [] for n in nodes}
    for wire in wires:
        groups[getattr(wire, end)].append(wire)
    return {n: tuple(ws) for n, ws in groups.items()}


def _reach(start: str, edges: Mapping[str, Iterable[str]]) -> set[str]:
    seen, todo = {start}, [start]
    while todo:
        for other in edges.get(todo.pop(), ()):
            if other not in seen:
                seen.add(other)
                todo.append(other)
    return seen


def same_arrays(a: Mapping[str, Array], b: Mapping[str, Array]) -> bool:
    """Equal names and equal bits (shared arrays are not read)."""
    if a is b:
        return True
    return a.keys() == b.keys() and all(a[k] is b[k] or same_bits(a[k], b[k]) for k in a)


def same_bits(a: Array, b: Array) -> bool:
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def frozen(array: Array) -> Array:
    """A read-only array: documents share weights by reference."""
    result = np.ascontiguousarray(array)
    if result.flags.writeable:
        result = result.copy() if result is array else result
        result.flags.writeable = False
    return result
