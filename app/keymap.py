"""Keymap: which keys each command has, the table's or the user's own. Kept as JSON; no Qt, so that it can be printed.

A key is written as Qt writes it portably: ``Ctrl+Shift+P``, ``Del``, ``[``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.commands import COMMANDS, GROUPS, Command
from runtime import atomic

Keys = tuple[str, ...]
NAMED = (
    "Backspace", "Del", "Down", "End", "Enter", "Home", "Ins", "Left", "Menu", "PgDown", "PgUp", "Return", "Right", "Tab", "Up",
)  # fmt: skip
KEY = re.compile(rf"(?:(?:Ctrl|Shift|Alt|Meta)\+){{0,4}}(?:[^\sa-z]|F\d{{1,2}}|{'|'.join(NAMED)})")
#: What the canvas and every field need for themselves.
TAKEN = {
    "Esc": "Esc leaves what is under way", "Space": "Space searches, and pans while it is held",
    "Shift+Tab": "Shift+Tab goes back to the field before", "Shift+Backtab": "Shift+Tab goes back to the field before",
}  # fmt: skip
BY_ID = {c.id: c for c in COMMANDS}


def is_key(text: object) -> bool:
    """Whether it can be the key of a command."""
    return isinstance(text, str) and KEY.fullmatch(text) is not None


def twins(key: str) -> Keys:
    """Keyboards have two Enter keys: who asks for one means both."""
    for one, other in (("Return", "Enter"), ("Enter", "Return")):
        if key == one or key.endswith(f"+{one}"):
            return key, key.removesuffix(one) + other
    return (key,)


@dataclass(frozen=True)
class Keymap:
    """`own` holds the commands whose keys the user changed; all others have those of the table."""

    own: Mapping[str, Keys] = field(default_factory=dict)

    def keys(self, id: str) -> Keys:
        return self.own.get(id, BY_ID[id].keys)

    def owner(self, key: str) -> Command | None:
        """The command that a key gives."""
        return next((c for c in COMMANDS if set(twins(key)) & set(self.keys(c.id))), None)

    def changed(self, id: str) -> bool:
        return id in self.own

    # -- changes: each gives a new keymap in which no key gives two commands ---------------------------------------------
    def given(self, id: str, keys: Iterable[str]) -> Keymap:
        """`id` has these keys and no others; who had one of them loses it."""
        wanted = tuple(dict.fromkeys(keys))
        own = {c.id: tuple(k for k in self.keys(c.id) if k not in wanted) for c in COMMANDS} | {id: wanted}
        return Keymap({i: k for i, k in own.items() if k != BY_ID[i].keys})

    def swapped(self, id: str, key: str) -> Keymap:
        """`id` has `key`; the command it is taken from has what `id` had."""
        owner, before = self.owner(key), self.keys(id)
        after = self.given(id, twins(key))
        return after if owner is None or owner.id == id else after.given(owner.id, (*after.keys(owner.id), *before))

    def reset(self, id: str) -> Keymap:
        """`id` has the table's keys again, whoever has them now; who is left without has its own again, where they are free."""
        after = self.given(id, BY_ID[id].keys)
        for bare in [c for c in COMMANDS if self.keys(c.id) and not after.keys(c.id)]:
            after = after.given(bare.id, [k for k in bare.keys if after.owner(k) is None])
        return after


# -- as a file -----------------------------------------------------------------------------------------------------------
def read(file: Path) -> tuple[Keymap, str]:
    """The user's keymap, and a sentence where the file is damaged: what can be read counts, the rest is as usual."""
    try:
        data = json.loads(file.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        return Keymap(), ""
    except (OSError, ValueError, RecursionError):
        return Keymap(), f"{file} could not be read: the usual keys are in effect; choose yours again under Edit."
    entries = data.items() if isinstance(data, dict) else ()
    good = {id: tuple(keys) for id, keys in entries if id in BY_ID and _readable(keys)}
    keymap = Keymap()
    for id, keys in good.items():
        keymap = keymap.given(id, keys)
    # What a newer version wrote is no damage: it knows commands that this one does not.
    if isinstance(data, dict) and all(_readable(keys) for keys in data.values()):
        return keymap, ""
    return keymap, f"{file} holds keys that cannot be read: those are as usual; choose them again under Edit."


def _readable(keys: Any) -> bool:
    return isinstance(keys, list) and all(is_key(k) and k not in TAKEN for k in keys)


def write(file: Path, keymap: Keymap) -> None:
    """Raises `FileError` where it cannot be written."""
    atomic.write(file, (json.dumps({i: list(k) for i, k in keymap.own.items()}, indent=1) + "\n").encode("utf-8"))


# -- on paper ------------------------------------------------------------------------------------------------------------
def keys_text(keymap: Keymap) -> str:
    """Every command with its keys, menu by menu, for printing."""
    lines: list[str] = []
    for group in GROUPS:
        lines += ["", group] if lines else [group]
        lines += [f"  {c.name:<32}{_printed(keymap.keys(c.id))}".rstrip() for c in COMMANDS if c.menu == group]
    return "\n".join(lines)


def _printed(keys: Keys) -> str:
    """The two Enter keys are one."""
    return "  ".join(dict.fromkeys(k.replace("Return", "Enter") for k in keys))
