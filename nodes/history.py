"""History: the list of documents. Undo is going back one; it cannot be wrong, because nothing is ever changed in place.

Undo is unlimited within two bounds on memory. What the past keeps of weights: beyond that the oldest are let go, and an entry
without its weights is `thin`: whoever goes back to it gives it those of the present that fit. What it keeps of drawings: beyond
that the oldest entries are dropped, a quarter at once. (A moved layer of a network of 500 takes some 20 kB: 13,000 of them.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from sys import getsizeof

from nodes.document import Document, Training
from runtime.graph import Array

#: Bytes of weights and optimizer state that the past may keep beside those of the present.
BOUND = 512 << 20
#: Bytes of drawings that undo may go back through; and what a layer, a wire and the rest of an entry take, about.
DRAWN, NODE, WIRE, REST = 256 << 20, 1200, 300, 1500


@dataclass(frozen=True)
class Entry:
    """A document and the name of the gesture that made it. Equal non-empty `merge` keys in a row are one entry. The weights
    of a `thin` one were let go."""

    title: str
    document: Document
    merge: str = ""
    thin: bool = False
    #: Bytes that its drawing takes beside the one before.
    size: int = field(default=0, compare=False)


def arrays(document: Document) -> Iterator[tuple[str, Mapping[str, Array]]]:
    """Everything in a document that is large, by what it is."""
    yield "weights", document.weights
    yield "slots", document.training.slots
    yield "best", document.training.best


class History:
    """Undo and redo over whole documents, with a mark where the file was last saved."""

    def __init__(self, document: Document, bound: int = BOUND, drawn: int = DRAWN) -> None:
        self._entries = [Entry("New", document)]
        self._index = 0
        self._clean: Document | None = document
        self._bound, self._drawn = bound, drawn

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(self._entries)

    @property
    def index(self) -> int:
        """Which entry is the present one."""
        return self._index

    @property
    def clean_index(self) -> int | None:
        """Which entry is what the file holds."""
        return next((i for i, e in enumerate(self._entries) if e.document is self._clean), None)

    @property
    def thin(self) -> bool:
        """Whether the present entry's weights were let go."""
        return self._entries[self._index].thin

    @property
    def document(self) -> Document:
        return self._entries[self._index].document

    @property
    def clean(self) -> bool:
        return self.document is self._clean

    def mark_clean(self) -> None:
        self._clean = self.document

    def do(self, title: str, document: Document, merge: str = "") -> None:
        """Make `document` the present one. What had been undone is forgotten."""
        before = self.document
        if document is before:
            return
        del self._entries[self._index + 1 :]
        last = self._entries[-1]
        if merge and last.merge == merge and self._index > 0 and last.document is not self._clean:
            self._entries.pop()
        else:
            self._index += 1
        self._entries.append(Entry(title, document, merge, size=own_bytes(self._entries[-1].document, document)))
        if self._index > 1:  # what shows the document still compares it with the last one
            self._entries[self._index - 2].document.forget()
        self._drop()
        if document.weights is not before.weights or document.training is not before.training:
            self._let_go()

    def replace(self, document: Document) -> None:
        """Replace the present document without a new entry (the checkpoints of a run are one entry)."""
        entry = self._entries[self._index]
        self._entries[self._index] = Entry(entry.title, document, entry.merge, size=entry.size)
        self._let_go()

    @property
    def undo_title(self) -> str | None:
        return self._entries[self._index].title if self._index > 0 else None

    @property
    def redo_title(self) -> str | None:
        return self._entries[self._index + 1].title if self._index + 1 < len(self._entries) else None

    def undo(self) -> Document:
        self._index = max(0, self._index - 1)
        return self.document

    def redo(self) -> Document:
        self._index = min(len(self._entries) - 1, self._index + 1)
        return self.document

    # -- the bounds ----------------------------------------------------------------------------------------------------------
    def _drop(self) -> int:
        """Beyond the bound of drawings the oldest entries go, and the file's mark with them; returns how many."""
        taken = sum(e.size for e in self._entries)
        if taken <= self._drawn:
            return 0
        count = 0
        while count < self._droppable and taken > 0.75 * self._drawn:
            count += 1
            taken -= self._entries[count].size
        del self._entries[:count]
        self._index -= count
        if self.clean_index is None:
            self._clean = None  # nobody can go back to it: it need not be kept
        return count

    @property
    def _droppable(self) -> int:
        """How many entries may be dropped at most: one is there always to go back to."""
        return self._index - 1

    def _let_go(self) -> None:
        """Beyond the bound the oldest weights that the present does not share go; no edit does."""
        kept, seen, free = set(_of(self.document, set())), set[int](), self._bound
        for i in range(len(self._entries) - 1, -1, -1):
            entry = self._entries[i]
            own = {id: size for id, size in _of(entry.document, seen).items() if id not in kept}
            free -= sum(own.values())
            if own and free < 0:
                self._thin(i)
            else:
                kept |= own.keys()
                seen |= {id(mapping) for _, mapping in arrays(entry.document)}
        if self.clean_index is None:
            self._clean = None  # nobody can go back to it: it need not be kept

    def _thin(self, i: int) -> None:
        entry = self._entries[i]
        bare = entry.document.changed(weights={}, training=Training())
        self._entries[i] = replace(entry, document=bare, thin=True)


def own_bytes(before: Document, after: Document) -> int:
    """What a document's drawing takes of memory beside the one before, about: they share what is the same."""
    size = REST
    if after.nodes is not before.nodes:
        size += getsizeof(after.nodes) + NODE * sum(before.nodes.get(i) is not n for i, n in after.nodes.items())
    if after.wires is not before.wires:
        old = set(map(id, before.wires))
        size += getsizeof(after.wires) + WIRE * sum(id(w) not in old for w in after.wires)
    if after.bends is not before.bends:
        size += getsizeof(after.bends) + WIRE * sum(points is not before.bends.get(w) for w, points in after.bends.items())
    if after.frames is not before.frames:
        size += getsizeof(after.frames) + WIRE * len(after.frames)
    return size


def _of(document: Document, seen: set[int]) -> dict[int, int]:
    """Bytes of a document's arrays by their identity, but for those in mappings that were `seen`."""
    return {id(a): a.nbytes for _, mapping in arrays(document) if id(mapping) not in seen for a in mapping.values()}
