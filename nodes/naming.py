"""Names that students give: one line, of a length that can be read."""

from __future__ import annotations

from collections.abc import Collection
from itertools import count

from nodes.problems import Refusal

LONGEST_NAME = 60


def cleaned(name: str, what: str) -> str:
    """`name` without superfluous space. Raises `Refusal` for one that is empty or too long; `what` begins its sentence."""
    name = " ".join(name.split())
    if not name:
        raise Refusal(f"{what} cannot be empty: type at least one character.")
    if len(name) > LONGEST_NAME:
        raise Refusal(f"{what} has {len(name)} characters, and at most {LONGEST_NAME} are read: shorten it.")
    return name


def copied_name(name: str, taken: Collection[str]) -> str:
    """A name for the copy of what is called `name`: ``rbm 2``, ``rbm 3``; ``copy`` of what has none."""
    stem = name.rstrip("0123456789 ") or name
    names = (f"{stem} {number}".strip() for number in count(2)) if stem else (f"copy {n}" if n else "copy" for n in count())
    return next(n for n in names if n not in taken)
