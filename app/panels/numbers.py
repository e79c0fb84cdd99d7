"""Numbers as they are typed and shown in fields."""

from __future__ import annotations

import re
from typing import Any


def written(number: Any) -> str:
    """A number as it is typed: ``0.001``, ``16``."""
    return f"{number:.10g}" if isinstance(number, float) else str(number)


#: ``1,000`` and ``1,000.5``; and ``0,001``, where the comma can only be the decimal one.
GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?")
DECIMAL = re.compile(r"[+-]?\d*,\d+(e[+-]?\d+)?", re.IGNORECASE)


def read(text: str, whole: bool = True) -> Any:
    """A number from a field; text that is none comes back as it is, so that the refusal can quote it. ``1,500`` is a number
    among whole ones; elsewhere it might be 1.5, so it is none."""
    plain = text.strip().replace("−", "-")
    if GROUPED.fullmatch(plain):
        plain = plain.replace(",", "") if whole or "." in plain else plain
    elif DECIMAL.fullmatch(plain):
        plain = plain.replace(",", ".")
    try:
        return int(plain)
    except ValueError:
        pass
    try:
        return float(plain)
    except ValueError:
        return text.strip()


def range_hint(low: float | None, high: float | None) -> str:
    """``1 – 4,096``."""
    if low is None or high is None:
        return "" if low is None else f"≥ {low:g}"
    return f"{_grouped(low)} – {_grouped(high)}"


def _grouped(number: float) -> str:
    return f"{int(number):,}" if number == int(number) else f"{number:g}"
