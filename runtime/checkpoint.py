"""How far a training has come, and everything needed to go on from there exactly: values, kept in the document's
file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from runtime.graph import Array
from runtime.recipe import EarlyStop
from runtime.typed import Damage, typed

#: Nobody has made so many steps.
_COUNTED = 2**53


@dataclass(frozen=True)
class EpochRecord:
    """What one finished epoch came to. Accuracies are 0 to 1; None where there is none. `others` are the mean losses of the
    stage's further updates. (No seconds: they never repeat.)"""

    step: int
    epoch: int
    loss: float
    accuracy: float | None = None
    validation_loss: float | None = None
    validation_accuracy: float | None = None
    others: tuple[float, ...] = ()


@dataclass(frozen=True)
class Progress:
    """Counters of a training. `epoch` and `step` count what is finished over the whole life of the document.

    `stage`, `stage_epoch`, `stage_step`: where in the recipe. `updates`: how often the present optimizer slots were
    updated. `batch`, `loss_sum` (loss × samples; `other_sums` for further updates), `correct`, `seen` (samples): the current
    epoch so far. `best`,
    `best_epoch`, `worse_epochs`, `stopped_early`: early stop, in this stage. `target`: the epoch at which an interrupted
    ``--epochs N`` run was to end. `trail`: a fingerprint of the weights after each epoch, for rules that look for cycles.
    `begun`: the stages that training came to, in that order, each with the epochs that were over then; empty while that is
    one alone.
    """

    stage: int = 0
    stage_epoch: int = 0
    stage_step: int = 0
    epoch: int = 0
    step: int = 0
    updates: int = 0
    batch: int = 0
    loss_sum: float = 0.0
    correct: int = 0
    seen: int = 0
    best: float | None = None
    best_epoch: int = 0
    worse_epochs: int = 0
    stopped_early: bool = False
    target: int | None = None
    history: tuple[EpochRecord, ...] = ()
    trail: tuple[str, ...] = ()
    other_sums: tuple[float, ...] = ()
    begun: tuple[tuple[int, int], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain dictionaries, lists and numbers; floats come back bit for bit."""
        history = [asdict(r) | {"others": list(r.others)} for r in self.history]
        begun = [list(pair) for pair in self.begun]
        lists = {"history": history, "trail": list(self.trail), "other_sums": list(self.other_sums), "begun": begun}
        return asdict(self) | lists


def progress_from_json(data: Mapping[str, Any]) -> Progress:
    """The inverse of `Progress.to_json`. Raises `Damage` for an unknown field (the file's version decides) and for counters
    that no training has."""
    history = tuple(typed(EpochRecord, r, others=_numbers(r, "others")) for r in data.get("history", ()))
    lists = {"trail": tuple(data.get("trail", ())), "other_sums": _numbers(data, "other_sums"), "begun": _begun(data)}
    progress = typed(Progress, data, history=history, **lists)
    for name, value in vars(progress).items():
        if isinstance(value, int) and not 0 <= value < _COUNTED:
            raise Damage(f"{name} is {value}, which no training has counted")
    if (progress.batch > 0) != (progress.seen > 0):
        raise Damage(f"its epoch stands at batch {progress.batch} with {progress.seen} samples seen")
    return progress


def _begun(data: Mapping[str, Any]) -> tuple[tuple[int, int], ...]:
    pairs = [tuple(pair) for pair in data.get("begun", ())]
    for pair in pairs:
        if len(pair) != 2 or not all(type(number) is int and 0 <= number < _COUNTED for number in pair):
            raise Damage(f"a stage began at {list(pair)!r}, which must be two whole numbers: its number and an epoch")
    return tuple((stage, epoch) for stage, epoch in pairs)


def _numbers(data: Mapping[str, Any], name: str) -> tuple[float, ...]:
    return tuple(float(number) for number in data.get(name, ()))


@dataclass
class Tally:
    """The current epoch so far: batches done, loss × samples, correct answers, samples, further losses × samples."""

    batch: int
    loss_sum: float
    correct: int
    seen: int
    other_sums: tuple[float, ...] = ()

    @classmethod
    def of(cls, progress: Progress) -> Tally:
        return cls(progress.batch, progress.loss_sum, progress.correct, progress.seen, progress.other_sums)

    def add(self, count: int, loss: float, right: int, others: Sequence[float]) -> None:
        """One more batch of `count` samples."""
        if others:
            sums = self.other_sums or (0.0,) * len(others)
            self.other_sums = tuple(total + each * count for total, each in zip(sums, others, strict=True))
        self.batch += 1
        self.loss_sum += loss * count
        self.correct += right
        self.seen += count


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Weights (trained and fitted) by value name, optimizer slots by the step graph's input name, and the counters.

    `best` are the weights of the stage's best epoch so far, kept while early stop may still go back to them.
    """

    weights: Mapping[str, Array] = field(default_factory=dict)
    slots: Mapping[str, Array] = field(default_factory=dict)
    progress: Progress = Progress()
    best: Mapping[str, Array] = field(default_factory=dict)


def judged(progress: Progress, record: EpochRecord, rule: EarlyStop) -> Progress:
    """`progress` after early stop has looked at `record`: the best so far, how many epochs since, and whether to stop.

    Losses are to fall and accuracies to rise, by more than ``rule.least_change``.
    """
    if rule.patience <= 0:
        return progress
    now: float = getattr(record, rule.quantity)
    sign = 1.0 if rule.quantity.endswith("accuracy") else -1.0
    if progress.best is None or sign * (now - progress.best) > rule.least_change:
        return replace(progress, best=now, best_epoch=record.epoch, worse_epochs=0)
    worse = progress.worse_epochs + 1
    return replace(progress, worse_epochs=worse, stopped_early=progress.stopped_early or worse >= rule.patience)
