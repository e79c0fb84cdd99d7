"""What a network of characters writes while it learns, in the training process: now and then, and when it is asked. No Qt."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from app.worker.protocol import Write, Written, received
from runtime.errors import NetwrightError
from runtime.graph import Array

if TYPE_CHECKING:
    from nodes.training import Run
    from nodes.writer import Writer

#: Characters of a text, seconds between two texts, and the share of the time that they may take.
LENGTH, EVERY, SHARE = 400, 4.0, 20


class Writing:
    """Remembers how to write, and when it was last done. A network that cannot write is asked once."""

    def __init__(self) -> None:
        self.wish = Write(None)
        self._run: Run | None = None
        self._writer: Writer | None = None
        self._next = 0.0

    def due(self, run: Run, now: float) -> bool:
        """Whether this run writes, and it is time."""
        if run is not self._run:
            self._run, self._writer = run, _writer(run)
            self._next = now + EVERY / 4
        return self._writer is not None and now >= self._next

    def of_run(self, run: Run) -> Written:
        """What its network writes now."""
        began = time.monotonic()
        self.due(run, began)
        if self._writer is None:
            return Written("", 0, "The network cannot write.")
        point = run.trainer.checkpoint()
        found = _written(self._writer, self.wish, point.progress.step, point.weights)
        now = time.monotonic()
        self._next = now + max(EVERY, SHARE * (now - began))
        return found

    def of_document(self, threads: int) -> Written:
        """What the network of the wish's own document writes."""
        from nodes.writer import Writer
        from runtime.engines import engine

        assert self.wish.document is not None
        document = received(self.wish.document)
        try:
            writer = Writer(document, engine("onnxruntime", "cpu", threads, spinning=False))
        except NetwrightError as error:
            return Written("", 0, str(error))
        return _written(writer, self.wish, int(document.training.progress.get("step", 0)))


def _writer(run: Run) -> Writer | None:
    from nodes.writer import Writer, alphabet

    if not alphabet(run.plan.document):
        return None
    try:
        return Writer(run.plan.document, run.engine, weights=False)
    except NetwrightError:
        return None


def _written(writer: Writer, wish: Write, step: int, weights: Mapping[str, Array] | None = None) -> Written:
    """Each step's text has a seed of its own."""
    try:
        found = "".join(writer.write(LENGTH, wish.prompt, wish.temperature, step, weights))
    except NetwrightError as error:
        return Written("", step, str(error))
    return Written(wish.prompt + found, step)
