"""History: the list of documents. Undo is going back one; it cannot be wrong, because nothing is ever changed in place."""

from __future__ import annotations

from dataclasses import dataclass

from nodes.document import Document


@dataclass(frozen=True)
class Entry:
    """A document and the name of the gesture that made it. Equal non-empty `merge` keys in a row are one entry."""

    title: str
    document: Document
    merge: str = ""


class History:
    """Undo and redo over whole documents, with a mark where the file was last saved."""

    def __init__(self, document: Document) -> None:
        self._entries = [Entry("New", document)]
        self._index = 0
        self._clean: Document | None = document

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
        if document is self.document:
            return
        del self._entries[self._index + 1 :]
        last = self._entries[-1]
        if merge and last.merge == merge and self._index > 0 and last.document is not self._clean:
            self._entries[-1] = Entry(title, document, merge)
            return
        self._entries.append(Entry(title, document, merge))
        self._index += 1

    def replace(self, document: Document) -> None:
        """Replace the present document without a new entry (the checkpoints of a run are one entry)."""
        entry = self._entries[self._index]
        self._entries[self._index] = Entry(entry.title, document, entry.merge)

    def seal(self) -> None:
        """End a gesture: the next edit is an entry of its own even if its merge key is the same."""
        entry = self._entries[self._index]
        self._entries[self._index] = Entry(entry.title, entry.document)

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
