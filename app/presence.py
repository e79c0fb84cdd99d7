"""Presence: a note in the state folder for every open window: its process, the file it shows, where its journal is.

A note is alive while its lock is held by the process that wrote it. Process ids are used again, so the note has the process's
start time, too.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QLockFile, QSysInfo

from runtime.atomic import real

FOLDER = "autosave"


@dataclass(frozen=True)
class Note:
    """What a window has told of itself. `path` is the file it shows, `journal` where its edits are kept."""

    file: Path
    pid: int
    started: str
    path: Path | None
    journal: Path | None

    @property
    def alive(self) -> bool:
        return is_held(self.file.with_suffix(".lock"), self.started)

    def discard(self) -> None:
        for file in (self.file, self.file.with_suffix(".lock")):
            with contextlib.suppress(OSError):
                file.unlink()


class Presence:
    """This window's own note, from now until `close`."""

    def __init__(self, state: Path) -> None:
        self.id = uuid.uuid4().hex
        self.folder = state / FOLDER
        self.folder.mkdir(parents=True, exist_ok=True)
        self._file = self.folder / f"{self.id}.json"
        self.lock = QLockFile(str(self._file.with_suffix(".lock")))
        self.lock.setStaleLockTime(0)
        self.lock.tryLock(0)
        self._known: dict[str, Any] = {"pid": os.getpid(), "started": started(os.getpid())}
        self._writing = threading.Lock()  # the window tells its file, the journal's thread its folder
        self.tell()

    def tell(self, **known: Path | None) -> None:
        """Change what the note says (`path`, `journal`). One that cannot be written helps nobody and harms nobody."""
        with self._writing, contextlib.suppress(OSError):
            self._known |= {k: str(v) if v else "" for k, v in known.items()}
            part = self._file.with_suffix(".part")
            part.write_text(json.dumps(self._known), "utf-8")
            os.replace(part, self._file)

    def others_on(self, path: Path) -> list[Note]:
        """Other windows that show this file now."""
        same = real(path)
        return [n for n in notes(self.folder) if n.file != self._file and n.path and real(n.path) == same and n.alive]

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._file.unlink()
        self.lock.unlock()


def notes(folder: Path) -> Iterator[Note]:
    """The notes of all windows, newest first; what is no note is left out."""
    for file in sorted(folder.glob("*.json"), key=_modified, reverse=True):
        with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
            known = json.loads(file.read_text("utf-8"))
            path, journal = (Path(known[k]) if known.get(k) else None for k in ("path", "journal"))
            yield Note(file, int(known.get("pid", 0)), str(known.get("started", "")), path, journal)


def _modified(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


def is_held(lock_file: Path, began: str = "") -> bool:
    """Whether a living process holds the lock: the one that began then, if that is known."""
    if not lock_file.exists():
        return False
    lock = QLockFile(str(lock_file))
    lock.setStaleLockTime(0)
    if lock.tryLock(0):
        lock.unlock()
        return False
    held = lock.getLockInfo()
    if not isinstance(held, tuple) or held[1] != QSysInfo.machineHostName():
        return True
    now = started(held[0])
    return not (began and now and began != now)


def started(pid: int) -> str:
    """When a process began, in words that no other process of that id has; empty where the system does not say."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
        return fields[19]  # proc(5): field 22, clock ticks since the machine was started
    except (OSError, IndexError):
        return ""
