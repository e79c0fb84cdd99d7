"""The table that ``netwright summary`` prints: as wide as the terminal, its numbers always whole."""

from __future__ import annotations

from collections.abc import Sequence

from app.columns import COLUMNS, HEAD, Data

Row = tuple[str, ...]

#: What a narrow terminal goes without, in this order.
DISPENSABLE = tuple(c.head for c in sorted(COLUMNS, key=lambda c: -c.dispensable) if c.dispensable)
#: Names are cut to this before a column is left out; between two columns stand a line and two spaces.
SHORTEST, GAP = 8, 3


def table(title: str, rows: Sequence[Data], total: Data, kept: str | None = None) -> str:
    """The rows of `rows_of` as text, with a line of totals; the column `kept` is never left out."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    cells = [tuple(column.cell(row) for column in COLUMNS) for row in rows]
    sums = ("total", "", "", *(c.cell(total) if c.head not in ("computation", "space", "sees") else "" for c in COLUMNS[3:]))
    every = [HEAD, *cells, sums]
    shown = fitting(every, console.width, kept)
    console.width = max(console.width, _width(every, shown))
    names = console.width - _width(every, shown) + _least(every, 0)
    drawn = Table(title=Text(title), title_justify="left")
    for i in shown:
        justify = "right" if COLUMNS[i].right else "left"
        drawn.add_column(HEAD[i], justify=justify, no_wrap=True, max_width=None if i else names)  # type: ignore[arg-type]
    for row in cells:
        drawn.add_row(*(Text(row[i]) for i in shown))
    drawn.add_section()
    drawn.add_row(*(sums[i] for i in shown))
    with console.capture() as captured:
        console.print(drawn)
    return captured.get().rstrip("\n")


def fitting(rows: Sequence[Row], width: int, kept: str | None = None) -> list[int]:
    """Which columns fit in `width`."""
    shown = list(range(len(rows[0])))
    for index in (HEAD.index(name) for name in DISPENSABLE if name != kept):
        if index in shown and _width(rows, shown) > width:
            shown.remove(index)
    return shown


def _width(rows: Sequence[Row], shown: Sequence[int]) -> int:
    """The least that these columns take."""
    return 1 + sum(_least(rows, i) + GAP for i in shown)


def _least(rows: Sequence[Row], column: int) -> int:
    """How narrow a column may become: names may be cut, all else stays whole."""
    longest = max(len(row[column]) for row in rows)
    return min(longest, SHORTEST) if column == 0 else longest
