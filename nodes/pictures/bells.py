"""Gaussians as bell curves over one number."""

from __future__ import annotations

import numpy as np

from nodes.drawing import Ink, Mark, Path, Point
from runtime.graph import Array

#: Where the plot stands, how far it reaches either way, and how high a deviation of 1 rises.
LEFT, RIGHT, GROUND, REACH, RISE = 60.0, 420.0, 130.0, 4.0, 60.0


def across(z: float) -> float:
    """Where the number z stands on the line."""
    return LEFT + (z + REACH) / (2 * REACH) * (RIGHT - LEFT)


def bell(mean: float, log_variance: float, line: Ink, fill: Ink | None = None, dashed: bool = False) -> list[Mark]:
    """The density of N(mean, e^log_variance)."""
    deviation = float(np.exp(log_variance / 2))
    z: Array = np.linspace(-REACH, REACH, 121)
    heights = np.exp(-0.5 * ((z - mean) / deviation) ** 2) / deviation
    points: tuple[Point, ...] = tuple((across(float(a)), GROUND - RISE * float(h)) for a, h in zip(z, heights, strict=True))
    marks: list[Mark] = [Path(points, fill=fill, closed=True)] if fill else []
    return [*marks, Path(points, line, dashed=dashed), Path(((LEFT, GROUND), (RIGHT, GROUND)), line, width=1.0)]
