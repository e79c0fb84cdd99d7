"""The table that ``netwright summary`` prints: as wide as the terminal, its numbers always whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from runtime.graph import describe_shape

Row = tuple[str, ...]

HEAD = ("layer", "type", "output", "parameters", "multiply-adds")
#: What a narrow terminal goes without, in this order.
DISPENSABLE = ("multiply-adds", "type")
#: Names are cut to this before a column is left out; between two columns stand a line and two spaces.
SHORTEST, GAP = 8, 3


def table(title: str, rows: Sequence[dict[str, Any]], total: int) -> str:
    """The rows of `summary_rows` as text, with a line of totals."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    cells = [_cells(row) for row in rows]
    sums = ("total", "", "", f"{total:,}", f"{sum(r['multiply_adds'] for r in rows):,}")
    every = [HEAD, *cells, sums]
    shown = fitting(every, console.width)
    console.width = max(console.width, _width(every, shown))
    names = console.width - _width(every, shown) + _least(every, 0)
    drawn = Table(title=Text(title), title_justify="left")
    for i in shown:
        drawn.add_column(HEAD[i], justify="right" if i > 2 else "left", no_wrap=True, max_width=None if i else names)
    for row in cells:
        drawn.add_row(*(Text(row[i]) for i in shown))
    drawn.add_section()
    drawn.add_row(*(sums[i] for i in shown))
    with console.capture() as captured:
        console.print(drawn)
    return captured.get().rstrip("\n")


def fitting(rows: Sequence[Row], width: int) -> list[int]:
    """Which columns fit in `width`."""
    shown = list(range(len(HEAD)))
    for name in DISPENSABLE:
        if _width(rows, shown) > width:
            shown.remove(HEAD.index(name))
    return shown


def _width(rows: Sequence[Row], shown: Sequence[int]) -> int:
    """The least that these columns take."""
    return 1 + sum(_least(rows, i) + GAP for i in shown)


def _least(rows: Sequence[Row], column: int) -> int:
    """How narrow a column may become: names may be cut, all else stays whole."""
    longest = max(len(row[column]) for row in rows)
    return min(longest, SHORTEST) if column == 0 else longest


def _cells(row: dict[str, Any]) -> Row:
    shape = "?" if row["output_shape"] is None else describe_shape(row["output_shape"])
    counts = (f"{row[k]:,}" if row[k] else "–" for k in ("parameters", "multiply_adds"))
    shared = (f"{name} of {words}" for name, words in row.get("shared", {}).items())
    notes = [row["type"], *(["frozen"] if "frozen" in row else []), *shared]
    return (row["name"], " · ".join(notes), shape, *counts)
