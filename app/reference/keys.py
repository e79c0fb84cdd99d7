"""The printed key list as Markdown, from the table of commands."""

from __future__ import annotations

from app.commands import COMMANDS, GROUPS, Command

MADE = "<!-- Written by `python3 dev.py docs` from app/commands.py: change it there. -->"
NAMES = {"Return": "Enter", "Del": "Delete"}


def text() -> str:
    """The page: every command, menu by menu, with its keys."""
    parts = [
        MADE, "# Keys",
        "Every command stands in the menus and in **Ctrl+Shift+P**; on a Mac, Ctrl is ⌘. A single letter works on the canvas.",
    ]  # fmt: skip
    for menu in GROUPS:
        rows = [f"| {c.name} | {_keys(c)} |" for c in COMMANDS if c.menu == menu]
        parts += [f"## {menu}", "\n".join(["| command | keys |", "| --- | --- |", *rows])]
    return "\n\n".join(parts) + "\n"


def _keys(command: Command) -> str:
    """``Ctrl+Y or Ctrl+Shift+Z``; the two Enter keys are one."""
    return " or ".join(dict.fromkeys(f"<kbd>{_named(key)}</kbd>" for key in command.keys))


def _named(key: str) -> str:
    *held, last = key.rsplit("+", 1) if not key.endswith("++") else (key[:-2], "+")
    return "+".join([*held, NAMES.get(last, last)])
