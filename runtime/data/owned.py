"""Datasets whose files the user has, or fetches once: where they belong, and where they come from."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path

from runtime.data.naming import Reference
from runtime.data.registry import FETCHED, Family


@dataclass(frozen=True)
class Download:
    """A file as its publisher offers it: `sha256` and `size` (bytes) are the official file's."""

    url: str
    sha256: str
    size: int

    @property
    def name(self) -> str:
        return self.url.rpartition("/")[2]


def data_folder() -> Path:
    """Where datasets belong: $NETWRIGHT_DATA, or the user's data folder."""
    chosen = os.environ.get("NETWRIGHT_DATA")
    if chosen:
        return Path(chosen)
    from platformdirs import user_data_dir

    return Path(user_data_dir("netwright"))


class Owned(Family):
    """A dataset in a folder of its own name. Described even where the files are missing: a network for it can be drawn
    before they are there."""

    group = FETCHED
    downloads: tuple[Download, ...] = ()

    def folder(self) -> Path:
        return data_folder() / self.name

    @abstractmethod
    def files(self) -> list[Path]:
        """The files to read, or a sentence that says which are missing."""

    def missing(self) -> list[Download]:
        """What is still to be fetched."""
        return [file for file in self.downloads if not (self.folder() / file.name).is_file()]

    def unpack(self) -> None:
        """Make of what was fetched what `files` looks for; nothing, where that is the same."""

    def fingerprint(self, reference: Reference) -> Hashable:
        stats = [(str(path), path.stat()) for path in self.files()]
        return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)
