"""Training as a generator of events: batches, epochs, validation, early stop, checkpoints; exact resume at any step.

Whoever iterates drives it; who stops iterating has paused it. After every event `Trainer.checkpoint` is the whole
truth: a new Trainer given it goes on bit for bit (same engine, provider, threads and versions).

Numbers that are not finite: the loss is looked at after every step, all weights and slots every 64 steps and at each
epoch's end, and each time all is good a copy is kept. When something is bad, the steps since that copy are repeated one
by one (steps are reproducible, so this finds the first bad one even if the loss notices it much later), and the offending
step is run again by the NumPy engine operator by operator to name the culprit. What training stops with is the newest copy
whose loss was known to be sound: the weights just before the failure are finite, and mostly ruined already.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from time import perf_counter

from runtime.carried import Carried
from runtime.checkpoint import Checkpoint, EpochRecord, Progress, Tally
from runtime.data.batches import Indices, batches, in_order, streams
from runtime.data.dataset import Split
from runtime.diagnosis import GONE, diagnose, finite, kept
from runtime.engines.protocol import Engine, Stopped
from runtime.errors import TrainingError
from runtime.events import EpochDone, Event, Finished, Problem, Started, StepDone
from runtime.graph import Array
from runtime.metrics import correct
from runtime.preflight import check
from runtime.recipe import Stage
from runtime.rules import Ending, Rule, rule
from runtime.schedules import Course, course
from runtime.stages import advanced, after_epoch, ended, watched
from runtime.task import Evaluator, Task, samples

__all__ = ["Checkpoint", "EpochRecord", "Progress", "Task", "Trainer"]

#: Steps between two looks at every weight.
WATCH = 64
#: A loss so many times as large as the first ones of the stage tells that its weights have exploded.
EXPLODED = 10.0
#: How many losses at the start tell what is usual.
FIRST = 8


class _NotFinite(Exception):
    """The loss, a weight or a slot is not finite any more."""


class Trainer:
    """One training of `task` by `engine`, from `checkpoint` on (None: from the beginning; weights left out are drawn).

    A function that makes the checkpoint is called once everything is known to fit: before that no weight is drawn. Raises
    `TrainingError` for a recipe, dataset or checkpoint that does not fit the network.
    """

    def __init__(
        self, task: Task, engine: Engine, checkpoint: Checkpoint | Callable[[], Checkpoint] | None = None
    ) -> None:
        check(task)
        checkpoint = checkpoint() if callable(checkpoint) else checkpoint or Checkpoint()
        self.task = task
        self.engine = engine
        self._carried = Carried(task, engine, checkpoint.weights, checkpoint.slots)
        self._base = checkpoint.progress
        self._best: Mapping[str, Array] = dict(checkpoint.best)
        self._restored: int | None = None
        self._ending: Ending | None = None
        self._tally = Tally.of(checkpoint.progress)
        self._untried: Checkpoint | None = None
        self._usual: list[float] = []
        self._train = samples(task, task.forward, task.dataset.train)
        self._evaluator: Evaluator | None = None
        self._rate: Course = lambda step: 0.0
        self._stopping = False
        self._stopped_before = False
        self._advance_stage()
        self._good = self._sound = self.checkpoint()

    # -- the two doors -----------------------------------------------------------------------------------------------
    def run(self, epochs: int | None = None) -> Iterator[Event]:
        """Train to the end of the recipe, or for `epochs` more wherever that ends, yielding events.

        An interrupted run of N epochs is finished by a plain ``run()``. Raises `TrainingError` if the engine fails.
        """
        self._stopping, self._restored, self._ending = False, None, None
        target = self._base.target if epochs is None else self._base.epoch + epochs
        self._base = replace(self._base, target=target)
        self._stopped_before = self._base.stopped_early and target is not None
        if self._over():
            yield self._finished("already_done")
            return
        try:
            yield self._started()
            while not self._over():
                yield from self._epoch()
            early = self._ending.reason if self._ending else "early_stop"
            yield self._finished(early if self._stopped_now else "done", self._explained())
        except _NotFinite:
            yield self._diagnosed()
            yield self._finished("problem")
        except Stopped:
            self._unload()
            yield self._finished("stopped")

    def checkpoint(self) -> Checkpoint:
        """Everything as it stands after the last event; the arrays are read-only copies."""
        return Checkpoint(*self._carried.state(), self.progress, self._best)

    @property
    def progress(self) -> Progress:
        base, tally = self._base, self._tally
        done = tally.batch - base.batch
        return replace(
            base, step=base.step + done, stage_step=base.stage_step + done, updates=base.updates + done, **vars(tally)
        )

    def evaluate(self, split: Split) -> tuple[float | None, float | None]:
        """Mean loss and accuracy of the present weights on `split`, in inference mode. `Stopped` after `terminate`."""
        return self._judge(split, self.checkpoint().weights)

    def terminate(self) -> None:
        """End the run from another thread, in the middle of a step if need be: its last event is Finished
        (``stopped``)."""
        self._stopping = True
        self._carried.terminate()

    # -- epochs --------------------------------------------------------------------------------------------------------
    @property
    def _stage(self) -> Stage:
        return self.task.recipe.stages[self._base.stage]

    @property
    def _batch_size(self) -> int:
        return self.task.batch_size(self._stage)

    @property
    def _per_epoch(self) -> int:
        return self.task.batches_per_epoch(self._stage)

    @property
    def _stopped_now(self) -> bool:
        """Whether early stop ended the last stage in this run (an earlier one does not keep ``--epochs N`` from going
        on)."""
        return self._base.stopped_early and not self._stopped_before

    def _over(self) -> bool:
        base = self._base
        done = base.stage_epoch >= self._stage.epochs if base.target is None else base.epoch >= base.target
        return self._stopped_now or done

    def _batches(self) -> list[Indices]:
        """The batches of this epoch that are still to come."""
        count, seed = len(self.task.dataset.train), self.task.recipe.seed
        if self.task.remembered:
            return streams(count, self._batch_size)[self._tally.batch :]
        if self._rule.ordered:
            return in_order(count, self._batch_size)[self._tally.batch :]
        return batches(count, self._batch_size, seed, self._base.epoch + 1)[self._tally.batch :]

    def _epoch(self) -> Iterator[Event]:
        began = perf_counter()
        self._load()
        left, count = self._batches(), 0
        while left:
            group = self._group(left)
            feeds = [self._feeds(indices, ahead) for ahead, indices in enumerate(group)]
            for indices, given, found in zip(group, feeds, self._carried.steps(feeds), strict=True):
                yield self._taken(indices, given, found)
            left, count = left[len(group) :], count + len(group)
            if count % WATCH == 0:
                self._remember()
        self._carried.forget(self.task.remembered)
        self._remember()
        yield self._end_epoch(began)

    def _end_epoch(self, began: float) -> EpochDone:
        tally, progress = self._tally, self.progress
        accuracy = tally.correct / (tally.seen * self._answers) if self.task.decision != "none" else None
        validation = self._judge(self.task.dataset.validation, self._good.weights)
        record = EpochRecord(progress.step, progress.epoch + 1, tally.loss_sum / tally.seen, accuracy, *validation)
        going_on = not ended(progress, self._stage)
        self._base = after_epoch(progress, record, self._stage.early_stop)
        self._tally = Tally.of(self._base)
        if going_on:
            self._ask_the_rule(record)
            self._keep_best()
        self._good = self._untried = replace(self._good, progress=self._base, best=self._best)
        self._advance_stage()
        return EpochDone(**vars(record), seconds=perf_counter() - began)

    @property
    def _rule(self) -> Rule:
        return rule(self._stage.updates[0].rule)

    def _ask_the_rule(self, record: EpochRecord) -> None:
        """Whether the learning rule sees training at its end."""
        trace, trail = self._rule.trace, self._base.trail
        if trace is not None:
            trail = (*trail, trace(self._good.weights, self._stage.learning_rate))
        self._ending = self._rule.ended(record.loss, record.accuracy, trail)
        self._base = replace(self._base, trail=trail, stopped_early=self._base.stopped_early or self._ending is not None)

    def _explained(self) -> str:
        """What the learning rule has to say at a stage's end."""
        said = self._ending.sentence if self._ending else ""
        history = self._base.history
        if not ended(self._base, self._stage) or not history or history[-1].loss == 0 or history[-1].accuracy == 1:
            return said
        return f"{said} {self._rule.explain(self.task, self._good.weights, self.engine)}".strip()

    def _keep_best(self) -> None:
        """The weights of the epoch that is over, if it is the best; at the stage's end, back to those of the best."""
        base, rule = self._base, self._stage.early_stop
        over = ended(base, self._stage)
        if rule.patience <= 0 or not rule.restore_best:
            self._best = {}
        elif base.best_epoch == base.epoch:
            self._best = self._good.weights
        elif over and self._best:
            self._good = replace(self._good, weights={**self._good.weights, **self._best})
            self._carried.unload((dict(self._good.weights), dict(self._good.slots)))
            self._restored = base.best_epoch
        if over:
            self._best = {}

    def _advance_stage(self) -> None:
        """To the next stage that has epochs to do, with new optimizer slots, and a loss whose usual size is not known yet."""
        base = advanced(self._base, self.task.recipe.stages)
        if base is not self._base:
            self._carried.unload((self._carried.state()[0], {}))
            self._base = base
            self._good = self._sound = self.checkpoint()
            self._untried, self._usual = None, []

    def _judge(self, split: Split, weights: Mapping[str, Array]) -> tuple[float | None, float | None]:
        self._evaluator = self._evaluator or Evaluator(self.task, self.engine)
        return self._evaluator.judge(split, weights, lambda: self._stopping)

    @property
    def _answers(self) -> int:
        """Labels per sample: more than one in a sequence."""
        return self._train.labels.size // len(self._train.labels)

    # -- steps -------------------------------------------------------------------------------------------------------
    def _load(self) -> None:
        if self._carried.load(self._stage):
            self._base = replace(self.progress, updates=0)
        self._rate = course(self._stage, self._per_epoch, watched(self._base))

    def _unload(self) -> None:
        self._carried.unload()
        self._base = self.progress

    def _group(self, left: Sequence[Indices]) -> Sequence[Indices]:
        """The next batches of one size, as many as the engine likes at once (its group divides `WATCH`)."""
        size = len(left[0])
        return list(takewhile(lambda indices: len(indices) == size, left[: self._carried.group]))

    def _feeds(self, indices: Indices, ahead: int = 0) -> dict[str, Array | float]:
        """What the step is given after `ahead` more steps than are done."""
        graph, base = self._carried.graph, self._base
        done = self._tally.batch - base.batch + ahead
        feeds: dict[str, Array | float] = {**self._train.batch(indices)}
        feeds[graph.rate] = self._rate(base.stage_step + done)
        feeds[graph.step] = base.updates + done + 1
        return feeds

    def _step(self, indices: Indices) -> StepDone:
        feeds = self._feeds(indices)
        return self._taken(indices, feeds, self._carried.step(feeds))

    def _taken(self, indices: Indices, feeds: Mapping[str, Array | float], found: Mapping[str, Array]) -> StepDone:
        """Count a step that was made with `feeds` and gave `found`."""
        graph, tally, shown = self._carried.graph, self._tally, self.task.shown
        loss = found[shown.name if shown is not None else graph.loss].item()
        if not math.isfinite(loss):
            raise _NotFinite
        self._judge_kept(loss)
        accuracy = None
        if self.task.decision != "none" and self.task.output is not None:
            labels = self._train.labels.take(indices, 0)
            right = correct(found[self.task.output.name], labels, self.task.decision)
            tally.correct += right
            accuracy = right / labels.size
        tally.batch += 1
        tally.loss_sum += loss * len(indices)
        tally.seen += len(indices)
        step = self._base.step + tally.batch - self._base.batch
        return StepDone(step, self._base.epoch + 1, loss, accuracy, float(feeds[graph.rate]))

    # -- numbers that are not finite ---------------------------------------------------------------------------------
    def _remember(self) -> None:
        """Keep a copy of what is good; raises `_NotFinite` if it is not."""
        now = self.checkpoint()
        if not (finite(now.weights) and finite(now.slots)):
            raise _NotFinite
        self._good = self._untried = now

    def _judge_kept(self, loss: float) -> None:
        """The first loss after a copy was kept tells whether that copy is worth going back to."""
        usual = self._usual
        if not usual or loss <= EXPLODED * max(usual):
            self._sound = self._untried or self._sound
            self._usual = [*usual, loss][:FIRST]
        self._untried = None

    def _restore(self, checkpoint: Checkpoint) -> None:
        self._carried.unload((dict(checkpoint.weights), dict(checkpoint.slots)))
        self._base, self._tally = checkpoint.progress, Tally.of(checkpoint.progress)
        self._load()

    def _diagnosed(self) -> Problem:
        """Repeat the steps since all was finite, find the bad one, name its culprit; go back to what was sound."""
        self._restore(self._good)
        for indices in self._batches():
            feeds = self._feeds(indices)
            try:
                self._step(indices)
                self._remember()
            except _NotFinite:
                found = diagnose(self._carried.graph, self._good, feeds)
                self._restore(self._sound if found.operator else self._good)
                return replace(found, sentence=f"{found.sentence.removesuffix('.')}; {kept(self._base.step)}.")
        return Problem(self.progress.step, self.progress.epoch + 1, GONE)

    # -- events ------------------------------------------------------------------------------------------------------
    def _started(self) -> Started:
        self._load()
        try:
            self._remember()
        except _NotFinite:
            raise TrainingError(
                "The weights to start from contain numbers that are not finite: draw them anew, or undo to good ones."
            ) from None
        base, engine = self.progress, self.engine
        rest = self.task.recipe.stages[base.stage + 1 :]
        planned = base.epoch - base.stage_epoch + self._stage.epochs + sum(s.epochs for s in rest)
        target = planned if base.target is None else base.target
        sizes = (len(self.task.dataset.train), self._per_epoch)
        return Started(base.step, base.epoch, target, *sizes, engine.name, engine.provider, engine.notice)

    def _finished(self, reason: str, sentence: str = "") -> Finished:
        if reason != "stopped":
            self._base = replace(self._base, target=None)
        progress = self.progress
        return Finished(progress.step, progress.epoch, reason, restored=self._restored, sentence=sentence)
