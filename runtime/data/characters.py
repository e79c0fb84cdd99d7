"""Characters as numbers: the vocabulary of a text, and any text by that vocabulary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

#: Stands for every character that the training part has not; the last of a vocabulary, and only where it is needed.
UNKNOWN = "\ufffd"
#: Characters that would not be seen in a list of classes.
SHOWN = {"\n": "↵", "\t": "⇥", " ": "␣"}

Codes = npt.NDArray[Any]


def points(text: str) -> Codes:
    """The code points of `text`, uint32 (characters,)."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def vocabulary(training: str, rest: str) -> tuple[str, ...]:
    """The characters of `training`, sorted; behind them UNKNOWN, if `rest` has others."""
    known = sorted(set(training))
    return tuple(known) if set(rest) <= set(known) else (*known, UNKNOWN)


def unseen(text: str, symbols: Sequence[str]) -> str:
    """The characters of `text` that are no symbols, each once, in order."""
    known = set(symbols) - {UNKNOWN}
    return "".join(dict.fromkeys(c for c in text if c not in known))


def encode(text: str, symbols: Sequence[str]) -> Codes:
    """The number of each character of `text` among `symbols`, int64 (characters,); others have the number of UNKNOWN.

    Raises `ValueError` for a character that is no symbol where there is no UNKNOWN."""
    table = points("".join(symbols))
    order = np.argsort(table, kind="stable")
    given = points(text)
    found = order[np.searchsorted(table[order], given).clip(max=len(table) - 1)]
    strange = table[found] != given
    if strange.any():
        found[strange] = tuple(symbols).index(UNKNOWN)
    return np.asarray(found, np.int64)


def shown(symbols: Sequence[str]) -> tuple[str, ...]:
    """The symbols as names of classes: a line's end, a tab and a space as signs that can be seen."""
    return tuple(SHOWN.get(symbol, symbol) for symbol in symbols)
