"""One contestant in a process of its own: builds a row's training step, then runs as many steps as it is told.

Started by `tests.benchmarks.bench` as ``python -m tests.benchmarks.contestant ROW WAY THREADS``. Every line on its standard
input is a number of steps; every line it prints is JSON.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable
from contextlib import suppress
from glob import glob
from pathlib import Path
from time import perf_counter

from tests.benchmarks.rows import Row, row

OURS = "netwright"
Steps = Callable[[int], object]


def ours(row: Row, way: str, threads: int) -> Callable[[], tuple[Steps, float]]:
    import numpy as np

    from runtime.engines import engine
    from runtime.initializers import draw
    from tests.benchmarks.networks import feeds, step_graph

    engine("onnxruntime")

    def build() -> tuple[Steps, float]:
        step = step_graph(row)
        given = feeds(row, step)
        state = {n: draw(p, 0, step.graph.dtype) for n, p in step.graph.parameters.items()}
        state |= {n: np.zeros(s.shape, step.graph.dtype) for n, s in step.slots.items()}
        began = perf_counter()
        stepper = engine("onnxruntime", "cpu", threads).stepper(step, state)
        stepper.step({**given, step.step: 1})  # some sessions are made when the batch is known
        created = perf_counter() - began

        def run(count: int) -> None:
            for first in range(1, count + 1, stepper.group):
                numbers = range(first, min(first + stepper.group, count + 1))
                stepper.steps([{**given, step.step: number} for number in numbers])

        return run, created

    return build


def torchs(row: Row, way: str, threads: int) -> Callable[[], tuple[Steps, float]]:
    import torch

    from tests.benchmarks.networks import data
    from tests.benchmarks.torch_networks import make

    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    samples, targets = data(row)

    def build() -> tuple[Steps, float]:
        began = perf_counter()
        step = make(row, way, samples, targets)
        step()
        return lambda count: [step() for _ in range(count)][-1], perf_counter() - began

    return build


# -- memory ------------------------------------------------------------------------------------------------------------
def resident() -> float:
    """MiB of this process that are in memory now."""
    if not (status := Path("/proc/self/statm")).exists():
        return peak()
    return int(status.read_text().split()[1]) * resource.getpagesize() / 2**20


def peak() -> float:
    """MiB of this process that were ever in memory (on Linux: since `forget_peak`)."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)


def waited() -> float:
    """Seconds in which threads of this process were ready and waited for a processor, so far (Linux; elsewhere 0)."""
    told = [Path(path).read_text().split() for path in glob("/proc/self/task/*/schedstat")]
    return sum(int(words[1]) for words in told) / 1e9


def come_first() -> None:
    """Before every other process, where that is allowed (for root)."""
    with suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


def forget_peak() -> None:
    mark = Path("/proc/self/clear_refs")
    if mark.exists():
        mark.write_text("5")


def main() -> None:
    name, way, threads = sys.argv[1:4]
    come_first()
    prepare = (ours if way == OURS else torchs)(row(name), way, int(threads))
    forget_peak()
    before = resident()
    steps, created = prepare()
    steps(2)
    print(json.dumps({"created": created}), flush=True)
    for line in sys.stdin:
        began, pressed = perf_counter(), waited()
        steps(int(line))
        seconds = perf_counter() - began
        told = {"seconds": seconds, "disturbed": (waited() - pressed) / seconds / int(threads), "memory": peak() - before}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
