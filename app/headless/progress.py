"""How a run is shown while it goes: a bar on a terminal, plain lines elsewhere, JSON lines on stdout if asked for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, Protocol

from app.headless.say import number, result_json, say
from runtime.errors import counted
from runtime.events import EpochDone, Event, Finished, Problem, StageBegan, Started, StepDone, restored_words, to_json

_REASONS = {
    "done": "Trained",
    "already_done": "The recipe is finished already; --epochs N trains N more",
    "early_stop": "Stopped early: validation has not improved any more",
    "stopped": "Stopped",
    "learnt": "Learnt",
    "cycle": "Stopped: no more can be learnt this way",
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


def epoch_line(event: EpochDone, seconds: float | None = None) -> str:
    """``epoch 3  loss 0.1204  accuracy 96.4%  validation 0.1310, 96.0%  0.8 s``; the time is the epoch's own, or `seconds`.
    Losses of further updates stand behind the first."""
    parts = [f"epoch {event.epoch}", f"loss {', '.join(map(number, (event.loss, *event.others)))}"]
    if event.accuracy is not None:
        parts.append(f"accuracy {event.accuracy:.1%}")
    if event.validation_loss is not None:
        parts.append(f"validation {number(event.validation_loss)}")
    if event.validation_accuracy is not None:
        parts[-1] += f", {event.validation_accuracy:.1%}"
    return "  ".join([*parts, time_taken(event.seconds if seconds is None else seconds)])


def beginning(event: Started) -> str:
    """How much there is to do, and from where a run that was begun before goes on."""
    steps, where = counted(event.batches, "step"), f"{event.engine}, {event.provider}"
    before = f"; it goes on after epoch {event.epoch}, step {event.step:,}" if event.step else ""
    stage = f" Begins with {event.stage.words}." if event.stage.words else ""
    return f"Training on {counted(event.samples, 'sample')}, {steps} an epoch ({where}){before}.{stage}"


def stage_line(event: StageBegan) -> str:
    """``Stage 2 of 3: RBM 2. 54,000 samples, 540 steps an epoch.``"""
    words = event.stage.words
    sizes = f"{counted(event.samples, 'sample')}, {counted(event.batches, 'step')} an epoch"
    return f"{words[:1].upper()}{words[1:]}. {sizes}."


def time_taken(seconds: float) -> str:
    """``8.4 s``, ``12 min 5 s``"""
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def _say_end(event: Problem | Finished) -> None:
    """What a run ends with, once whatever shows its progress is closed."""
    if isinstance(event, Problem):
        say(event.sentence)
        return
    if event.reason not in _REASONS:
        return
    say(f"{_REASONS[event.reason]}: {event.output}")
    for more in (event.sentence, restored_words(event)):
        if more:
            say(more)


class Lines:
    """One line an epoch; where there are hundreds, about a hundred of them, the last one always among them."""

    def __init__(self) -> None:
        self._every = 1
        self._unsaid: EpochDone | None = None

    def __call__(self, event: Event) -> None:
        match event:
            case Started():
                self._every = max(1, (event.target - event.epoch) // 100)
                say(beginning(event))
            case StageBegan():
                self.close()
                say(stage_line(event))
            case EpochDone():
                self._unsaid = event
                if event.epoch % self._every == 0:
                    self.close()
            case Problem() | Finished():
                self.close()
                _say_end(event)

    def close(self) -> None:
        if self._unsaid is not None:
            say(epoch_line(self._unsaid))
            self._unsaid = None


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
    """A rich progress bar with loss, accuracy and time left, one for each stage; a line with what came of it remains."""

    def __init__(self) -> None:
        self._progress: Any = None
        self._task: Any = None
        self._first = 0
        self._target = 0
        self._began = 0.0
        self._last: EpochDone | None = None

    def __call__(self, event: Event) -> None:
        match event:
            case Started():
                say(beginning(event))
                self._target = event.target
                self._open(event)
            case StageBegan():
                self.close()
                say(stage_line(event))
                self._open(event)
            case StepDone():
                self._progress.update(self._task, completed=event.step - self._first, loss=number(event.loss))
            case EpochDone():
                self._last = event
                if event.validation_accuracy is not None:
                    self._progress.update(self._task, accuracy=f"{event.validation_accuracy:.1%}")
                self._progress.update(self._task, epoch=min(event.epoch + 1, self._target))
            case Problem() | Finished():
                self.close()
                _say_end(event)

    def _open(self, event: Started | StageBegan) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._first, self._began = event.step, monotonic()
        columns = (
            TextColumn("epoch {task.fields[epoch]}/" + str(self._target)), BarColumn(),
            TextColumn("loss {task.fields[loss]}  validation {task.fields[accuracy]}"), TimeRemainingColumn(),
        )  # fmt: skip
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
        total = (self._target - event.epoch) * event.batches
        self._task = self._progress.add_task("train", total=total, epoch=event.epoch + 1, loss="–", accuracy="–")
        self._progress.start()

    def close(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None
        if self._last is not None:
            say(epoch_line(self._last, monotonic() - self._began))
            self._last = None
