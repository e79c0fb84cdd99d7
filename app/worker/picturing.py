"""What a machine dreams and an autoencoder draws again while it learns, made in the training process. No Qt."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from app.worker.protocol import thumbnail

if TYPE_CHECKING:
    from nodes.likenesses import Likenesses
    from nodes.training import Run

#: Seconds between pictures within an epoch, at least after one; they may take a tenth of the time.
EVERY, SOONEST, SHARE = 2.0, 0.125, 10


class Picturing:
    """Remembers when pictures were last made, and how long that took."""

    def __init__(self) -> None:
        self._at, self._cost = 0.0, 0.0

    def due(self, epoch_over: bool) -> bool:
        return time.monotonic() - self._at >= max(SOONEST if epoch_over else EVERY, SHARE * self._cost)

    def of_run(self, run: Run) -> Likenesses | None:
        began = time.monotonic()
        found = run.likenesses()
        self._at = time.monotonic()
        self._cost = self._at - began
        if found is None:
            return None
        samples, made, dreams = (thumbnail(pictures) for pictures in (found.samples, found.made, found.dreams))
        return replace(found, samples=samples, made=made, dreams=dreams)
