"""Turns: work in many small steps, as many as fit into one turn of the event loop, so that the window never stands still."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator

from PySide6.QtCore import QObject, QTimer

#: Seconds of work in one turn.
TURN = 0.012


class Turns(QObject):
    """One work at a time. Starting another closes the one before, wherever it is."""

    def __init__(self, parent: QObject, done: Callable[[], None]) -> None:
        super().__init__(parent)
        self._done = done
        self._steps: Generator[None, None, None] | None = None
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._turn)

    @property
    def busy(self) -> bool:
        return self._steps is not None

    def start(self, steps: Generator[None, None, None]) -> None:
        self.stop()
        self._steps = steps
        self._timer.start()

    def stop(self) -> None:
        steps, self._steps = self._steps, None
        self._timer.stop()
        if steps is not None:
            steps.close()

    def finish(self) -> None:
        """Do the rest at once."""
        steps, self._steps = self._steps, None
        self._timer.stop()
        for _ in steps or ():
            pass
        self._done()

    def _turn(self) -> None:
        steps, until = self._steps, time.perf_counter() + TURN
        for _ in steps or ():
            if time.perf_counter() > until:
                self._timer.start()
                return
        self._steps = None
        self._done()
