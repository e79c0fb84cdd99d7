"""The table that ``netwright summary`` prints: as wide as the terminal, its numbers always whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from runtime.graph import describe_shape
from runtime.memory import in_words

Row = tuple[str, ...]
Data = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """A column: its head, the cell of a layer, what it is sorted by, and when a narrow terminal goes without (0: never, the
    largest first)."""

    head: str
    cell: Callable[[Data], str]
    order: Callable[[Data], Any]
    dispensable: int = 0
    right: bool = True


def _count(key: str) -> Callable[[Data], str]:
    return lambda row: f"{row[key]:,}" if row[key] else "–"


def _bytes(key: str) -> Callable[[Data], str]:
    return lambda row: in_words(row[key]) if row[key] else "–"


def _share(key: str) -> Callable[[Data], str]:
    return lambda row: f"{row[key]:.1%}".replace("%", " %") if row[key] else "–"


def _output(row: Data) -> str:
    return "?" if row["output_shape"] is None else describe_shape(row["output_shape"])


def _sees(row: Data) -> str:
    field = row["receptive_field"]
    return field if isinstance(field, str) else describe_shape(field) if field else "–"


def _kind(row: Data) -> str:
    shared = (f"{name} of {words}" for name, words in row.get("shared", {}).items())
    return " · ".join([row["type"], *(["frozen"] if "frozen" in row else []), *shared])


def _size(shape: Sequence[int | None] | str | None) -> float:
    return float("inf") if isinstance(shape, str) else prod(d or 1 for d in shape) if shape is not None else -1


COLUMNS = (
    Column("layer", lambda r: str(r["name"]), lambda r: r["name"].lower(), right=False),
    Column("type", _kind, lambda r: r["type"], 1, right=False),
    Column("output", _output, lambda r: _size(r["output_shape"]), right=False),
    Column("parameters", _count("parameters"), lambda r: r["parameters"]),
    Column("multiply-adds", _count("multiply_adds"), lambda r: r["multiply_adds"], 2),
    Column("computation", _share("computation"), lambda r: r["computation"], 6),
    Column("space", _share("space"), lambda r: r["space"], 7),
    Column("sees", _sees, lambda r: _size(r["receptive_field"]), 3),
    Column("activations", _bytes("activation_bytes"), lambda r: r["activation_bytes"], 4),
    Column("training", _bytes("training_bytes"), lambda r: r["training_bytes"], 5),
)
HEAD = tuple(c.head for c in COLUMNS)
#: What a narrow terminal goes without, in this order.
DISPENSABLE = tuple(c.head for c in sorted(COLUMNS, key=lambda c: -c.dispensable) if c.dispensable)
#: Names are cut to this before a column is left out; between two columns stand a line and two spaces.
SHORTEST, GAP = 8, 3


def sorted_rows(rows: Sequence[Data], head: str) -> list[Data]:
    """By a column: numbers from the largest down, words from A to Z."""
    column = COLUMNS[HEAD.index(head)]
    return sorted(rows, key=column.order, reverse=column.right or head == "output")


def table(title: str, rows: Sequence[Data], total: Data, kept: str | None = None) -> str:
    """The rows of `summary_rows` as text, with a line of totals; the column `kept` is never left out."""
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
