"""The course's table, for the terminal and the README."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean

from tests.course.row import Number, Row
from tests.course.store import Measured

COLUMNS = ("row", "the lecture says", "to reach", "Netwright got", "seeds", "epochs", "minutes", "on")
HEAD = f"| {' | '.join(COLUMNS)} |\n{'|---' * len(COLUMNS)}|"


def line(row: Row, found: Sequence[Measured]) -> str:
    """One row with what was measured of it."""
    wanted = dict.fromkeys(filter(None, map(_wanted, row.numbers)))
    cells = [
        f"`{row.name}`: {row.title}", row.lecture or "–", "; ".join(wanted) or "as it is",
        "; ".join(_got(n, [m.numbers[n.key] for m in found]) for n in row.numbers) + (f" ({row.note})" if row.note else ""),
        ", ".join(str(m.seed) for m in found), row.epochs or "–", f"{sum(m.minutes for m in found):.1f}",
        f"{max(m.day for m in found)} <!-- {row.fingerprint} -->",
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def standing(table: str, machine: str) -> dict[str, str]:
    """The lines of a table by their rows' fingerprints; none if another machine measured them."""
    lines = table.splitlines()
    told = [text for text in lines if text.startswith("| `") and text.endswith("--> |")]
    return {text.split()[-3]: text for text in told} if machine in lines else {}


def _wanted(number: Number) -> str:
    if number.exact is not None:
        return "every printed digit"
    if number.goal is None:
        return ""
    sign = "≥" if number.above else "≤"
    stretch = f", stretch {number.stretch:g}" if number.stretch is not None else ""
    return f"{number.title} {sign} {number.goal:g}{stretch}"


def _got(number: Number, values: Sequence[float]) -> str:
    """The mean, and the spread where there are several; ✓ or ✗ beside a goal."""
    middle, digits = mean(values), number.digits
    ends = [f"{end:.{digits}f}" for end in (min(values), max(values))]
    spread = f" ({'–'.join(ends)})" if len(set(ends)) > 1 else ""
    return f"{number.title} **{middle:.{digits}f}**{spread}{_mark(number, middle)}"


def _mark(number: Number, found: float) -> str:
    if number.exact is not None:
        return " ✓" if number.met(found) else " ✗"
    if number.goal is None:
        return ""
    return " ✗" if not number.reached(found, number.goal) else " ✓✓" if number.reached(found, number.stretch) else " ✓"
