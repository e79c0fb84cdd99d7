"""The command line as Markdown, from click itself: what `--help` says, all commands on one page."""

from __future__ import annotations

from collections.abc import Iterator

import click

from app.cli import cli

MADE = "<!-- Written by `python3 dev.py docs` from app/cli.py: change it there. -->"
OUTCOMES = (
    "Results and JSON go to stdout, everything else to stderr. The exit code is 0 (done), 1 (your file, data or network has "
    "a problem, told in one sentence), 2 (wrong usage) or 130 (interrupted)."
)


def text() -> str:
    """The page."""
    shown = dict(_commands(cli))
    listed = " · ".join(f"[{name}](#netwright-{name.replace(' ', '-')})" for name in shown)
    parts = [MADE, "# The command line", f"Without a command the window opens. {OUTCOMES}", listed]
    return "\n\n".join([*parts, *(_command(name, command) for name, command in shown.items())]) + "\n"


def _commands(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command with its whole name; a group is its commands."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from _commands(command, f"{before}{name} ")
        elif not command.hidden:
            yield before + name, command


def _command(name: str, command: click.Command) -> str:
    options = [p for p in command.params if isinstance(p, click.Option)]
    usage = " ".join(["netwright", name, *(["[OPTIONS]"] if options else []), *map(_argument, command.params)]).strip()
    help = "\n\n".join(" ".join(part.split()) for part in (command.help or "").replace("\b", "").split("\n\n"))
    rows = [f"| `{_cell(_option(o))}` | {_cell(_told(o))} |" for o in options if not o.hidden]
    table = "\n".join(["| option | what it does |", "| --- | --- |", *rows]) if rows else ""
    return "\n\n".join(part for part in (f"## netwright {name}", f"```\n{usage}\n```", help, table) if part)


# Written here and not by click, whose wording differs from version to version.
def _argument(parameter: click.Parameter) -> str:
    if not isinstance(parameter, click.Argument):
        return ""
    name = (parameter.metavar or parameter.name or "").upper() + ("..." if parameter.nargs == -1 else "")
    return name if parameter.required else f"[{name}]"


def _option(option: click.Option) -> str:
    names = ", ".join([*option.opts, *option.secondary_opts])
    return names if option.is_flag else f"{names} {option.metavar or _kind(option)}"


def _kind(option: click.Option) -> str:
    choices = getattr(option.type, "choices", None)
    if choices:
        return "|".join(choices)
    return "N" if isinstance(option.type, (click.IntRange, click.types.FloatParamType)) else option.type.name.upper()


def _told(option: click.Option) -> str:
    default = f" At first {option.default}." if option.show_default and option.default is not None else ""
    return f"{option.help or ''}{default}".replace("<", "&lt;")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
