"""What a learning rule is, and where they are found by name.

A rule says in which direction parameters are to change; clipping, weight decay and the optimizer are the same for all of
them (`runtime.training_step`). Rules know operators and the roles that layers write on values, never layers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from runtime.errors import TrainingError, unknown
from runtime.graph import Array, Graph, Parameter, Value
from runtime.recipe import Stage, Update
from runtime.settings import Setting, completed

if TYPE_CHECKING:
    from runtime.engines.protocol import Engine
    from runtime.task import Task


class Site(Protocol):
    """The step under construction, as a rule sees it. `outputs` are what answers are read off, by `decision` (see
    `runtime.metrics`); `chosen` what may change."""

    g: Graph
    update: Update
    loss: Value
    outputs: Sequence[Value]
    chosen: Sequence[Parameter]
    decision: str

    def remember(self, parameter: Parameter, name: str, shape: Sequence[int]) -> Value:
        """A tensor carried from step to step, zeros at first, that belongs to `parameter`."""

    def carried(self, name: str, new: Value) -> None:
        """After the step the carried tensor `name` is `new`."""


@dataclass(frozen=True)
class Ending:
    """Why training is over before its planned end: a word for programs, a sentence for people (or nothing to add)."""

    reason: str
    sentence: str = ""


def _fits(task: Task, stage: Stage, update: Update, loss: Value) -> None:
    """Anything fits."""


def _goes_on(loss: float, accuracy: float | None, trail: tuple[str, ...]) -> Ending | None:
    return None


def _says_nothing(task: Task, stage: Stage, weights: Mapping[str, Array], engine: Engine) -> str:
    return ""


@dataclass(frozen=True)
class Rule:
    """One way to learn.

    `descent(site)` emits for each chosen parameter, by value name, what the optimizer takes as its gradient.
    `check(task, stage, update, loss)` raises `TrainingError` where the rule cannot work. With `ordered` the samples come in
    their own order in every epoch. `trace(weights, rate)` is a fingerprint of the weights, kept after every epoch;
    `ended(loss, accuracy, trail)` sees the epoch's and all fingerprints; `explain` adds a sentence when a stage ends with
    mistakes left.
    """

    name: str
    help: str
    descent: Callable[[Site], dict[str, Value]]
    settings: tuple[Setting, ...] = ()
    ordered: bool = False
    check: Callable[[Task, Stage, Update, Value], None] = _fits
    trace: Callable[[Mapping[str, Array], float], str] | None = None
    ended: Callable[[float, float | None, tuple[str, ...]], Ending | None] = _goes_on
    explain: Callable[[Task, Stage, Mapping[str, Array], Engine], str] = _says_nothing


RULES: dict[str, Rule] = {}


def register(new: Rule) -> Rule:
    RULES[new.name] = new
    return new


def rule(name: str) -> Rule:
    """The rule called `name`. Raises `TrainingError` with the nearest known name."""
    if name not in RULES:
        raise TrainingError(unknown("learning rule", name, RULES))
    return RULES[name]


def settings_of(update: Update) -> dict[str, float]:
    """The settings of the update's rule, complete. Raises `TrainingError` for an unknown name or a number out of range."""
    chosen = rule(update.rule)
    return completed(f"Rule {chosen.name}", chosen.settings, update.rule_settings)
