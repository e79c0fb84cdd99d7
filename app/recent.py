"""The files opened last, newest first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QSettings

KEY, MOST = "recent_files", 10


def recent(store: QSettings) -> list[Path]:
    """Those that still exist."""
    stored: Any = store.value(KEY, [])
    names = [stored] if isinstance(stored, str) else list(stored or [])
    return [Path(n) for n in names if Path(n).is_file()]


def remember(store: QSettings, path: Path) -> None:
    path = path.resolve()
    others = [p for p in recent(store) if p != path]
    store.setValue(KEY, [str(p) for p in [path, *others][:MOST]])
