"""Training what is not measured yet: each core a seed of its own, in a process of its own."""

from __future__ import annotations

import resource
import signal
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from datetime import date
from multiprocessing import active_children, get_context

from tests.course.row import Row, rows
from tests.course.store import Measured, keep, kept, place
from tests.course.training import told

CORES = 2


def train(chosen: Sequence[Row]) -> None:
    """Two seeds at once on a core each are quicker than one on both. Single seeds come first: the longest is one."""
    ordered = sorted(chosen, key=lambda row: len(row.seeds))
    missing = [(row.name, seed) for row in ordered for seed in row.seeds if not kept(row, seed)]
    if not missing:
        return
    at_once = min(CORES, len(missing))
    with ProcessPoolExecutor(at_once, get_context("spawn"), heed_wishes_to_stop) as pool:
        work = [pool.submit(_job, name, seed, CORES // at_once) for name, seed in missing]
        try:
            _wait(work)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in active_children():
                process.terminate()
            raise


def _wait(work: Sequence[Future[None]]) -> None:
    for done in as_completed(work):
        done.result()


def heed_wishes_to_stop() -> None:
    """Both signals, everywhere: a shell's background commands are deaf to the first, and Python ends at once on the second."""
    for wish in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wish, signal.default_int_handler)


def _job(name: str, seed: int, threads: int) -> None:
    told(f"{name}, seed {seed}")
    row = rows()[name]
    keep(row, _measured(row, seed, threads))


def _measured(row: Row, seed: int, threads: int) -> Measured:
    """Train one seed. Minutes are those of two cores' work, so that a busy machine does not lengthen them; what an
    interrupted part of it took is kept in a file, and counts."""
    at = place(row, seed, threads)
    clock = at.file(".seconds")
    earlier, began = float(clock.read_text()) if clock.is_file() else 0.0, _worked()
    try:
        numbers = dict(row.measure(at))
    finally:
        seconds = earlier + _worked() - began
        clock.write_text(str(seconds))
    return Measured(seed, numbers, seconds / 60 / CORES, date.today().isoformat())


def _worked() -> float:
    """Seconds of processor time, children's included."""
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
