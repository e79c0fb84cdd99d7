"""Settings of what a recipe names (an optimizer, a schedule, an initializer): numbers with a default, a range and help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from runtime.errors import TrainingError, unknown

Settings = Mapping[str, float]


@dataclass(frozen=True)
class Setting:
    """One number: its name, usual value, allowed range (both ends included), what it does, and whether it is
    a whole number."""

    name: str
    default: float
    low: float
    high: float
    help: str
    whole: bool = False


def completed(owner: str, declared: Sequence[Setting], given: Settings) -> dict[str, float]:
    """`given` with the defaults of those left out. Raises `TrainingError` for an unknown name or a number out of range."""
    known = {s.name: s for s in declared}
    for name, number in given.items():
        if name not in known:
            raise TrainingError(f"{owner}: {_unknown(owner, name, known)}")
        low, high = known[name].low, known[name].high
        if not low <= number <= high:
            raise TrainingError(f"{owner}: {name} is {number:g}: set it between {low:g} and {high:g}.")
        if known[name].whole and number != int(number):
            raise TrainingError(f"{owner}: {name} is {number:g}: set it to a whole number between {low:g} and {high:g}.")
    return {s.name: float(given.get(s.name, s.default)) for s in declared}


def _unknown(owner: str, name: str, known: Mapping[str, Setting]) -> str:
    return unknown("setting", name, known) if known else f"it has no settings, and ‘{name}’ was given: leave it out."
