"""Names that students give: one line, of a length that can be read."""

from __future__ import annotations

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
