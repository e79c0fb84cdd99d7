"""A stage at work: its batches, what a step is given, what its results mean, and how its weights are judged."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from runtime.checkpoint import EpochRecord, Progress, Tally
from runtime.data.batches import Indices, batches, in_order, streams
from runtime.data.dataset import Split
from runtime.engines.protocol import Engine
from runtime.graph import Array
from runtime.metrics import correct
from runtime.rules import Ending, rule
from runtime.schedules import Course, course
from runtime.stages import mark, watched
from runtime.task import Evaluator, Task, samples
from runtime.training_step import StepGraph


class Result(NamedTuple):
    """What one step came to: its loss, those of further updates, right answers, and out of how many (0: none is judged)."""

    loss: float
    others: tuple[float, ...] = ()
    right: int = 0
    answers: int = 0

    @property
    def accuracy(self) -> float | None:
        return self.right / self.answers if self.answers else None

    @property
    def finite(self) -> bool:
        return math.isfinite(self.loss) and all(map(math.isfinite, self.others))


class AtWork:
    """The stage at `index` of a task's recipe; `task` is the task as this stage has it. Raises `TrainingError` where the
    dataset's shape is not the input's."""

    def __init__(self, whole: Task, index: int, engine: Engine) -> None:
        self.index = index
        self.task = whole.at(index)
        self.stage = whole.recipe.stages[index]
        self.mark = mark(whole.recipe.stages, index)
        self.rule = rule(self.stage.updates[0].rule)
        self._engine = engine
        self._seed = whole.recipe.seed
        self._train = samples(self.task, self.task.forward, self.task.dataset.train)
        self._evaluator: Evaluator | None = None
        self._rate: Course = lambda step: 0.0

    # -- batches -------------------------------------------------------------------------------------------------------
    @property
    def count(self) -> int:
        """How many training samples there are."""
        return len(self.task.dataset.train)

    @property
    def per_epoch(self) -> int:
        return self.task.batches_per_epoch(self.stage)

    def batches(self, epoch: int, done: int) -> list[Indices]:
        """The batches of an epoch that are still to come when so many are done."""
        size = self.task.batch_size(self.stage)
        if self.task.remembered:
            return streams(self.count, size)[done:]
        if self.rule.ordered:
            return in_order(self.count, size)[done:]
        return batches(self.count, size, self._seed, epoch)[done:]

    def pace(self, progress: Progress) -> None:
        """Settle the learning rate of the present epoch."""
        self._rate = course(self.stage, self.per_epoch, watched(progress))

    # -- a step --------------------------------------------------------------------------------------------------------
    def feeds(self, graph: StepGraph, indices: Indices, stage_step: int, update: int) -> dict[str, Array | float]:
        """What the step is given that is number `stage_step` of its stage, from 0, and `update` of its slots, from 1."""
        feeds: dict[str, Array | float] = {**self._train.batch(indices, graph.data)}
        feeds[graph.rate], feeds[graph.step] = self._rate(stage_step), update
        return feeds

    def read(self, graph: StepGraph, indices: Indices, found: Mapping[str, Array]) -> Result:
        """What a step on these samples gave."""
        task = self.task
        loss = found[task.shown.name if task.shown is not None else graph.loss].item()
        others = tuple(found[value.name].item() for value in task.further_shown) if task.further else ()
        if task.decision == "none" or task.output is None:
            return Result(loss, others)
        labels = self._train.labels.take(indices, 0)
        return Result(loss, others, correct(found[task.output.name], labels, task.decision), labels.size)

    # -- an epoch ------------------------------------------------------------------------------------------------------
    def record(self, progress: Progress, tally: Tally, judged: tuple[float | None, float | None]) -> EpochRecord:
        """What the epoch came to that is over, its weights `judged` on the validation split."""
        each = self._train.labels.size // len(self._train.labels)  # more than one label a sample in a sequence
        accuracy = tally.correct / (tally.seen * each) if self.task.decision != "none" else None
        others = tuple(total / tally.seen for total in tally.other_sums)
        return EpochRecord(progress.step, progress.epoch + 1, tally.loss_sum / tally.seen, accuracy, *judged, others)

    def judge(
        self, split: Split, weights: Mapping[str, Array], stopping: Callable[[], bool]
    ) -> tuple[float | None, float | None]:
        """Mean loss and accuracy of `weights`; `Stopped` as soon as `stopping()`."""
        self._evaluator = self._evaluator or Evaluator(self.task, self._engine)
        return self._evaluator.judge(split, weights, stopping)

    def trail(self, progress: Progress, weights: Mapping[str, Array]) -> tuple[str, ...]:
        """The fingerprints of the weights after each epoch, these `weights` among them, if the rule wants any."""
        trace = self.rule.trace
        return progress.trail if trace is None else (*progress.trail, trace(weights, self.stage.learning_rate))

    def ending(self, record: EpochRecord, trail: tuple[str, ...]) -> Ending | None:
        """Whether the learning rule sees training at its end."""
        return self.rule.ended(record.loss, record.accuracy, trail)

    def explained(self, weights: Mapping[str, Array]) -> str:
        """What the learning rule has to say of mistakes that are left."""
        return self.rule.explain(self.task, self.stage, weights, self._engine)
