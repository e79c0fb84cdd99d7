"""How a run is shown while it goes: a bar on a terminal, plain lines elsewhere, JSON lines on stdout if asked for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from app.headless.say import result_json, say
from runtime.events import EpochDone, Event, Finished, Problem, Started, StepDone, to_json

_REASONS = {
    "done": "Trained",
    "already_done": "The recipe is finished already; --epochs N trains N more",
    "early_stop": "Stopped early: validation has not improved any more",
    "stopped": "Stopped",
}


class Reporter(Protocol):
    def __call__(self, event: Event) -> None: ...

    def close(self) -> None: ...


@contextmanager
def reporter(events: str | None) -> Iterator[Reporter]:
    shown: Reporter = Bar() if sys.stderr.isatty() else Lines()
    made: Reporter = Json(shown) if events else shown
    try:
        yield made
    finally:
        made.close()


def epoch_line(event: EpochDone) -> str:
    """``epoch 3  loss 0.1204  accuracy 96.4 %  validation 0.1310, 96.0 %  0.8 s``"""
    parts = [f"epoch {event.epoch}", f"loss {event.loss:.4f}"]
    if event.accuracy is not None:
        parts.append(f"accuracy {event.accuracy:.1%}")
    if event.validation_loss is not None:
        parts.append(f"validation {event.validation_loss:.4f}")
    if event.validation_accuracy is not None:
        parts[-1] += f", {event.validation_accuracy:.1%}"
    return "  ".join([*parts, f"{event.seconds:.1f} s"])


class Lines:
    """One line an epoch; where there are hundreds, about a hundred of them."""

    def __init__(self) -> None:
        self._every = 1

    def __call__(self, event: Event) -> None:
        match event:
            case Started():
                self._every = max(1, (event.target - event.epoch) // 100)
                where = f"{event.engine}, {event.provider}"
                say(f"Training on {event.samples:,} samples, {event.batches} steps an epoch ({where}).")
            case EpochDone() if event.epoch % self._every == 0:
                say(epoch_line(event))
            case Problem():
                say(event.sentence)
            case Finished() if event.reason in _REASONS:
                say(f"{_REASONS[event.reason]}: {event.output}")

    def close(self) -> None:
        pass


class Json:
    """JSON lines on stdout. A problem is said on stderr too."""

    def __init__(self, shown: Reporter) -> None:
        self._shown = shown if sys.stderr.isatty() else None

    def __call__(self, event: Event) -> None:
        result_json(to_json(event), flush=not isinstance(event, StepDone))
        if self._shown is not None:
            self._shown(event)
        elif isinstance(event, Problem):
            say(event.sentence)

    def close(self) -> None:
        if self._shown is not None:
            self._shown.close()


class Bar:
    """A rich progress bar with loss, accuracy and time left."""

    def __init__(self) -> None:
        self._progress: Any = None
        self._task: Any = None
        self._batches = 1
        self._first = 0

    def __call__(self, event: Event) -> None:
        match event:
            case Started():
                self._open(event)
            case StepDone():
                self._progress.update(self._task, completed=event.step - self._first, loss=f"{event.loss:.4f}")
            case EpochDone():
                if event.validation_accuracy is not None:
                    self._progress.update(self._task, accuracy=f"{event.validation_accuracy:.1%}")
                self._progress.update(self._task, epoch=event.epoch)
            case Problem():
                self.close()
                say(event.sentence)
            case Finished():
                self.close()
                if event.reason in _REASONS:
                    say(f"{_REASONS[event.reason]}: {event.output}")

    def _open(self, event: Started) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._first = event.step
        columns = (
            TextColumn("epoch {task.fields[epoch]}/" + str(event.target)), BarColumn(),
            TextColumn("loss {task.fields[loss]}  validation {task.fields[accuracy]}"), TimeRemainingColumn(),
        )  # fmt: skip
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
        total = (event.target - event.epoch) * event.batches
        self._task = self._progress.add_task("train", total=total, epoch=event.epoch, loss="–", accuracy="–")
        self._progress.start()

    def close(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None
