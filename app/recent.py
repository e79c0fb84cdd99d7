"""The files opened last, newest first, with what the start page says of each; those that went away are kept until removed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSettings

KEY, MOST = "recent_files", 10


@dataclass(frozen=True)
class Recent:
    """A file, what its network is called, how many parameters it had, and when it was opened or saved (ISO; empty: unknown)."""

    path: Path
    title: str = ""
    parameters: int = 0
    when: str = ""

    @property
    def missing(self) -> str:
        """Why it cannot be opened; empty where it can."""
        if self.path.is_file():
            return ""
        return "moved or deleted" if self.path.parent.is_dir() else "its folder is not there now"

    def day(self, today: date) -> str:
        """``today``, ``yesterday``, ``12 Nov``, ``12 Nov 2024``."""
        try:
            day = datetime.fromisoformat(self.when).date()
        except ValueError:
            return ""
        ago = (today - day).days
        if ago in (0, 1):
            return ("today", "yesterday")[ago]
        return f"{day.day} {day:%b}" if day.year == today.year else f"{day.day} {day:%b} {day.year}"


def entries(store: QSettings) -> list[Recent]:
    """All, those that are gone among them."""
    stored: Any = store.value(KEY, [])
    texts = [stored] if isinstance(stored, str) else list(stored or [])
    return [_read(text) for text in texts if isinstance(text, str) and text]


def recent(store: QSettings) -> list[Path]:
    """Those that still exist."""
    return [entry.path for entry in entries(store) if not entry.missing]


def remember(store: QSettings, path: Path, title: str = "", parameters: int = 0) -> None:
    path = path.resolve()
    now = Recent(path, title, parameters, datetime.now().isoformat(timespec="minutes"))
    _write(store, [now, *(e for e in entries(store) if e.path != path)])


def forget(store: QSettings, path: Path) -> None:
    _write(store, [e for e in entries(store) if e.path != path])


def _read(text: str) -> Recent:
    """An entry as it is stored; earlier versions stored the path alone."""
    try:
        told = json.loads(text) if text.startswith("{") else {"path": text}
        return Recent(Path(told["path"]), str(told.get("title", "")), int(told.get("parameters", 0)), str(told.get("when", "")))
    except (ValueError, KeyError, TypeError):
        return Recent(Path(text))


def _write(store: QSettings, found: list[Recent]) -> None:
    told = ({"path": str(e.path), "title": e.title, "parameters": e.parameters, "when": e.when} for e in found[:MOST])
    store.setValue(KEY, [json.dumps(one, ensure_ascii=False) for one in told])
