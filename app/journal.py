"""Journal: a folder with the edits of one document, line by line, and packs of the weights that they speak of.

Every line is one write: a checksum, and what became of the history since the line before. Lines are only ever appended, so that
a torn last one costs itself and nothing else. Of the weights the newest are kept (`app.packs`). When the lines have grown much,
the history is written anew on one; of a very long one its newest part.
"""

from __future__ import annotations

import json
import os
import shutil
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from app.packs import Packs
from nodes.difference import Json, difference
from nodes.document import Document
from nodes.document_json import to_data
from nodes.history import Entry
from runtime.atomic import write

#: Version of the lines; bytes from which they are written anew, and how many of them the history may take then.
VERSION, GROWN, MOST = 1, 4 << 20, 8 << 20
LINES = "journal"
#: How deep inside a line a single layer stands.
DEPTH = 5


@dataclass(frozen=True)
class State:
    """A history at one moment. `clean` is the entry that the file `path` holds."""

    entries: tuple[Entry, ...]
    at: int
    clean: int | None
    path: Path | None

    @property
    def document(self) -> Document:
        return self.entries[self.at].document


class Journal:
    """A journal that is being written. What fails (OSError, FileError) leaves it as it was: it can be tried again."""

    def __init__(self, folder: Path, path: Path | None) -> None:
        self.folder = folder
        self._head = line({"netwright": VERSION, "path": str(path) if path else ""})
        self._packs = Packs(folder)
        self._entries: tuple[Entry, ...] = ()
        #: Entries at the beginning of the history that the lines have no room for.
        self._skip = 0
        self._file: FileIO | None = None
        self._size = self._base = 0

    def write(self, state: State) -> None:
        """What is new since the last time; its weights first, so that no line speaks of what is not there."""
        self.folder.mkdir(exist_ok=True)
        self._packs.store(state.entries, state.at)
        keep = _same(self._entries, state.entries)
        new = line(self._change(state, keep))
        if self._file is None or min(keep, state.at) < self._skip or self._size + len(new) > max(GROWN, 4 * self._base):
            self._anew(line(self._all(state)))
        else:
            self._append(self._file, new)
        self._entries = state.entries
        self._packs.forget(state.entries)

    def sync(self) -> None:
        """Onto the disk, so that a power cut finds it there; then the packs that nothing speaks of any more may go."""
        if self._file is not None:
            self._packs.sync()
            os.fsync(self._file.fileno())
            self._packs.drop()

    @property
    def lost(self) -> bool:
        """Whether somebody has deleted it, so that what is written would be seen by nobody."""
        return self._file is not None and not (self.folder / LINES).exists()

    def remove(self) -> None:
        self.close()
        remove(self.folder)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    # -- lines ---------------------------------------------------------------------------------------------------------------
    def _append(self, file: FileIO, new: bytes) -> None:
        try:
            file.seek(self._size)
            file.write(new)
        except OSError:
            with suppress(OSError):
                file.truncate(self._size)
            raise
        self._size += len(new)

    def _anew(self, first: bytes) -> None:
        self.close()  # Windows replaces no file that is open
        try:
            write(self.folder / LINES, self._head + first)
            self._size = self._base = len(self._head) + len(first)
        finally:
            with suppress(FileNotFoundError):
                self._file = FileIO(self.folder / LINES, "r+")

    def _change(self, state: State, keep: int) -> Json:
        """The entries after the first `keep`, each by what it changed in the one before."""
        added = [self._entry(state.entries, i) for i in range(keep, len(state.entries))]
        return {"keep": keep, "add": added, "at": state.at, "clean": state.clean}

    def _all(self, state: State) -> Json:
        """As much of the history as there is room for, and the present entry in any case."""
        change, room, self._skip = self._change(state, 0), MOST, 0
        entries = change["add"]
        for i in range(len(entries) - 1, -1, -1):
            room -= sum(map(len, _pieces(entries[i], DEPTH)))
            if room < 0 and i < state.at:
                self._skip = i + 1
                entries[i + 1] = self._entry(state.entries, i + 1, whole=True)
                break
        return change | {"skip": self._skip, "add": entries[self._skip :], "keep": self._skip}

    def _entry(self, entries: tuple[Entry, ...], i: int, whole: bool = False) -> Json:
        entry, before = entries[i], None if whole or i == 0 else entries[i - 1].document
        found: Json = {"title": entry.title}
        if before is None:
            found["document"] = to_data(entry.document)
        else:
            found["change"] = difference(before, entry.document)
        found |= {"merge": entry.merge} if entry.merge else {}
        found |= {"thin": True} if entry.thin else {}
        references = self._packs.references(before, entry.document)
        return found | {"arrays": references} if references else found


def _same(old: tuple[Entry, ...], new: tuple[Entry, ...]) -> int:
    """How many entries both begin with."""
    most = min(len(old), len(new))
    return next((i for i in range(most) if old[i] is not new[i]), most)


def line(content: Json) -> bytes:
    """A line of a journal: the checksum of what follows, and JSON."""
    text = "".join(_pieces(content, DEPTH)).encode("utf-8", "surrogatepass")
    return b"%08x %b\n" % (zlib.crc32(text), text)


def _pieces(value: object, depth: int) -> Iterator[str]:
    """JSON, encoded piece by piece: one call for all of a large network would keep Python from the window for as long."""
    if not depth or not value or not isinstance(value, dict | list | tuple):
        yield json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return
    items = value.items() if isinstance(value, dict) else ((None, each) for each in value)
    before, end = "{}" if isinstance(value, dict) else "[]"
    for key, each in items:
        yield before if key is None else f"{before}{json.dumps(key, ensure_ascii=False)}:"
        yield from _pieces(each, depth - 1)
        before = ","
    yield end


def remove(folder: Path) -> None:
    """A journal, or a file of the time when one was a single file."""
    if folder.is_dir():
        shutil.rmtree(folder, ignore_errors=True)
    else:
        with suppress(OSError):
            folder.unlink()
