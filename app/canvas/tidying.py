"""Tidying: a layout worked out beside the window's own thread, with progress, and called off by Esc."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from app.canvas.layout import Wish, tidied
from nodes.document import Document
from nodes.layout import Size, Stopped

#: So many nodes are laid out before anybody notices, at once.
AT_ONCE = 80


class _Signals(QObject):
    progressed = Signal(int)
    finished = Signal(object)


class _Job(QRunnable):
    """One layout. It hears of `stop` between two sweeps."""

    def __init__(self, level: Document, sizes: Mapping[str, Size], wish: Wish) -> None:
        super().__init__()
        self._level, self._sizes, self._wish = level, sizes, wish
        self.signals, self.stop, self._told = _Signals(), threading.Event(), -1

    def run(self) -> None:
        try:
            found: Document | None = tidied(self._level, self._sizes, self._wish, self._tick)
        except Stopped:
            found = None
        self.signals.finished.emit(found)

    def _tick(self, share: float) -> None:
        if self.stop.is_set():
            raise Stopped
        if (percent := int(100 * share)) != self._told:
            self._told = percent
            self.signals.progressed.emit(percent)


class Tidying(QObject):
    """`laid_out` brings a level of the document as it should be, or None when it was called off; `said` what is going on."""

    laid_out = Signal(object)
    said = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._job: _Job | None = None
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)

    @property
    def busy(self) -> bool:
        return self._job is not None

    def start(self, level: Document, sizes: Mapping[str, Size], wish: Wish) -> None:
        """Lay a level out: at once where it is small, else beside everything else."""
        self.cancel()
        if len(level.nodes) <= AT_ONCE:
            self.laid_out.emit(tidied(level, sizes, wish))
            return
        job = self._job = _Job(level, sizes, wish)
        job.setAutoDelete(False)
        what = f"Tidying {len(level.nodes):,} layers"
        job.signals.progressed.connect(lambda percent: self.said.emit(f"{what}: {percent} %, Esc stops"))
        job.signals.finished.connect(lambda found: self._finished(job, found))
        self._pool.start(job)

    def cancel(self) -> bool:
        """Call it off; whether there was anything to call off."""
        job, self._job = self._job, None
        if job is not None:
            job.stop.set()
            self._pool.waitForDone()
            self.said.emit("")
        return job is not None

    def _finished(self, job: _Job, found: Document | None) -> None:
        if job is self._job:
            self._job = None
            self.said.emit("")
            self.laid_out.emit(found)
