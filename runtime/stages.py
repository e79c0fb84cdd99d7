"""Where in its stages a training stands: pure functions of its progress."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from runtime.checkpoint import EpochRecord, Progress, judged
from runtime.events import StageMark
from runtime.recipe import EarlyStop, Stage

#: A stage at its beginning; an epoch that is not begun.
ANEW: Any = {
    "stage_epoch": 0, "stage_step": 0, "updates": 0,
    "best": None, "best_epoch": 0, "worse_epochs": 0, "stopped_early": False, "trail": (),
}  # fmt: skip
UNDONE: Any = {"batch": 0, "loss_sum": 0.0, "correct": 0, "seen": 0, "other_sums": (), "target": None}


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
            progress, **ANEW, stage=progress.stage + 1, begun=(*begun(progress), (progress.stage + 1, progress.epoch))
        )
    return progress


def begun(progress: Progress) -> tuple[tuple[int, int], ...]:
    """The stages that training came to, each with the epochs that were over when it began."""
    return progress.begun or ((progress.stage, progress.epoch - progress.stage_epoch),)


# -- stages that change while training stands in one of them ---------------------------------------------------------------
def followed(before: Sequence[Stage], after: Sequence[Stage]) -> list[int | None]:
    """Where each stage of `before` stands in `after`; None for one that is gone. The same one first, then one that is equal,
    then, for one that was changed, what nobody else is in the place behind its neighbour."""
    found: list[int | None] = [None] * len(before)
    free = set(range(len(after)))
    for alike in (lambda a, b: a is b, lambda a, b: a == b):
        for i, stage in enumerate(before):
            if found[i] is None:
                found[i] = next((j for j in sorted(free) if alike(stage, after[j])), None)
                free -= {found[i]}
    for i, at in enumerate(found):
        last = found[i - 1] if i else -1
        if at is None and last is not None and last + 1 in free:
            found[i] = last + 1
            free -= {last + 1}
    return found


def restaged(progress: Progress, before: Sequence[Stage], after: Sequence[Stage]) -> Progress:
    """`progress` by the stages `after` in place of those `before`: in the stage in which it stood, wherever that is now. Where
    that is gone, the next one that is left begins; where none is, the last stage counts as done."""
    if not progress.step:
        return progress
    places = followed(before, after)
    kept = tuple((at, epoch) for stage, epoch in begun(progress) if (at := place(places, stage)) is not None)
    now = place(places, progress.stage)
    if now is not None:
        return progress if now == progress.stage and not progress.begun else replace(progress, stage=now, begun=kept)
    ahead = next((at for at in places[progress.stage + 1 :] if at is not None), None)
    if ahead is not None:
        return replace(progress, **ANEW, **UNDONE, stage=ahead, begun=(*kept, (ahead, progress.epoch)))
    last = len(after) - 1
    return replace(progress, **ANEW | {"stage_epoch": after[last].epochs}, **UNDONE, stage=last, begun=kept)


def place(places: Sequence[int | None], stage: int) -> int | None:
    return places[stage] if stage < len(places) else None


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
