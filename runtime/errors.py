"""Every failure that is the user's to mend is a NetwrightError: one sentence saying where, what was found, what to do."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class NetwrightError(Exception):
    """A problem with the user's file, data, network or settings, in one sentence. Shown as it is, never as a traceback."""


class GraphError(NetwrightError):
    """An operator was given shapes, types or attributes that it does not take."""


class DataError(NetwrightError):
    """A dataset is missing, unreadable, or does not fit."""


class FileError(NetwrightError):
    """A model file cannot be read or written."""


class TrainingError(NetwrightError):
    """Training cannot start or cannot go on."""


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """The sentence for a name that no registry has, with the nearest known name."""
    names = sorted(known)
    near = get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"did you mean ‘{near[0]}’?" if near else f"there are: {', '.join(names)}."
    return f"There is no {kind} called ‘{name}’: {hint}"
