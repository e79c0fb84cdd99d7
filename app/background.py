"""Work that takes long, in a thread: the window goes on painting meanwhile, and takes no input until it is done."""

from __future__ import annotations

import sys
from collections.abc import Callable
from threading import Thread
from typing import TypeVar

from PySide6.QtCore import QEventLoop, QTimer

T = TypeVar("T")

#: Most work is done by then, and nobody notices that the window waited.
PATIENCE = 0.03
#: How long (in seconds) the work may keep Python to itself while the window wants to paint.
TURN = 0.0005


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
