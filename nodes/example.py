"""What an example is, and the few words examples are written in."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from nodes import edits, promotions
from nodes.document import BLOCK, ENTRY, EXIT, Block, Document, Node, Wire
from nodes.frames import add_frame
from nodes.layer import layer_type
from runtime.errors import NetwrightError, spelt, unknown
from runtime.recipe import Recipe

#: The groups that the start page shows, in order: a key and a title.
GROUPS: Mapping[str, str] = {
    "neurons": "Neurons and boundaries",
    "memory": "Backpropagation, memory, codes",
    "seeing": "Seeing",
    "deep": "Going deep",
    "further": "Further",
}


@dataclass(frozen=True)
class Example:
    """A network under a name: `make` draws it; `number` is what it should come to, in words.

    `group` is a key of `GROUPS`; `lectures` are the decks by their first numbers, none for what goes beyond them. One that
    is `large` takes billions of multiply-adds a step: it is built, counted and saved, and a small form of it is trained.
    `picture` is a key of `nodes.portrait.special.PICTURES`, where the network drawn small does not tell what it is about.
    """

    name: str
    title: str
    help: str
    number: str
    make: Callable[[], Document]
    group: str
    lectures: tuple[str, ...] = ()
    large: bool = False
    picture: str = ""


#: How far below its neighbour a second branch stands.
BELOW = 220.0
#: Where the last node of a wrapped row may stand, and how far below each other such rows are.
LAST_COLUMN, ROW = 1260.0, 300.0
#: The note that tells what to look for stands so far above the layers, and is so wide; a line of its text is so high.
ABOVE, NOTE_WIDTH, NOTE_LINE, NOTE_LETTERS = 48.0, 560.0, 18.0, 84

_EXAMPLES: dict[str, Example] = {}


def example(
    name: str, title: str, help: str, number: str, *, group: str, lectures: tuple[str, ...] = (), large: bool = False,
    picture: str = "",
) -> Callable[[Callable[[], Document]], Callable[[], Document]]:  # fmt: skip
    """Decorator: the function draws the example called `name`; see `Example`."""
    if group not in GROUPS:
        raise ValueError(f"{name}: there is no group {group}")

    def register(make: Callable[[], Document]) -> Callable[[], Document]:
        _EXAMPLES[name] = Example(name, title, help, number, make, group, lectures, large, picture)
        return make

    return register


@cache
def _scan() -> None:
    import nodes.examples

    for module in pkgutil.iter_modules(nodes.examples.__path__):
        importlib.import_module(f"nodes.examples.{module.name}")


def examples() -> dict[str, Example]:
    """Every example by its name."""
    _scan()
    return dict(sorted(_EXAMPLES.items()))


def new(name: str) -> Document:
    """The document of a template. Raises `NetwrightError` with the nearest name."""
    found = examples()
    name = spelt(name, found)
    if name not in found:
        raise NetwrightError(unknown("template", name, found))
    return found[name].make()


class Sketch:
    """A document being drawn in code: each call adds a layer behind the last one and wires it. With `wrapped` a long chain
    goes on in another row, like text."""

    def __init__(self, title: str, recipe: Recipe, notes: str = "", wrapped: bool = False) -> None:
        self.document = Document(title=title, recipe=recipe, notes=notes)
        self._wrapped = wrapped
        self._last = ""
        self._port = ""
        self._x, self._y = 0.0, 0.0
        self._parent = ""

    @property
    def last(self) -> str:
        """The layer that the next one will stand behind."""
        return self._last

    def add(self, type: str, label: str = "", **settings: Any) -> str:
        """Add a layer to the right of the last one; returns its id."""
        cls = layer_type(type)
        if not (cls.bead or cls.category == "Loss"):
            self._wrap()
        self.document, id = edits.add(self.document, type, (self._x, self._y), settings, label, self._parent)
        self._x += 108.0 if cls.bead else 232.0
        if cls.inputs and self._last:
            self.wire(self._last, self._port, id, cls.inputs[0].name)
        if cls.outputs:
            self._last, self._port = id, cls.outputs[0]
        return id

    def _wrap(self) -> None:
        """A new row where this one is full. (Beads and losses stay with what they belong to.)"""
        if self._wrapped and self._x > LAST_COLUMN and not self._parent:
            self.row(self._y + ROW)

    @contextmanager
    def aside(self, source: str, rows: int = 1) -> Iterator[None]:
        """Draw behind `source`, so many rows below the last layer; then the chain goes on from the last one."""
        kept = self._last, self._port, self._x, self._y
        x, y = self.document.nodes[self._last].position
        self._last, self._port = source, self.document.outputs(source)[0]
        self._x, self._y = x, y + rows * BELOW
        yield
        self._last, self._port, self._x, self._y = kept

    def beside(self, type: str, label: str, source: str, **settings: Any) -> str:
        """Add a layer below the last one, behind `source`; the chain goes on from the last one. Returns its id."""
        with self.aside(source):
            return self.add(type, label, **settings)

    def share(self, id: str, parameter: str, owner: str, owned: str = "", transposed: bool = False) -> None:
        """Let `id` use a parameter of `owner`, called `owned` there or the same, its axes exchanged if asked."""
        self.document = edits.share(self.document, id, parameter, owner, owned, transposed)

    def branch(self, source: str) -> None:
        """Go on behind `source`, on a row above all that stands here."""
        here = [self.document.nodes[i] for i in self.document.children[self._parent]]
        self._last, self._port = source, self.document.outputs(source)[0]
        node = self.document.nodes[source]
        self._x = node.position[0] + (108.0 if layer_type(node.type).bead else 232.0)
        self._y = min(n.position[1] for n in here) - BELOW

    def join(self, type: str, *sources: str, label: str = "", level: str = "", **settings: Any) -> str:
        """Add a layer that takes what several give, to the right of all of them, in the row of `level`, or of the last one.
        Returns its id."""
        places = [self.document.nodes[i].position for i in sources]
        row = self.document.nodes[level or sources[-1]].position[1]
        self._last, self._x, self._y = "", max(x for x, _ in places) + 232.0, row
        id = self.add(type, label, **settings)
        for source in sources:
            self.wire(source, self.document.outputs(source)[0], id, layer_type(type).inputs[0].name)
        return id

    # -- blocks ----------------------------------------------------------------------------------------------------------
    @contextmanager
    def block(self, label: str, repeat: int = 1) -> Iterator[str]:
        """Draw inside a block that stands behind the last layer, `repeat` times in a row; gives its id.

        In there, the first layer stands behind the block's input (`last`); what is last at the end is its output.
        """
        self._wrap()
        id, outside = f"n{self.document.serial}", (self._last, self._port, self._x, self._y, self._parent)
        node = Node(id, BLOCK, label, (self._x, self._y), parent=self._parent, block=Block(repeat))
        self.document = self.document.changed(nodes={**self.document.nodes, id: node}, serial=self.document.serial + 1)
        self._last, self._x, self._y, self._parent = "", 0.0, 0.0, id
        entry = self.add(ENTRY, "in")
        yield id
        exit = self.add(EXIT, "out")
        last, port, self._x, self._y, self._parent = outside
        if last:
            self.wire(last, port, id, entry)
        self._last, self._port, self._x = id, exit, self._x + 232.0

    def way_in(self, label: str) -> str:
        """A further input of the block that is being drawn, below those it has; returns its id, which is the port's name."""
        return self._end(ENTRY, label, 0.0)

    def way_out(self, label: str, source: str, port: str) -> str:
        """A further output of the block that is being drawn, below its first: a port of `source`. Returns its id."""
        id = self._end(EXIT, label, self._x)
        self.wire(source, port, id, "x")
        return id

    def _end(self, type: str, label: str, x: float) -> str:
        lowest = max(self.document.nodes[i].position[1] for i in self.document.children[self._parent])
        self.document, id = edits.add(self.document, type, (x, lowest + BELOW), {}, label, self._parent)
        return id

    def face(self, name: str, id: str, setting: str, factor: int = 1) -> None:
        """Put a layer's setting on the face of the block around it: `factor` times what stands there under `name`."""
        self.document = promotions.promote(self.document, id, setting, name, factor)

    def set_face(self, block: str, repetition: int | None = None, **values: Any) -> None:
        """Set what stands on a block's face, for all repetitions or for one."""
        for name, value in values.items():
            self.document = promotions.set_face(self.document, block, name, value, repetition=repetition)

    def row(self, y: float, x: float = 0.0, source: str = "") -> None:
        """Go on at the start of a new row, behind the last layer or another one."""
        self._x, self._y = x, y
        if source:
            self._last, self._port = source, self.document.outputs(source)[0]

    def wire(self, source: str, source_port: str, target: str, target_port: str) -> None:
        wire = Wire(source, source_port, target, target_port)
        self.document = self.document.changed(wires=(*self.document.wires, wire))

    def frame(self, title: str, text: str, rect: tuple[float, float, float, float]) -> None:
        self.document, _ = add_frame(self.document, title, rect, text)

    def note(self, text: str, at: tuple[float, float] | None = None) -> None:
        """A note above all that was drawn so far, or `at` a place that is free: what to look for, and which lecture it belongs
        to. Only a line that ends with a sentence ends in the note, too."""
        text = re.sub(r"(?<![.!?])\n", " ", text)
        here = [n.position for n in self.document.nodes.values() if not n.parent]
        frames = [f.rect for f in self.document.frames if not f.parent]
        left = min([x for x, _ in here] + [r[0] for r in frames])
        top = min([y for _, y in here] + [r[1] for r in frames])
        height = NOTE_LINE * (2 + sum(1 + len(line) // NOTE_LETTERS for line in text.split("\n")))
        rect = (*(at or (left, top - ABOVE - height)), NOTE_WIDTH, height)
        self.document, _ = add_frame(self.document, "", rect, text, note=True)

    def loss(self, type: str, data: str, settings: Mapping[str, Any] | None = None) -> str:
        """A loss behind the last layer, its target wired to the dataset's label, or to an Input that has the labels."""
        id = self.add(type, "loss", **(settings or {}))
        self.wire(data, self.document.outputs(data)[-1], id, "target")
        return id
