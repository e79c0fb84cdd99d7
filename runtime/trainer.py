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

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from time import perf_counter

from runtime.at_work import AtWork
from runtime.carried import Carried
from runtime.checkpoint import Checkpoint, EpochRecord, Progress, Tally
from runtime.copies import Copies, NotFinite
from runtime.data.batches import Indices
from runtime.data.dataset import Split
from runtime.diagnosis import GONE, diagnose, kept
from runtime.engines.protocol import Engine, Stopped
from runtime.errors import TrainingError
from runtime.events import EpochDone, Event, Finished, Problem, StageBegan, Started, StepDone
from runtime.graph import Array
from runtime.preflight import check
from runtime.rules import Ending
from runtime.stages import advanced, after_epoch, ended, planned
from runtime.task import Task

__all__ = ["Checkpoint", "EpochRecord", "Progress", "Task", "Trainer"]

#: Steps between two looks at every weight.
WATCH = 64


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
        self.engine = engine
        self._whole = task
        self._carried = Carried(task, engine, checkpoint.weights, checkpoint.slots)
        last = len(task.recipe.stages) - 1
        self._base = replace(checkpoint.progress, stage=min(checkpoint.progress.stage, last))
        self._best: Mapping[str, Array] = dict(checkpoint.best)
        self._restored: int | None = None
        self._ending: Ending | None = None
        self._tally = Tally.of(checkpoint.progress)
        self._stopping = False
        self._stopped_before = False
        self._work = AtWork(task, self._advanced().stage, engine)
        self._advance_stage()
        self._copies = Copies(self.checkpoint())

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
            yield from self._epochs()
            early = self._ending.reason if self._ending else "early_stop"
            yield self._finished(early if self._stopped_now else "done", self._explained())
        except NotFinite:
            yield self._diagnosed()
            yield self._finished("problem")
        except Stopped:
            self._unload()
            yield self._finished("stopped")

    def checkpoint(self) -> Checkpoint:
        """Everything as it stands after the last event; the arrays are read-only copies."""
        return Checkpoint(*self._carried.state(), self.progress, self._best)

    @property
    def task(self) -> Task:
        """The task as the present stage has it."""
        return self._work.task

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
    def _stopped_now(self) -> bool:
        """Whether early stop ended the last stage in this run (an earlier one does not keep ``--epochs N`` from going
        on)."""
        return self._base.stopped_early and not self._stopped_before

    def _over(self) -> bool:
        base = self._base
        done = base.stage_epoch >= self._work.stage.epochs if base.target is None else base.epoch >= base.target
        return self._stopped_now or done

    def _epochs(self) -> Iterator[Event]:
        work = self._work
        while not self._over():
            if self._work is not work:
                work = self._work
                yield StageBegan(self._base.step, self._base.epoch, work.count, work.per_epoch, work.mark)
            yield from self._epoch()

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
                self._copies.keep(self.checkpoint())
        self._carried.forget(self.task.remembered)
        self._copies.keep(self.checkpoint())
        yield self._end_epoch(began)

    def _end_epoch(self, began: float) -> EpochDone:
        work, progress = self._work, self.progress
        judged = self._judge(work.task.dataset.validation, self._copies.good.weights)
        record = work.record(progress, self._tally, judged)
        going_on = not ended(progress, work.stage)
        self._base = after_epoch(progress, record, work.stage.early_stop)
        self._tally = Tally.of(self._base)
        if going_on:
            self._ask_the_rule(record)
            self._keep_best()
        self._copies.amend(progress=self._base, best=self._best)
        self._advance_stage()
        return EpochDone(**vars(record), seconds=perf_counter() - began, stage=work.mark)

    def _ask_the_rule(self, record: EpochRecord) -> None:
        """Whether the learning rule sees training at its end."""
        trail = self._work.trail(self._base, self._copies.good.weights)
        self._ending = self._work.ending(record, trail)
        self._base = replace(self._base, trail=trail, stopped_early=self._base.stopped_early or self._ending is not None)

    def _explained(self) -> str:
        """What the learning rule has to say at a run's end."""
        said = self._ending.sentence if self._ending else ""
        history = self._base.history
        if not self._base.stage_epoch or not history or history[-1].loss == 0 or history[-1].accuracy == 1:
            return said
        return f"{said} {self._work.explained(self._copies.good.weights)}".strip()

    def _keep_best(self) -> None:
        """The weights of the epoch that is over, if it is the best; at the stage's end, back to those of the best."""
        base, rule, good = self._base, self._work.stage.early_stop, self._copies.good
        over = ended(base, self._work.stage)
        if rule.patience <= 0 or not rule.restore_best:
            self._best = {}
        elif base.best_epoch == base.epoch:
            self._best = good.weights
        elif over and self._best:
            weights = {**good.weights, **self._best}
            self._copies.amend(weights=weights)
            self._carried.unload((weights, dict(good.slots)))
            self._restored = base.best_epoch
        if over:
            self._best = {}

    def _advanced(self) -> Progress:
        return advanced(self._base, self._whole.recipe.stages)

    def _advance_stage(self) -> None:
        """To the next stage that has epochs to do, with new optimizer slots, and a loss whose usual size is not known yet."""
        base = self._advanced()
        if base is self._base:
            return
        self._carried.unload((self._carried.state()[0], {}))
        self._base, self._restored, self._ending = base, None, None
        if self._work.index != base.stage:
            self._work = AtWork(self._whole, base.stage, self.engine)
            self._copies.begin(self.checkpoint())

    def _judge(self, split: Split, weights: Mapping[str, Array]) -> tuple[float | None, float | None]:
        return self._work.judge(split, weights, lambda: self._stopping)

    # -- steps -------------------------------------------------------------------------------------------------------
    def _load(self) -> None:
        if self._carried.load(self._work.task, self._work.stage):
            self._base = replace(self.progress, updates=0)
        self._work.pace(self._base)

    def _unload(self) -> None:
        self._carried.unload()
        self._base = self.progress

    def _batches(self) -> list[Indices]:
        """The batches of this epoch that are still to come."""
        return self._work.batches(self._base.epoch + 1, self._tally.batch)

    def _group(self, left: Sequence[Indices]) -> Sequence[Indices]:
        """The next batches of one size, as many as the engine likes at once (its group divides `WATCH`)."""
        size = len(left[0])
        return list(takewhile(lambda indices: len(indices) == size, left[: self._carried.group]))

    def _feeds(self, indices: Indices, ahead: int = 0) -> dict[str, Array | float]:
        """What the step is given after `ahead` more steps than are done."""
        base = self._base
        done = self._tally.batch - base.batch + ahead
        return self._work.feeds(self._carried.graph, indices, base.stage_step + done, base.updates + done + 1)

    def _step(self, indices: Indices) -> StepDone:
        feeds = self._feeds(indices)
        return self._taken(indices, feeds, self._carried.step(feeds))

    def _taken(self, indices: Indices, feeds: Mapping[str, Array | float], found: Mapping[str, Array]) -> StepDone:
        """Count a step that was made with `feeds` and gave `found`."""
        work, base = self._work, self._base
        result = work.read(self._carried.graph, indices, found)
        if not result.finite:
            raise NotFinite
        self._copies.judge(result.loss)
        self._tally.add(len(indices), result.loss, result.right, result.others)
        step = base.step + self._tally.batch - base.batch
        rate = float(feeds[self._carried.graph.rate])
        return StepDone(step, base.epoch + 1, result.loss, result.accuracy, rate, work.mark, result.others)

    # -- numbers that are not finite ---------------------------------------------------------------------------------
    def _restore(self, checkpoint: Checkpoint) -> None:
        self._carried.unload((dict(checkpoint.weights), dict(checkpoint.slots)))
        self._base, self._tally = checkpoint.progress, Tally.of(checkpoint.progress)
        self._load()

    def _diagnosed(self) -> Problem:
        """Repeat the steps since all was finite, find the bad one, name its culprit; go back to what was sound."""
        copies = self._copies
        self._restore(copies.good)
        for indices in self._batches():
            feeds = self._feeds(indices)
            try:
                self._step(indices)
                copies.keep(self.checkpoint())
            except NotFinite:
                found = diagnose(self._carried.graph, copies.good, feeds)
                self._restore(copies.sound if found.operator else copies.good)
                return replace(found, sentence=f"{found.sentence.removesuffix('.')}; {kept(self._base.step)}.")
        return Problem(self.progress.step, self.progress.epoch + 1, GONE)

    # -- events ------------------------------------------------------------------------------------------------------
    def _started(self) -> Started:
        self._load()
        try:
            self._copies.keep(self.checkpoint())
        except NotFinite:
            raise TrainingError(
                "The weights to start from contain numbers that are not finite: draw them anew, or undo to good ones."
            ) from None
        base, engine, work = self.progress, self.engine, self._work
        target = planned(base, self._whole.recipe.stages) if base.target is None else base.target
        about = (work.count, work.per_epoch, engine.name, engine.provider, engine.notice)
        return Started(base.step, base.epoch, target, *about, work.mark, base.batch)

    def _finished(self, reason: str, sentence: str = "") -> Finished:
        if reason != "stopped":
            self._base = replace(self._base, target=None)
        progress = self.progress
        return Finished(progress.step, progress.epoch, reason, restored=self._restored, sentence=sentence)
