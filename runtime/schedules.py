"""How the learning rate changes over a stage: small pure functions, found by name.

A schedule's factor multiplies the base rate η. It is a function of the step and of what was measured after each epoch
so far, so a resumed training, which knows both, goes on as if it had never stopped.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from runtime.errors import TrainingError, unknown
from runtime.recipe import Stage
from runtime.settings import Setting, Settings, completed

#: From a step of the stage, counted from 0, to a number.
Course = Callable[[int], float]


@dataclass(frozen=True)
class Stretch:
    """What a schedule knows of its stage: its `planned` steps, how many of them are an epoch, and the loss that was
    measured after each epoch that is over."""

    planned: int
    per_epoch: int = 1
    watched: tuple[float, ...] = ()


@dataclass(frozen=True)
class Schedule:
    """One course of the learning rate: `course(stretch, settings)` gives the factor of each step of the present epoch."""

    name: str
    help: str
    course: Callable[[Stretch, Settings], Course]
    settings: tuple[Setting, ...] = ()


def schedule(name: str) -> Schedule:
    """The schedule called `name`. Raises `TrainingError` with the nearest known name."""
    if name not in SCHEDULES:
        raise TrainingError(unknown("schedule", name, SCHEDULES))
    return SCHEDULES[name]


def course(stage: Stage, per_epoch: int, watched: Sequence[float] = ()) -> Course:
    """The learning rate of each step of `stage`, counted from 0, with `per_epoch` steps an epoch.

    `watched` is the loss after each epoch of the stage that is over (validation's where there is one); it counts for the
    steps after them. First comes the warm-up: a straight line to the schedule's first rate, Goyal et al., Accurate, Large
    Minibatch SGD, 2017. Past the plan the last rate above zero holds. Raises `TrainingError` for an unknown name or
    setting, or a number out of range.
    """
    chosen = schedule(stage.schedule)
    settings = completed(f"Schedule {chosen.name}", chosen.settings, stage.schedule_settings)
    planned = max(1, stage.epochs * per_epoch)
    warm = min(round(stage.warm_up * per_epoch), planned - 1)
    stretch = Stretch(planned - warm, per_epoch, tuple(watched[math.ceil(warm / per_epoch) :]))
    factor = chosen.course(stretch, settings)
    last = _last_above_zero(factor, stretch.planned)

    def rate(step: int) -> float:
        if step < warm:
            return stage.learning_rate * factor(0) * (step + 1) / warm
        return stage.learning_rate * factor(min(step - warm, last))

    return rate


def _last_above_zero(factor: Course, planned: int) -> int:
    last = planned - 1
    while last > 0 and factor(last) <= 0.0:
        last -= 1
    return last


# -- the schedules -----------------------------------------------------------------------------------------------------
def _of_progress(factor: Callable[[float, Settings], float]) -> Callable[[Stretch, Settings], Course]:
    """A schedule that knows only the share of the stage that is over, in [0, 1)."""
    return lambda stretch, settings: lambda step: factor(step / stretch.planned, settings)


def _stairstep(stretch: Stretch, settings: Settings) -> Course:
    return lambda step: settings["factor"] ** math.floor(step / stretch.per_epoch / settings["every"])


def _linear(progress: float, settings: Settings) -> float:
    return min(1.0, (1.0 - progress) / max(1.0 - settings["hold"], 1e-9))


def _cosine(progress: float, settings: Settings) -> float:
    return 0.5 * (1.0 + math.cos(math.pi * progress))


def _one_cycle(progress: float, settings: Settings) -> float:
    start, rise = settings["start"], settings["rise"]
    if progress < rise:
        return start + (1.0 - start) * progress / rise
    return _cosine((progress - rise) / (1.0 - rise), settings)


def _plateau(stretch: Stretch, settings: Settings) -> Course:
    """The whole history is walked anew each time it has grown: nothing is remembered, so nothing can be forgotten."""
    best, waited, factor = math.inf, 0, 1.0
    for loss in stretch.watched:
        if loss < best - settings["least_change"]:
            best, waited = loss, 0
            continue
        waited += 1
        if waited > settings["patience"]:
            factor, waited = factor * settings["factor"], 0
    return lambda step: factor


SCHEDULES: dict[str, Schedule] = {
    s.name: s
    for s in (
        Schedule("constant", "η at every step.", lambda stretch, settings: lambda step: 1.0),
        Schedule(
            "stairstep", "η · fᵉ, e rising by 1 every so many epochs: half every 10 epochs, as in the lecture.", _stairstep,
            (
                Setting("factor", 0.5, 0.0, 1.0, "f: what is left of the rate after each stair."),
                Setting("every", 10.0, 1.0, 1e6, "Epochs between two stairs."),
            ),
        ),
        Schedule(
            "exponential", "η · exp(−k t), t counted in steps.",
            lambda stretch, settings: lambda step: math.exp(-settings["k"] * step),
            (Setting("k", 1e-3, 0.0, 1.0, "k: the share of the rate that is lost at each step."),),
        ),
        Schedule(
            "linear", "η, then a straight line down to nearly 0 at the stage's end.", _of_progress(_linear),
            (Setting("hold", 0.0, 0.0, 1.0, "The share of the stage before the rate begins to fall."),),
        ),
        Schedule(
            "cosine",
            "η · (1 + cos πt/T) / 2: falls from η to nearly 0 over the stage. Loshchilov and Hutter, SGDR, 2017.",
            _of_progress(_cosine),
        ),
        Schedule(
            "one-cycle",
            "Up to η in a straight line, then down to nearly 0 as cosine does. Smith, A disciplined approach to neural "
            "network hyper-parameters, 2018.",
            _of_progress(_one_cycle),
            (
                Setting("start", 0.04, 0.0, 1.0, "The first rate, as a share of η."),
                Setting("rise", 0.2, 0.0, 0.99, "The share of the stage in which the rate rises."),
            ),
        ),
        Schedule(
            "plateau",
            "η · f whenever the validation loss has not fallen for a while (without validation data: the training loss). "
            "It knows no plan: past it, it goes on watching. Krizhevsky et al., 2012, did it by hand.",
            _plateau,
            (
                Setting("factor", 0.1, 0.0, 1.0, "f: what is left of the rate each time."),
                Setting("patience", 3.0, 0.0, 1e6, "Epochs without improvement that are borne."),
                Setting("least_change", 0.0, 0.0, 1e6, "How much lower counts as an improvement."),
            ),
        ),
    )
}
