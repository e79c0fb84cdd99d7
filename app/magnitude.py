"""Sizes of gradients, as bars on a logarithmic scale and in numbers: the same on the canvas and in the inspector."""

from __future__ import annotations

import math

#: The ends of the bar, in powers of ten.
WEAKEST, STRONGEST = -6.0, -1.0


def share(value: float) -> float:
    """How far the bar goes, of all the way."""
    if not math.isfinite(value) or value <= 0:
        return 0.0
    return min(max((math.log10(value) - WEAKEST) / (STRONGEST - WEAKEST), 0.0), 1.0)


def scientific(value: float) -> str:
    """``2.6e−3``; a dash for what is no number."""
    mantissa, _, power = f"{value:.1e}".partition("e")
    return f"{mantissa}e{int(power)}".replace("-", "−") if power else "–"
