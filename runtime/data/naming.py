"""Names of datasets: a base and options, ``spiral:noise=10,seed=1``. A folder's name is its path.

The options stand in the name, so one string in a document, on a command line or in a report says the whole dataset.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from runtime.errors import DataError, unknown


@dataclass(frozen=True)
class Option:
    """A whole number that may be given in a dataset's name."""

    name: str
    default: int
    low: int
    high: int
    help: str


@dataclass(frozen=True)
class Reference:
    """A dataset as it was asked for: `base` is a name or a path, `options` are complete, `name` is canonical."""

    base: str
    options: Mapping[str, int]
    name: str


def is_path(base: str) -> bool:
    """Whether `base` means a folder. A backslash counts everywhere: documents travel, with the paths in them."""
    return os.path.isdir(base) or "/" in base or "\\" in base


def split_name(name: str) -> tuple[str, str]:
    """(base, text of the options). The colon of ``C:\\x``, or of a folder that really has one, starts no options."""
    head, colon, tail = name.rpartition(":")
    if not colon or os.path.isdir(name) or "/" in tail or "\\" in tail:
        return name, ""
    return head, tail


def read_options(base: str, text: str, known: Sequence[Option]) -> dict[str, int]:
    """All options of the dataset `base`: those given in `text`, and the defaults of the others."""
    options = {option.name: option for option in known}
    values: dict[str, int] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        key, _, value = (word.strip() for word in part.partition("="))
        if not options:
            raise DataError(f"Dataset ‘{base}’: it has no options, and ‘{part}’ was given: leave it out.")
        if key not in options:
            raise DataError(f"Dataset ‘{base}’: {_unknown_option(key, options)}")
        if key in values:
            raise DataError(f"Dataset ‘{base}’: {key} is given twice: leave one out.")
        values[key] = _number(base, options[key], value)
    return {name: values.get(name, option.default) for name, option in options.items()}


def _unknown_option(key: str, options: Mapping[str, Option]) -> str:
    sentence = unknown("option", key, options)
    return sentence[0].lower() + sentence[1:]


def _number(base: str, option: Option, text: str) -> int:
    digits = text.removeprefix("-")
    # int() alone would take "1_000" and "٣", and refuse a very long number with a sentence of its own
    if digits.isascii() and digits.isdigit() and len(digits) <= 12 and option.low <= int(text) <= option.high:
        return int(text)
    wanted = f"a whole number from {option.low:,} to {option.high:,}"
    raise DataError(f"Dataset ‘{base}’: {option.name} is ‘{text}’, and it takes {wanted}.")


def canonical(base: str, options: Mapping[str, int], known: Sequence[Option]) -> str:
    """The one spelling of a name: options in their own order, defaults left out."""
    given = [f"{o.name}={options[o.name]}" for o in known if options[o.name] != o.default]
    return f"{base}:{','.join(given)}" if given else base
