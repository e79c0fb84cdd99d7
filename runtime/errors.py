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
    near = nearest(name, names)
    hint = f"did you mean ‘{near}’?" if near else f"there are: {', '.join(names)}."
    return f"There is no {kind} called ‘{name}’: {hint}"


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that was probably meant, upper or lower case; empty when there is none."""
    folded = {k.casefold(): k for k in known}
    near = get_close_matches(name.casefold(), folded, n=1, cutoff=0.5)
    return folded[near[0]] if near else ""


def spelt(name: str, known: Iterable[str]) -> str:
    """`name` as it is known, if it differs in upper and lower case alone; else as it was given."""
    names = list(known)
    same = [k for k in names if k.casefold() == name.casefold()]
    return same[0] if len(same) == 1 and name not in names else name


def counted(number: int, noun: str, plural: str = "") -> str:
    """``1 step``, ``12,000 steps``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
