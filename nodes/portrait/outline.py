"""An outline: what a small drawing of a network needs to know of it. It is worked out once and kept (`app.start_page.kept`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nodes.build import Built, Tick, build
from nodes.document import Document, Node
from nodes.layer import layer_type
from nodes.portrait.thinning import Links, thinned

#: What is drawn without its place in the row: what a loss compares with is no step of the network.
TARGET = "target"


@dataclass(frozen=True)
class Cell:
    """A layer: its type, its category's key (``core``), the shape of one sample of its output (empty: not known)."""

    type: str
    category: str
    shape: tuple[int, ...] = ()


@dataclass(frozen=True)
class Outline:
    """The layers that are drawn, each before those behind it, and what leads from which to which; how many parameters the
    network has, and the types of all its layers."""

    cells: tuple[Cell, ...] = ()
    wires: tuple[tuple[int, int], ...] = ()
    parameters: int = 0
    types: tuple[str, ...] = ()

    @property
    def before(self) -> dict[int, list[int]]:
        """For each cell, those that lead to it."""
        return {i: [a for a, b in self.wires if b == i] for i in range(len(self.cells))}

    @property
    def is_chain(self) -> bool:
        """Whether each one but the first stands behind the one before it, and behind no other."""
        return all(before == ([i - 1] if i else []) for i, before in self.before.items())


def outline(document: Document, tick: Tick = lambda: None) -> Outline:
    """What is drawn of a document. `tick` is called now and then: what it raises ends the work."""
    built = build(document, "training", tick=tick)
    plain = built.plain.document
    paths = [id for id in plain.order() if plain.nodes[id].known]
    kept, wires = thinned(paths, _links(plain, set(paths)), lambda id: category_of(plain.nodes[id]))
    at = {id: i for i, id in enumerate(kept)}
    cells = tuple(Cell(plain.nodes[id].type, category_of(plain.nodes[id]), _shape(built, id)) for id in kept)
    types = tuple(dict.fromkeys(plain.nodes[id].type for id in paths))
    return Outline(cells, tuple(sorted((at[a], at[b]) for a, b in wires)), built.parameter_count, types)


def category_of(node: Node) -> str:
    """‘Normalise & regularise’ -> ‘normalise’: how the look calls its hue."""
    return layer_type(node.type).category.lower().split()[0]


def _links(plain: Document, known: set[str]) -> Links:
    """What leads from which to which, without what a loss compares with."""
    return _unique(
        (w.source, w.target) for w in plain.wires if w.target_port != TARGET and known >= {w.source, w.target}
    )


def _unique(links: Iterable[tuple[str, str]]) -> Links:
    return list(dict.fromkeys(links))


def _shape(built: Built, id: str) -> tuple[int, ...]:
    found = built.nodes.get(id)
    sizes = found.output.shape[1:] if found is not None and found.output is not None else ()
    return tuple(n if isinstance(n, int) else 1 for n in sizes)  # a length that is not fixed says nothing here


