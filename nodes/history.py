"""History: the list of documents. Undo is going back one; it cannot be wrong, because nothing is ever changed in place.

Every edit is kept. What the past keeps of weights is bounded: beyond it the oldest are let go, and an entry without its weights
is `thin`: whoever goes back to it gives it those of the present that fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from nodes.document import Document, Training
from runtime.graph import Array

#: Bytes of weights and optimizer state that the past may keep beside those of the present.
BOUND = 512 << 20


@dataclass(frozen=True)
class Entry:
    """A document and the name of the gesture that made it. Equal non-empty `merge` keys in a row are one entry. The weights
    of a `thin` one were let go."""

    title: str
    document: Document
    merge: str = ""
    thin: bool = False


def arrays(document: Document) -> Iterator[tuple[str, Mapping[str, Array]]]:
    """Everything in a document that is large, by what it is."""
    yield "weights", document.weights
    yield "slots", document.training.slots
    yield "best", document.training.best


class History:
    """Undo and redo over whole documents, with a mark where the file was last saved."""

    def __init__(self, document: Document, bound: int = BOUND) -> None:
        self._entries = [Entry("New", document)]
        self._index = 0
        self._clean: Document | None = document
        self._bound = bound

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
            self._entries[-1] = Entry(title, document, merge)
        else:
            self._entries.append(Entry(title, document, merge))
            self._index += 1
        if document.weights is not before.weights or document.training is not before.training:
            self._let_go()

    def replace(self, document: Document) -> None:
        """Replace the present document without a new entry (the checkpoints of a run are one entry)."""
        entry = self._entries[self._index]
        self._entries[self._index] = Entry(entry.title, document, entry.merge)
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

    # -- the bound -----------------------------------------------------------------------------------------------------------
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


def _of(document: Document, seen: set[int]) -> dict[int, int]:
    """Bytes of a document's arrays by their identity, but for those in mappings that were `seen`."""
    return {id(a): a.nbytes for _, mapping in arrays(document) if id(mapping) not in seen for a in mapping.values()}
