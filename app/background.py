"""Work that takes long, in a thread: the window goes on painting meanwhile. With `in_background` it takes no input until the
work is done; `Aside` is for work that nobody waits for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from threading import Event, Thread
from typing import Any, TypeVar

from PySide6.QtCore import QEventLoop, QObject, QTimer

T = TypeVar("T")
Tick = Callable[[], None]

#: Most work is done by then, and nobody notices that the window waited.
PATIENCE = 0.03
#: How long (in seconds) the work may keep Python to itself while the window wants to paint.
TURN = 0.0005
#: Milliseconds before work begins that nobody waits for: until then the window has drawn what it is about.
AFTER = 100


def in_background(work: Callable[[], T]) -> T:
    """What `work` returns; it raises what `work` raises. It must not touch anything of Qt's."""
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # whatever it is belongs to the caller
            errors.append(error)

    before = sys.getswitchinterval()
    sys.setswitchinterval(TURN)
    thread = Thread(target=run, name="netwright background")
    thread.start()
    try:
        thread.join(PATIENCE)
        if thread.is_alive():
            _wait_painting(thread)
    finally:
        thread.join()
        sys.setswitchinterval(before)
    if errors:
        raise errors[0]
    return results[0]


def _wait_painting(thread: Thread) -> None:
    loop = QEventLoop()
    timer = QTimer(interval=5)
    timer.timeout.connect(lambda: None if thread.is_alive() else loop.quit())
    timer.start()
    loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)


class Stopped(Exception):
    """The work was called off."""


class Aside(QObject):
    """One work at a time that nobody waits for. `work` is given a function to call often: that ends what was called off."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread: Thread | None = None
        self._leaving: list[Thread] = []
        self._stop = Event()
        self._outcome: list[Any] = []
        self._done: Callable[[Any], None] = lambda result: None
        self._timer = QTimer(self, interval=10)
        self._timer.timeout.connect(self._look)
        self._soon = QTimer(self, singleShot=True, interval=AFTER)
        self._soon.timeout.connect(self._go)

    @property
    def busy(self) -> bool:
        return self._thread is not None

    def start(self, work: Callable[[Tick], T], done: Callable[[T], None]) -> None:
        """Begin, and call `done` with the result, in this thread. What ran before is called off."""
        self.stop()
        stop, outcome = Event(), list[Any]()
        self._stop, self._outcome, self._done = stop, outcome, done
        self._thread = Thread(target=_run, args=(work, stop, outcome), name="netwright check")
        self._soon.start()

    def _go(self) -> None:
        assert self._thread is not None
        self._soon.stop()
        self._thread.start()
        self._timer.start()

    def stop(self) -> None:
        """Call it off: `done` is not called any more. The thread ends when it has heard of it; nobody waits for that."""
        thread, self._thread = self._thread, None
        self._timer.stop()
        self._soon.stop()
        if thread is not None:
            self._stop.set()
            self._leaving = [t for t in (*self._leaving, thread) if t.is_alive()]

    def close(self) -> None:
        """Call it off, and wait until nothing runs any more."""
        self.stop()
        for thread in self._leaving:
            thread.join()

    def wait(self) -> None:
        """Stand still until it is done."""
        if self._soon.isActive():
            self._go()
        if self._thread is not None:
            self._thread.join()
            self._look()

    def _look(self) -> None:
        if self._thread is None or self._thread.is_alive() or self._soon.isActive():
            return
        self._thread.join()
        self._thread = None
        self._timer.stop()
        result = self._outcome[0]
        if isinstance(result, BaseException):
            raise result
        self._done(result)


def _run(work: Callable[[Tick], object], stop: Event, outcome: list[Any]) -> None:
    def tick() -> None:
        if stop.is_set():
            raise Stopped

    try:
        outcome.append(work(tick))
    except BaseException as error:  # whatever it is belongs to the caller
        outcome.append(error)
