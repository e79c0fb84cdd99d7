"""Where in its stages a training stands: pure functions of its progress."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from runtime.checkpoint import EpochRecord, Progress, judged
from runtime.events import StageMark
from runtime.recipe import EarlyStop, Stage


def after_epoch(progress: Progress, record: EpochRecord, stop: EarlyStop) -> Progress:
    """`progress` when the epoch of `record` is over and early stop has looked at it."""
    return replace(
        judged(progress, record, stop), epoch=record.epoch, stage_epoch=progress.stage_epoch + 1,
        batch=0, loss_sum=0.0, correct=0, seen=0, other_sums=(), history=(*progress.history, record),
    )  # fmt: skip


def ended(progress: Progress, stage: Stage) -> bool:
    """Whether the stage was stopped or came to its planned end (``--epochs N`` may go on behind it)."""
    return progress.stopped_early or progress.stage_epoch >= stage.epochs


def advanced(progress: Progress, stages: Sequence[Stage]) -> Progress:
    """At the next stage that has epochs to do; the last stage is never left. The same object where nothing ended."""
    while progress.stage + 1 < len(stages) and ended(progress, stages[progress.stage]):
        progress = replace(
            progress, stage=progress.stage + 1, stage_epoch=0, stage_step=0, updates=0,
            best=None, best_epoch=0, worse_epochs=0, stopped_early=False, trail=(),
        )  # fmt: skip
    return progress


def watched(progress: Progress) -> list[float]:
    """The loss after each epoch of this stage: on validation data where there are some."""
    count = progress.stage_epoch
    records = progress.history[-count:] if count else ()
    return [r.loss if r.validation_loss is None else r.validation_loss for r in records]


def mark(stages: Sequence[Stage], index: int) -> StageMark:
    """What events say of the stage at `index`."""
    return StageMark(index + 1, len(stages), stages[index].name)


def planned(progress: Progress, stages: Sequence[Stage]) -> int:
    """The epoch at which the recipe ends, if no stage is stopped early."""
    ahead = sum(s.epochs for s in stages[progress.stage + 1 :])
    return progress.epoch - progress.stage_epoch + stages[progress.stage].epochs + ahead
