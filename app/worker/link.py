"""One training process as the window holds it: the process, its pipe, a thread that listens and one that sends. No Qt."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread
from typing import Any

from app.worker import process


class Lost:
    """Heard last from every process: the pipe is closed."""


class Link:
    """Starts a process and stays with it to its end. `heard` is called in the listening thread."""

    def __init__(self, heard: Callable[[Link, object], None]) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        cores = os.cpu_count() or 2
        self.process = context.Process(
            target=process.main, args=(theirs, max(1, cores - 1)), name="netwright-training", daemon=True
        )
        self.process.start()
        # Ours alone must stay open, or the end of the process would never be heard.
        theirs.close()
        self._outbox: SimpleQueue[Any] = SimpleQueue()
        self._threads = (
            Thread(target=self._listen, args=(self._pipe, heard), name="netwright-listen", daemon=True),
            Thread(target=self._write, args=(self._pipe,), name="netwright-send", daemon=True),
        )
        for thread in self._threads:
            thread.start()

    def send(self, command: object) -> None:
        """Never waits: a document of 100 MB is pickled and written by the sending thread."""
        self._outbox.put(command)

    def kill(self) -> None:
        """End the process and the threads, now. Afterwards nothing of it is left."""
        self.process.kill()
        self._outbox.put(None)
        self.process.join(5)
        for thread in self._threads:
            thread.join(5)
        with contextlib.suppress(OSError):
            self._pipe.close()
        self.process.close()

    def _listen(self, pipe: Connection, heard: Callable[[Link, object], None]) -> None:
        try:
            while True:
                heard(self, pipe.recv())
        except (EOFError, OSError, RuntimeError):
            # RuntimeError: the window's object is gone already.
            with contextlib.suppress(RuntimeError):
                heard(self, Lost())

    def _write(self, pipe: Connection) -> None:
        while (command := self._outbox.get()) is not None:
            try:
                pipe.send(command)
            except (BrokenPipeError, OSError):
                return
