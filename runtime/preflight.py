"""What can be known to be wrong before the first step: recipe, data, targets. One sentence each."""

from __future__ import annotations

import numpy as np

from runtime import memory
from runtime.data.dataset import Split
from runtime.errors import GraphError, TrainingError
from runtime.graph import Array
from runtime.optimizers import complete, optimizer
from runtime.recipe import Stage
from runtime.rules import rule, settings_of
from runtime.schedules import course
from runtime.stages import mark
from runtime.task import Task, samples, stage_step

#: Where an estimate is more than this part of the memory, it is looked at closely.
DOUBTFUL = 4
#: What an early stop may watch.
WATCHED = ("loss", "accuracy", "validation_loss", "validation_accuracy")


def check(task: Task) -> None:
    """Raises `TrainingError` for a recipe that cannot be carried out: unknown names, nothing to train on, nothing to
    watch; and for data that would spoil the weights or mean nothing to the loss."""
    for index, stage in enumerate(task.recipe.stages):
        part = task.at(index)
        try:
            if index == 0 or task.stages:
                _check_data(part)
            _check_stage(part, stage)
            if len(task.recipe.stages) > 1 or len(stage.updates) > 1:
                stage_step(part, stage)  # what is wrong with a later stage is said before the first is trained
        except (TrainingError, GraphError) as error:
            raise TrainingError(mark(task.recipe.stages, index).sentence(str(error))) from None


def _check_data(task: Task) -> None:
    if not len(task.dataset.train):
        raise TrainingError("The dataset has no training samples: choose another one.")
    first = Split(task.dataset.train.samples[:1], task.dataset.train.labels[:1])
    samples(task, task.forward, first)  # says where the shape is not the input's
    for name, split in (("Training", task.dataset.train), ("Validation", task.dataset.validation)):
        _check_numbers(name, split)
        _check_classes(task, name, split.labels)
        _check_targets(task, name, split)


def _check_stage(task: Task, stage: Stage) -> None:
    course(stage, 1)
    _check_streams(task, stage)
    if not stage.updates:
        raise TrainingError("A stage has no updates, so nothing would be learnt: give it one.")
    for loss, update in task.aims(stage):
        complete(optimizer(update.optimizer), update.settings)
        settings_of(update)
        rule(update.rule).check(task, stage, update, loss)
    _check_early_stop(task, stage)
    _check_memory(task, stage, max(len(optimizer(u.optimizer).slots) for u in stage.updates))


def _check_streams(task: Task, stage: Stage) -> None:
    """Where a state is carried, its rows are the recipe's batch; what else the batch's size was then is not the step's."""
    for name in task.remembered:
        rows, count = task.forward.parameters[name].shape[0], len(task.dataset.train)
        if stage.batch_size != rows:
            sizes = f"batches of {rows}, and a stage has {stage.batch_size}"
            raise TrainingError(f"{name} is for {sizes}: give all stages the same batch size.")
        if count < rows:
            raise TrainingError(
                f"The data has {count} training sequences, and {rows} streams carry their state: make the batch smaller."
            )


def _check_memory(task: Task, stage: Stage, slots: int) -> None:
    """Before a weight is drawn: where the estimate comes near what there is, the step itself is measured."""
    batch, there = task.batch_size(stage), memory.physical()
    if there is not None and memory.estimated(task.forward, slots, batch).total > there / DOUBTFUL:
        memory.require(stage_step(task, stage), batch)


def _check_early_stop(task: Task, stage: Stage) -> None:
    watched = stage.early_stop.quantity
    if stage.early_stop.patience <= 0:
        return
    if watched not in WATCHED:
        raise TrainingError(f"Early stop watches ‘{watched}’: choose {', '.join(WATCHED[:-1])} or {WATCHED[-1]}.")
    if watched.startswith("validation") and not len(task.dataset.validation):
        raise TrainingError(f"Early stop watches {watched}, and the dataset has no validation samples: watch loss.")
    if watched.endswith("accuracy") and task.decision == "none":
        raise TrainingError(f"Early stop watches {watched}, and this task has no right or wrong: watch a loss.")


def _check_numbers(name: str, split: Split) -> None:
    for array, what in ((split.samples, "sample"), (split.labels, "label")):
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            row, *rest = np.argwhere(~np.isfinite(array))[0].tolist()
            at = f" at [{', '.join(map(str, rest))}]" if rest else ""
            number = array[(row, *rest)]
            raise TrainingError(f"{name} {what} {row} contains {number}{at}: remove it from the data, or mend the number.")


def _check_targets(task: Task, name: str, split: Split) -> None:
    """Numbers as targets are in the range of the loss that is given them."""
    for role, loss, unfit in task.unfit:
        given = task.label_map(split.labels) if role == "label" else split.samples
        what = unfit(given) if given.size else ""
        if what:
            found = what.replace("it takes", f"{loss} takes")
            cure = "choose a loss for any numbers, such as MeanSquaredError"
            raise TrainingError(f"{name} targets are numbers such as {found}: {cure}.")


def _check_classes(task: Task, name: str, labels: Array) -> None:
    """Class numbers are whole, from 0, and fewer than the outputs among which they choose."""
    target = next((v for v in task.forward.inputs if v.name == task.inputs.get("label")), None)
    if target is None or target.dtype.kind not in "iu" or not labels.size:
        return
    given = task.label_map(labels)
    if given.dtype.kind == "f" and (given != np.floor(given)).any():
        odd = given[given != np.floor(given)].flat[0]
        raise TrainingError(
            f"{name} labels are numbers such as {odd:g}, and the loss takes class numbers: choose a loss for numbers, such as "
            "MeanSquaredError."
        )
    if task.decision != "argmax" or task.output is None:
        return
    width = task.output.shape[1 if task.output.rank > 3 else -1]
    low, high = int(given.min()), int(given.max())
    if isinstance(width, int) and not 0 <= low <= high < width:
        raise TrainingError(
            f"{name} labels go from {low} to {high}, and the network has {width} outputs, one a class from 0 to {width - 1}: "
            "give its last layer as many units as there are classes."
        )
