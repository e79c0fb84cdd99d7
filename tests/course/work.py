"""Training what is not measured yet: each core a seed of its own, in a process of its own."""

from __future__ import annotations

import resource
import signal
import sys
from collections import deque
from collections.abc import Sequence
from datetime import date
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from threading import Event
from types import FrameType

from runtime.errors import NetwrightError
from tests.course import store
from tests.course.row import Row, rows
from tests.course.store import Measured, keep, kept, place
from tests.course.training import told

CORES = 2
#: The exit status of what was asked to stop.
INTERRUPTED = 130


def train(chosen: Sequence[Row]) -> None:
    """Two seeds at once on a core each are quicker than one on both. Single seeds come first: the longest is one. Raises
    `KeyboardInterrupt` when this or a training was asked to stop: all of them are stopped then."""
    ordered = sorted(chosen, key=lambda row: len(row.seeds))
    missing = deque((row.name, seed) for row in ordered for seed in row.seeds if not kept(row, seed))
    at_once = max(1, min(CORES, len(missing)))
    at_work: list[SpawnProcess] = []
    try:
        while missing or at_work:
            while missing and len(at_work) < at_once:
                at_work.append(_begun(*missing.popleft(), CORES // at_once))
            wait([process.sentinel for process in at_work])
            at_work = [process for process in at_work if not _ended(process)]
    finally:
        for process in at_work:
            process.terminate()
        for process in at_work:
            process.join()


def _begun(name: str, seed: int, threads: int) -> SpawnProcess:
    process = get_context("spawn").Process(target=_job, args=(store.FOLDER, name, seed, threads))
    process.start()
    return process


def _ended(process: SpawnProcess) -> bool:
    if process.is_alive():
        return False
    if process.exitcode in (INTERRUPTED, -signal.SIGINT, -signal.SIGTERM):  # (negative: before it heeded them)
        raise KeyboardInterrupt
    if process.exitcode:  # (it has said why)
        raise SystemExit(process.exitcode)
    return True


def heed_wishes_to_stop() -> Event:
    """Both signals, everywhere: a shell's background commands are deaf to the first, and Python ends at once on the second.
    Set when one came, for whoever meets another error in the place of `KeyboardInterrupt`."""
    asked = Event()

    def stop(number: int, frame: FrameType | None) -> None:
        asked.set()
        raise KeyboardInterrupt

    for wish in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wish, stop)
    return asked


def _job(folder: Path, name: str, seed: int, threads: int) -> None:
    """One seed of a row, in a process of its own."""
    store.FOLDER = folder
    asked = heed_wishes_to_stop()
    told(f"{name}, seed {seed}")
    try:
        row = rows()[name]
        keep(row, _measured(row, seed, threads))
    except NetwrightError as error:
        sys.exit(str(error))
    except BaseException:
        if not asked.is_set():  # (ONNX Runtime, while it is imported, makes an ImportError of the interrupt)
            raise
        sys.exit(INTERRUPTED)


def _measured(row: Row, seed: int, threads: int) -> Measured:
    """Train one seed. Minutes are those of two cores' work, so that a busy machine does not lengthen them; what an
    interrupted part of it took is kept in a file, and counts."""
    at = place(row, seed, threads)
    clock = at.file(".seconds")
    earlier, began = float(clock.read_text()) if clock.is_file() else 0.0, _worked()
    clock.write_text(str(earlier))
    try:
        numbers = dict(row.measure(at))
    finally:
        seconds = earlier + _worked() - began
        clock.write_text(str(seconds))
    return Measured(seed, numbers, seconds / 60 / CORES, date.today().isoformat())


def _worked() -> float:
    """Seconds of processor time, children's included."""
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
