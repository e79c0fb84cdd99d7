"""JournalWriter: a thread that keeps a journal, so that no edit waits for a disk."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from app.journal import Journal, State
from app.packs import fits
from runtime.errors import NetwrightError

#: Seconds from an edit to its being written; from new weights alone; and between two times that the disk is waited for.
EDIT, WEIGHTS, SYNC = 0.2, 3.0, 3.0
#: Writing takes at most a tenth of the time.
PART = 10
NEVER = float("inf")
TROUBLE = (OSError, NetwrightError)


class JournalWriter:
    """Tell it every state; it writes the newest. `places` gives the folders to try for a document, `named` hears where the
    journal is (None: there is none), `told` what to say of it. Both are called in the thread."""

    def __init__(
        self, places: Callable[[State], list[Path]], named: Callable[[Path | None], None], told: Callable[[str], None]
    ) -> None:
        self._places, self._named, self._told = places, named, told
        self._journal: Journal | None = None
        self._condition = threading.Condition()
        self._waiting: State | None = None
        self._clearing = self._ending = self._busy = False
        self._due = self._sync_due = NEVER
        self._free = 0.0
        self._thread: threading.Thread | None = None

    @property
    def waiting(self) -> bool:
        """Whether a state was posted that nobody has begun to write."""
        return self._waiting is not None

    # -- what the window asks for ----------------------------------------------------------------------------------------------
    def post(self, state: State, soon: bool = True) -> None:
        """Write this state before long; `soon` unless nothing but weights is new."""
        with self._condition:
            if self._ending:
                return
            self._waiting = state
            self._due = min(self._due, time.monotonic() + (EDIT if soon else WEIGHTS))
            self._wake()

    def clear(self) -> None:
        """No journal is needed any more."""
        with self._condition:
            self._waiting, self._due = None, NEVER
            if self._thread is not None:
                self._clearing = True
                self._wake()

    def flush(self) -> None:
        """Wait until everything is written."""
        with self._condition:
            if self._waiting is not None:
                self._due = self._free = 0.0
                self._wake()
            while self._waiting is not None or self._clearing or self._busy:
                self._condition.wait()

    def close(self) -> None:
        """Do what was asked for, and end."""
        self.flush()
        with self._condition:
            self._ending = True
            self._condition.notify_all()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _wake(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="netwright-journal", daemon=True)
            self._thread.start()
        self._condition.notify_all()

    # -- the thread ----------------------------------------------------------------------------------------------------------
    def _run(self) -> None:
        while (job := self._next()) is not None:
            try:
                job()
            except Exception as error:  # a mistake of ours: editing goes on, and so does the next attempt
                self._told("not autosaved")
                threading.excepthook(threading.ExceptHookArgs((type(error), error, error.__traceback__, self._thread)))
            with self._condition:
                self._busy = False
                self._condition.notify_all()
        if self._journal is not None:
            self._journal.close()

    def _next(self) -> Callable[[], None] | None:
        """Wait for the next thing to do; None at the end."""
        with self._condition:
            while True:
                job = self._job(time.monotonic())
                if job is not None or self._ending:
                    self._busy = job is not None
                    return job
                due = min(max(self._due, self._free), self._sync_due)
                self._condition.wait(None if due == NEVER else max(due - time.monotonic(), 0.0))

    def _job(self, now: float) -> Callable[[], None] | None:
        if self._clearing:
            self._clearing = False
            return self._remove
        if self._waiting is not None and now >= max(self._due, self._free):
            state, self._waiting, self._due = self._waiting, None, NEVER
            return lambda: self._write(state)
        if now >= self._sync_due:
            return self._sync
        return None

    def _write(self, state: State) -> None:
        begun = time.monotonic()
        for place in self._places(state):
            try:
                self._write_to(place, state)
            except TROUBLE:
                continue
            self._told("autosaved" if fits(state.document) else "drawing autosaved")
            break
        else:
            self._told("not autosaved")
        now = time.monotonic()
        self._free = now + PART * (now - begun)
        self._sync_due = min(self._sync_due, now + SYNC)

    def _write_to(self, place: Path, state: State) -> None:
        old = self._journal
        if old is not None and old.folder == place and not old.lost:
            old.write(state)
            return
        if old is not None and old.lost:
            old.remove()  # its packs would be taken for those of the new one
        journal = Journal(place, state.path)
        try:
            journal.write(state)
        except TROUBLE:
            journal.remove()
            raise
        self._journal = journal
        self._named(place)
        if old is not None and old.folder != place:
            old.remove()

    def _sync(self) -> None:
        self._sync_due = NEVER
        if self._journal is not None:
            with suppress(*TROUBLE):
                self._journal.sync()

    def _remove(self) -> None:
        self._sync_due = NEVER
        if self._journal is not None:
            self._journal.remove()
            self._journal = None
            self._named(None)
