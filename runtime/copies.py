"""Copies of a training to go back to when a number is not finite any more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from runtime.checkpoint import Checkpoint
from runtime.diagnosis import finite

#: A loss so many times as large as the first ones of the stage tells that its weights have exploded.
EXPLODED = 10.0
#: How many losses at the start tell what is usual.
FIRST = 8


class NotFinite(Exception):
    """The loss, a weight or a slot is not finite any more."""


class Copies:
    """`good` is the newest copy whose numbers are finite, `sound` the newest whose loss was known to be as usual."""

    def __init__(self, first: Checkpoint) -> None:
        self.begin(first)

    def begin(self, first: Checkpoint) -> None:
        """A stage begins, whose loss has a usual size of its own."""
        self.good = self.sound = first
        self._untried: Checkpoint | None = None
        self._usual: list[float] = []

    def keep(self, now: Checkpoint) -> None:
        """Keep what is good; raises `NotFinite` if it is not."""
        if not (finite(now.weights) and finite(now.slots)):
            raise NotFinite
        self.good = self._untried = now

    def amend(self, **changes: Any) -> None:
        """Other weights or progress in the newest copy, which are as good."""
        self.good = self._untried = replace(self.good, **changes)

    def judge(self, loss: float) -> None:
        """The first loss after a copy was kept tells whether that copy is worth going back to."""
        if not self._usual or loss <= EXPLODED * max(self._usual):
            self.sound = self._untried or self.sound
            self._usual = [*self._usual, loss][:FIRST]
        self._untried = None
