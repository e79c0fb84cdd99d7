"""Autosave: every edit goes into a journal beside the file (`app.journal`); what a crash leaves is offered at the start.

What is learnt goes with it, unless it is large. Each window has a note in the state folder that names its journal
(`app.presence`); a note without a living process is a crash's.
"""

from __future__ import annotations

import glob
import zipfile
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.journal import LINES, State, remove
from app.journal_reader import read_journal
from app.journal_writer import JournalWriter
from app.old_journal import unpacked
from app.presence import FOLDER, Note, Presence, is_held, notes
from app.session import Session
from nodes.document import Document
from nodes.document_json import PARTS
from nodes.history import Entry
from runtime.errors import NetwrightError

ENDING = ".autosave"
#: What reading a damaged journal raises.
DAMAGED = (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, zipfile.BadZipFile, NetwrightError)


@dataclass(frozen=True)
class Found:
    """What a crash left behind: a history, the file it belonged to, and what to delete when it is dealt with.

    `whole` is false where the weights were too large for a journal: then those of the file are the newest there are. `old`:
    a single document, of the time when journals had no history. `overtaken`: the file was saved later than the journal.
    """

    state: State
    journal: Path
    note: Note | None
    whole: bool = True
    old: bool = False
    overtaken: bool = False

    @property
    def document(self) -> Document:
        return self.state.document

    @property
    def path(self) -> Path | None:
        return self.state.path

    @property
    def written(self) -> float:
        """When its last edit was written down, in seconds as the system counts them; 0 where that is not known."""
        return _modified(self.journal) / 1e9

    def discard(self) -> None:
        remove(self.journal)
        if self.note:
            self.note.discard()


def journal_beside(path: Path, id: str = "") -> Path:
    """Where the window `id` keeps the edits of a file; without one, where every window did once."""
    return path.with_name(f".{path.name}.{id}{ENDING}" if id else f".{path.name}{ENDING}")


class Autosave(QObject):
    """Follows a session. `kept` tells the status bar's word."""

    kept = Signal(str)
    _told = Signal(str)

    def __init__(self, session: Session, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.presence = Presence(folder)
        self._drawn: tuple[object, ...] = ()
        self._word = ""
        self._told.connect(self._on_told)
        self.writer = JournalWriter(self._places, lambda place: self.presence.tell(journal=place), self._told.emit)
        session.document_changed.connect(self._on_changed)
        session.path_changed.connect(lambda path: self.presence.tell(path=path))

    def _on_changed(self, document: Document) -> None:
        if self._session.history.clean:
            self.clear()
            return
        drawn = (self._session.history.index, *(getattr(document, name) for name in PARTS if name != "progress"))
        new = len(drawn) != len(self._drawn) or any(a is not b for a, b in zip(drawn, self._drawn, strict=True))
        self._drawn = drawn
        if new:
            self._say("edited")
        self.writer.post(self._state(), soon=new)

    def _state(self) -> State:
        history = self._session.history
        return State(history.entries, history.index, history.clean_index, self._session.path)

    def _places(self, state: State) -> list[Path]:
        """A folder that cannot be written to is no reason to lose work: then it stands in the state folder."""
        own = self.presence.folder / f"{self.presence.id}{ENDING}"
        return [journal_beside(state.path, self.presence.id), own] if state.path else [own]

    def write(self) -> None:
        """Now."""
        self.writer.post(self._state())
        self.writer.flush()

    def clear(self) -> None:
        """The file holds everything: no journal is needed."""
        self._drawn = ()
        self.writer.clear()
        self._say("saved" if self._session.path else "")

    def _on_told(self, word: str) -> None:
        """The writer has done its work; unless the file holds everything by now, or there is more to write."""
        if not self._session.history.clean and not self.writer.waiting:
            self._say(word)

    def _say(self, word: str) -> None:
        self._word = word
        self.kept.emit(word)

    def close(self) -> None:
        self.clear()
        self.writer.close()
        self.presence.close()


def left_behind(folder: Path) -> list[Found]:
    """What earlier sessions did not end properly with, newest first."""
    found = []
    for note in notes(folder / FOLDER):
        if note.alive:
            continue
        one = _read(note.journal, note) if note.journal else None
        if one is None:
            note.discard()
        else:
            found.append(one)
    return found


def beside(path: Path, folder: Path) -> Found | None:
    """The newest journal beside a file that is being opened whose window is no longer there."""
    pattern = f".{glob.escape(path.name)}.*{ENDING}"
    every = [journal_beside(path), *path.parent.glob(pattern)]
    there = [j for j in every if j.exists() and not is_held(folder / FOLDER / f"{_id(j)}.lock")]
    known = {n.journal: n for n in notes(folder / FOLDER)}
    for journal in sorted(there, key=_modified, reverse=True):
        if one := _read(journal, known.get(journal), path):
            return one
    return None


def _id(journal: Path) -> str:
    return journal.name.removesuffix(ENDING).rpartition(".")[2]


def _modified(journal: Path) -> int:
    """When it was written last."""
    file = journal / LINES if journal.is_dir() else journal
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


def _read(journal: Path, note: Note | None, moved: Path | None = None) -> Found | None:
    """What a journal holds; None for one that is damaged, or whose edits are in the file already. `moved`: its file is here."""
    try:
        old = not journal.is_dir()
        state, whole = _read_old(journal) if old else read_journal(journal)
    except DAMAGED:
        return None
    path = moved or state.path
    later = path is not None and path.exists() and path.stat().st_mtime_ns >= _modified(journal)
    if later and (old or state.at == state.clean):
        return None
    return Found(State(state.entries, state.at, state.clean, path), journal, note, whole, old, later)


def _read_old(journal: Path) -> tuple[State, bool]:
    document, path, whole = unpacked(journal.read_bytes())
    return State((Entry("Recover", document),), 0, None, path), whole
