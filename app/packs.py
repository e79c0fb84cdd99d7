"""Packs: the weights that a journal speaks of, by number, in files that are written once and dropped when nobody needs them."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from nodes.document import Document, frozen
from nodes.history import Entry, arrays
from runtime.graph import Array

#: Bytes of weights and optimizer state that a journal keeps. Its packs take twice that at most.
LIMIT = 64 << 20
#: What reading a damaged pack raises.
BROKEN = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)


def fits(document: Document) -> bool:
    """Whether a journal has room for a document's weights."""
    return sum(a.nbytes for _, mapping in arrays(document) for a in mapping.values()) <= LIMIT


class Packs:
    """Arrays are known by identity, for documents share them. Raises OSError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[int, tuple[int, Array]] = {}
        self._next = 0
        self._wanted: set[int] = set()
        #: By the pack's number: the arrays in it, and their bytes.
        self._packs: dict[int, tuple[frozenset[int], int]] = {}
        self._unsafe: list[Path] = []

    def store(self, entries: tuple[Entry, ...], at: int) -> None:
        """Write what is not yet in a pack: the present's arrays, then those of newer entries before older ones'."""
        wanted = self._choose(entries, at)
        stored = set[int]().union(*(numbers for numbers, _ in self._packs.values()))
        missing = {n: a for n, a in wanted.items() if n not in stored}
        if missing:
            needed = sum(size for numbers, size in self._packs.values() if numbers & wanted.keys())
            crowded = needed + _bytes(missing) > 2 * LIMIT
            self._write(wanted if crowded else missing)
        self._wanted = set(wanted)

    def _choose(self, entries: tuple[Entry, ...], at: int) -> dict[int, Array]:
        wanted: dict[int, Array] = {}
        room = LIMIT
        for document in _different(entries, at):
            own = {self._number(a): a for _, mapping in arrays(document) for a in mapping.values()}
            new = {n: a for n, a in own.items() if n not in wanted}
            room -= _bytes(new)
            if room >= 0:
                wanted |= new
        return wanted

    def _number(self, array: Array) -> int:
        if id(array) not in self._known:
            self._known[id(array)] = (self._next, array)
            self._next += 1
        return self._known[id(array)][0]

    def _write(self, chosen: dict[int, Array]) -> None:
        number = max(self._packs, default=-1) + 1
        path = self._folder / f"{number}.npz"
        try:
            np.savez(path, **{str(n): a for n, a in chosen.items()})  # type: ignore[arg-type]
        except OSError:
            with suppress(OSError):
                path.unlink()
            raise
        self._packs[number] = (frozenset(chosen), _bytes(chosen))
        self._unsafe.append(path)

    def references(self, before: Document | None, document: Document) -> dict[str, Any]:
        """Which arrays a document has, by number, as far as the one before it has others."""
        old = dict(arrays(before)) if before else {}
        found = {}
        for kind, mapping in arrays(document):
            past = old.get(kind, {})
            if past is mapping:
                continue
            numbers = {k: self._number(a) for k, a in mapping.items() if past.get(k) is not a}
            gone = [k for k in past if k not in mapping]
            if numbers or gone:
                found[kind] = {"set": numbers, "gone": gone}
        return found

    # -- what is over --------------------------------------------------------------------------------------------------------
    def forget(self, entries: tuple[Entry, ...]) -> None:
        """Arrays that no entry has any more are not held."""
        alive = {id(a) for d in _different(entries, 0) for _, mapping in arrays(d) for a in mapping.values()}
        self._known = {i: known for i, known in self._known.items() if i in alive}

    def sync(self) -> None:
        for path in self._unsafe:
            handle = os.open(path, os.O_RDWR)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        self._unsafe = []

    def drop(self) -> None:
        """Packs of which nothing is wanted."""
        for number in [n for n, (numbers, _) in self._packs.items() if not numbers & self._wanted]:
            with suppress(OSError):
                (self._folder / f"{number}.npz").unlink()
            del self._packs[number]


def _different(entries: tuple[Entry, ...], at: int) -> Iterator[Document]:
    """Documents that have arrays of their own: the present one, then from the newest to the oldest."""
    seen = set()
    for entry in (entries[at], *reversed(entries)):
        document = entry.document
        key = (id(document.weights), id(document.training))  # an edit leaves both as they are
        if key not in seen:
            seen.add(key)
            yield document


def _bytes(chosen: dict[int, Array]) -> int:
    return sum(a.nbytes for a in chosen.values())


def read_packs(folder: Path) -> dict[int, Array]:
    """Every array of a journal's packs; a damaged pack is left out."""
    found: dict[int, Array] = {}
    for path in folder.glob("*.npz"):
        with suppress(*BROKEN), path.open("rb") as file, np.load(file, allow_pickle=False) as pack:
            found |= {int(name): frozen(pack[name]) for name in pack.files}
    return found
