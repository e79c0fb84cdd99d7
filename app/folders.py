"""Where the program keeps what it remembers: preferences and keys, recovery files, the library of blocks. No Qt."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


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


def cache_folder() -> Path:
    """What can be worked out again at any time."""
    return _folder("cache", platformdirs.user_cache_dir("netwright", appauthor=False))


def data_folder() -> Path:
    """What the student keeps for other networks: the library of blocks."""
    return _folder("data", platformdirs.user_data_dir("netwright", appauthor=False))
