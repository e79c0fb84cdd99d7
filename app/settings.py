"""Where the window keeps what it remembers: preferences, and the folder of recovery files."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs
from PySide6.QtCore import QSettings


def _folder(kind: str, usual: str) -> Path:
    """`$NETWRIGHT_HOME` holds everything where it is set (tests, portable installations)."""
    home = os.environ.get("NETWRIGHT_HOME")
    path = Path(home) / kind if home else Path(usual)
    path.mkdir(parents=True, exist_ok=True)
    return path


def config_folder() -> Path:
    return _folder("config", platformdirs.user_config_dir("netwright", appauthor=False))


def state_folder() -> Path:
    return _folder("state", platformdirs.user_state_dir("netwright", appauthor=False))


def store() -> QSettings:
    """The preferences, as a plain file that can be read and deleted."""
    return QSettings(str(config_folder() / "settings.ini"), QSettings.Format.IniFormat)
