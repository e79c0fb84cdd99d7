"""Reading a journal: the history as it was after the last line that is whole."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.journal import LINES, VERSION, State
from app.packs import read_packs
from app.worker.standing import restarted
from nodes.difference import Json, documents, patched
from nodes.document import Document
from nodes.history import Entry
from runtime.graph import Array

KINDS = ("weights", "slots", "best")
#: Which array (by number) a document has under which key, by kind.
Numbers = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class _Line:
    """An entry as the journal tells it: its document's JSON, and its arrays by number."""

    entry: Json
    data: Json
    numbers: Numbers


@dataclass
class _Told:
    """What the lines so far come to."""

    entries: list[_Line] = field(default_factory=list)
    skip: int = 0
    at: int = 0
    clean: int | None = None

    def take(self, change: Json) -> None:
        """One more line. Raises KeyError, TypeError, ValueError or IndexError."""
        self.skip = change.get("skip", self.skip)
        entries = [] if "skip" in change else self.entries[: change["keep"] - self.skip]
        for entry in change["add"]:
            entries.append(_told(entry, entries[-1] if entries else None))
        at, clean = change["at"] - self.skip, change["clean"]
        if not 0 <= at < len(entries):
            raise ValueError("at")
        self.entries, self.at = entries, at
        self.clean = clean - self.skip if clean is not None and clean >= self.skip else None


def _told(entry: Json, before: _Line | None) -> _Line:
    changes = entry.get("arrays", {})
    old: Numbers = {kind: {} for kind in KINDS}
    numbers: dict[str, Mapping[str, int]] = {}
    if before is None or "document" in entry:
        data = entry["document"]
    else:
        data, old = patched(before.data, entry["change"]), before.numbers
    for kind in KINDS:
        change = changes.get(kind, {})
        kept = {k: n for k, n in old[kind].items() if k not in change["gone"]} if change else old[kind]
        numbers[kind] = {**kept, **change["set"]} if change else kept
    return _Line(entry, data, numbers)


def read_journal(folder: Path) -> tuple[State, bool]:
    """The history, and whether the present document has its own weights. Raises OSError, ValueError, KeyError, TypeError,
    IndexError or a `NetwrightError` for what is no journal."""
    lines = _lines((folder / LINES).read_bytes())
    head = next(lines)
    if head["netwright"] != VERSION:
        raise ValueError("a journal of another version")
    told = _Told()
    for change in lines:
        told.take(change)
    path = Path(head["path"]) if head["path"] else None
    made = documents([one.data for one in told.entries], "the journal")
    dress = _Dress(read_packs(folder))
    entries = tuple(dress(one, d) for one, d in zip(told.entries, made, strict=True))
    state = State(entries, told.at, told.clean, path)
    return state, not entries[told.at].thin


def _lines(data: bytes) -> Iterator[Json]:
    """What every line says, up to the first one that is torn. Raises ValueError where there is none."""
    whole = 0
    for one in data.split(b"\n")[:-1]:
        sum, _, text = one.partition(b" ")
        if sum != b"%08x" % zlib.crc32(text):
            break
        yield json.loads(text.decode("utf-8", "surrogatepass"))
        whole += 1
    if not whole:
        raise ValueError("no journal")


class _Dress:
    """Gives documents their arrays. Those that had the same have the same again, so that memory and history count them once."""

    def __init__(self, stored: Mapping[int, Array]) -> None:
        self._stored = stored
        self._made: dict[int, Mapping[str, Array] | None] = {}

    def __call__(self, one: _Line, document: Document) -> Entry:
        weights, slots, best = (self._mapping(one.numbers[kind]) for kind in KINDS)
        title, merge = str(one.entry["title"]), str(one.entry.get("merge", ""))
        if one.entry.get("thin") or weights is None or slots is None or best is None:
            return Entry(title, restarted(document), merge, thin=True)
        training = replace(document.training, slots=slots, best=best)
        return Entry(title, document.changed(weights=weights, training=training), merge)

    def _mapping(self, numbers: Mapping[str, int]) -> Mapping[str, Array] | None:
        """None where one of them is not in the packs."""
        if id(numbers) not in self._made:
            there = all(n in self._stored for n in numbers.values())
            self._made[id(numbers)] = {k: self._stored[n] for k, n in numbers.items()} if there else None
        return self._made[id(numbers)]
