"""What a document can be shipped as: one file per target, found by scanning this folder."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nodes.document import Document
from runtime.errors import NetwrightError, spelt, unknown


@dataclass(frozen=True)
class Exporter:
    """A target: its name on the command line, a title, the file's ending, what it is for, and `write(document, path)`."""

    name: str
    title: str
    suffix: str
    help: str
    write: Callable[[Document, Path], None]


_TARGETS: dict[str, Exporter] = {}
Write = Callable[[Document, Path], None]


def exporter(name: str, title: str, suffix: str, help: str) -> Callable[[Write], Write]:
    def register(write: Write) -> Write:
        _TARGETS[name] = Exporter(name, title, suffix, help, write)
        return write

    return register


@cache
def _scan() -> None:
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")


def targets() -> dict[str, Exporter]:
    """Every exporter by name."""
    _scan()
    return dict(sorted(_TARGETS.items()))


def target(name: str) -> Exporter:
    """The exporter called `name`. Raises `NetwrightError` with the nearest name."""
    found = targets()
    name = spelt(name, found)
    if name not in found:
        raise NetwrightError(unknown("export target", name, found))
    return found[name]
