"""The window's preferences; the folders they stand in are known without Qt, by `app.folders`."""

from __future__ import annotations

from PySide6.QtCore import QSettings

from app.folders import config_folder, state_folder

__all__ = ["config_folder", "state_folder", "store"]


def store() -> QSettings:
    """The preferences, as a plain file that can be read and deleted."""
    return QSettings(str(config_folder() / "settings.ini"), QSettings.Format.IniFormat)
