"""Data only, and the code that finds it: built-in datasets, icons, fonts, themes, texts. No networks."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def path(*parts: str) -> Path:
    """The file or folder of that name among the resources: a real path, for Netwright is never run from a zip."""
    return Path(str(files(__name__).joinpath(*parts)))
