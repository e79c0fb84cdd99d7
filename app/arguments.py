"""What words on the command line are read as, each with its own sentence where one does not fit."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import click

JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object on stdout.")


class File(click.Path):
    """The name of a file. Whether it is there and can be read or written is said by whoever does so."""

    name = "file"

    def __init__(self) -> None:
        super().__init__(path_type=Path, readable=False)

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> Any:
        if value == "":
            self.fail("It is empty: give the name of a file.", param, context)
        if value == "-":
            self.fail("‘-’ is no file, and nothing is read from a pipe or written to one: give a name.", param, context)
        return super().convert(value, param, context)


class Known(click.Choice):
    """One of a few names, in upper or lower case; the nearest one is offered for any other."""

    def __init__(self, kind: str, names: list[str]) -> None:
        super().__init__(names)
        self.kind = kind

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> Any:
        from runtime.errors import spelt, unknown  # now: another program's `runtime` is refused before this

        name = spelt(str(value), self.choices)
        if name not in self.choices:
            self.fail(unknown(self.kind, name, self.choices), param, context)
        return name


class Whole(click.IntRange):
    """A whole number within bounds."""

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> Any:
        try:
            return super().convert(value, param, context)
        except click.BadParameter:
            within = f"from {self.min:,} to {self.max:,}" if self.max is not None else f"of at least {self.min:,}"
            self.fail(f"It takes a whole number {within}, and ‘{value}’ was given.", param, context)


class Number(click.types.FloatParamType):
    """A number, within bounds if there are some."""

    name = "number"

    def __init__(self, low: float = -math.inf, high: float = math.inf) -> None:
        self._low, self._high = low, high

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> Any:
        number = super().convert(value, param, context)
        if self._low > -math.inf and not self._low <= number <= self._high:
            self.fail(f"It takes a number from {self._low:g} to {self._high:g}, and ‘{value}’ was given.", param, context)
        return number
