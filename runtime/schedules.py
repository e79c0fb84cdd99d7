"""How the learning rate changes over a stage: small pure functions, found by name."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from runtime.errors import TrainingError, unknown


@dataclass(frozen=True)
class Schedule:
    """One course of the learning rate: `factor(progress)` with progress in [0, 1) over the stage multiplies the base
    rate."""

    name: str
    help: str
    factor: Callable[[float], float]


SCHEDULES: dict[str, Schedule] = {
    s.name: s
    for s in (
        Schedule("constant", "η at every step.", lambda progress: 1.0),
        Schedule(
            "cosine",
            "η · (1 + cos πt/T) / 2: falls from η to nearly 0 over the stage. Loshchilov and Hutter, SGDR, 2017.",
            lambda progress: 0.5 * (1.0 + math.cos(math.pi * progress)),
        ),
    )
}


def schedule(name: str) -> Schedule:
    """The schedule called `name`. Raises `TrainingError` with the nearest known name."""
    if name not in SCHEDULES:
        raise TrainingError(unknown("schedule", name, SCHEDULES))
    return SCHEDULES[name]


def rate(name: str, base: float, step_in_stage: int, planned_steps: int) -> float:
    """The learning rate of step `step_in_stage` (counted from 0) of a stage planned for `planned_steps`.

    Past the plan the last rate above zero holds. Raises `TrainingError` for an unknown name.
    """
    factor = schedule(name).factor
    planned = max(1, planned_steps)
    last = min(step_in_stage, planned - 1)
    while last > 0 and factor(last / planned) <= 0.0:
        last -= 1
    return base * factor(last / planned)
