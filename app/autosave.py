"""Autosave: a few seconds after a change the document is written beside the file; what a crash leaves is offered at the start.

What is learnt goes with it, unless it is large (`app.journal`). Each open document has a note in the state folder that names
its journal, under a lock; a note without a living lock is a crash's.
"""

from __future__ import annotations

import contextlib
import json
import uuid
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QTimer, Signal

from app.journal import DAMAGED, carries_weights, packed, unpacked
from app.session import Session
from nodes.document import Document
from runtime.atomic import write
from runtime.errors import NetwrightError

#: Milliseconds from a change to its being written.
DELAY = 3000


@dataclass(frozen=True)
class Found:
    """What a crash left behind: a document, the file it belonged to, and what to delete when it is dealt with.

    `whole` is false where its weights were too large for a journal: then those of the file are the newest there are.
    """

    document: Document
    path: Path | None
    journal: Path
    note: Path | None
    whole: bool = True

    def discard(self) -> None:
        for file in (self.journal, self.note):
            if file:
                _remove(file)


def journal_beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.autosave")


class Autosave(QObject):
    """Follows a session. `kept` tells the status bar's word."""

    kept = Signal(str)

    def __init__(self, session: Session, folder: Path, parent: QObject | None = None, delay: int = DELAY) -> None:
        super().__init__(parent)
        self._session = session
        self._folder = folder / "autosave"
        self._folder.mkdir(parents=True, exist_ok=True)
        name = uuid.uuid4().hex
        self._note, self._own = self._folder / f"{name}.json", self._folder / f"{name}.autosave"
        self._lock = QLockFile(str(self._folder / f"{name}.lock"))
        self._lock.setStaleLockTime(0)
        self._lock.tryLock(0)
        self._journal: Path | None = None
        self._timer = QTimer(self, singleShot=True, interval=delay)
        self._timer.timeout.connect(self.write)
        session.document_changed.connect(self._on_changed)

    def _on_changed(self, document: Document) -> None:
        if self._session.history.clean:
            self.clear()
        elif not self._timer.isActive():
            self.kept.emit("edited")
            self._timer.start()

    def write(self) -> None:
        """Now. A folder that cannot be written to is no reason to lose work: then it stands in the state folder."""
        path = self._session.path
        document = self._session.document
        data = packed(document, path)
        for journal in ([journal_beside(path)] if path else []) + [self._own]:
            try:
                write(journal, data)
                write(self._note, json.dumps({"journal": str(journal)}).encode())
            except NetwrightError:
                continue
            if self._journal not in (None, journal):
                _remove(self._journal)
            self._journal = journal
            self.kept.emit("autosaved" if carries_weights(document) else "drawing autosaved")
            return
        self.kept.emit("not autosaved")

    def clear(self) -> None:
        """The file holds everything: no journal is needed."""
        self._timer.stop()
        if self._journal:
            _remove(self._journal)
            _remove(self._note)
            self._journal = None
        self.kept.emit("saved" if self._session.path else "")

    def close(self) -> None:
        self.clear()
        self._lock.unlock()


def left_behind(folder: Path) -> list[Found]:
    """What earlier sessions did not end properly with, newest first."""
    found = []
    notes = sorted((folder / "autosave").glob("*.json"), key=lambda p: p.stat().st_mtime, reverse=True)
    for note in notes:
        lock = QLockFile(str(note.with_suffix(".lock")))
        lock.setStaleLockTime(0)
        if not lock.tryLock(0):
            continue  # its window is alive
        lock.unlock()
        one = _read(note)
        if one is None:
            _remove(note)
        else:
            found.append(one)
    return found


def beside(path: Path) -> Found | None:
    """A journal beside a file that is being opened, if it is newer than the file."""
    journal = journal_beside(path)
    try:
        if journal.stat().st_mtime_ns <= path.stat().st_mtime_ns:
            return None
    except OSError:
        return None
    return _read_journal(journal, None)


def _read(note: Path) -> Found | None:
    try:
        journal = Path(json.loads(note.read_text("utf-8"))["journal"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return _read_journal(journal, note)


def _read_journal(journal: Path, note: Path | None) -> Found | None:
    try:
        document, path, whole = unpacked(journal.read_bytes())
        if path and path.exists() and journal.stat().st_mtime_ns <= path.stat().st_mtime_ns:
            return None
    except (*DAMAGED, NetwrightError):
        return None
    return Found(document, path, journal, note, whole)


def _remove(path: Path | None) -> None:
    if path:
        with contextlib.suppress(OSError):
            path.unlink()
