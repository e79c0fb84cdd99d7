"""Recipes as users set them: ranges checked before the first step, in words."""

from __future__ import annotations

from nodes.layer import plain
from runtime import optimizers, schedules
from runtime.errors import TrainingError, counted, unknown
from runtime.preflight import WATCHED
from runtime.recipe import Recipe, Stage, Update
from runtime.rules import settings_of
from runtime.stages import mark

#: Below this, float32 knows no learning rate but 0; below the other, training goes on and changes next to nothing.
SMALLEST, TINY = 1e-37, 1e-8


def advice(recipe: Recipe) -> str:
    """What is allowed and hardly meant, in a sentence; empty when there is nothing to say."""
    late = next((s for s in recipe.stages if s.warm_up and s.warm_up >= s.epochs), None)
    if late is not None:
        plan = f"The warm-up takes {late.warm_up:g} of {counted(late.epochs, 'planned epoch')}"
        return f"{plan}: the learning rate would only rise, warm up for fewer."
    tiny = next((s.learning_rate for s in recipe.stages if s.learning_rate < TINY), None)
    return "" if tiny is None else f"The learning rate is {tiny:g}: at less than {TINY:g} next to nothing is learnt, raise it."


def checked(recipe: Recipe) -> Recipe:
    """`recipe`, if every field is in range. Raises `TrainingError` naming field, value and range."""
    for index, stage in enumerate(recipe.stages):
        try:
            _stage(stage)
        except TrainingError as error:
            raise TrainingError(mark(recipe.stages, index).sentence(str(error))) from None
    if not 0 <= recipe.seed < 2**63:
        raise TrainingError(f"The seed is {recipe.seed}, and it must be a whole number from 0 to 2⁶³−1.")
    return recipe


def _stage(stage: Stage) -> None:
    _range("number of epochs", stage.epochs, 1, 1_000_000)
    _range("batch size", stage.batch_size, 0, 1_000_000)
    _range("learning rate", stage.learning_rate, SMALLEST, 1e38)
    _range("patience of the early stop", stage.early_stop.patience, 0, 1_000_000)
    _range("warm-up in epochs", stage.warm_up, 0, 1_000_000)
    schedules.course(stage, 1)
    if stage.early_stop.quantity not in WATCHED:
        raise TrainingError(unknown("quantity to stop early by", stage.early_stop.quantity, WATCHED))
    if not stage.updates:
        raise TrainingError("A stage has no updates, so nothing would be learnt: give it one.")
    for update in stage.updates:
        _update(update)


def _update(update: Update) -> None:
    settings_of(update)
    _range("weight decay", update.weight_decay, 0, 1e3)
    _range("weight decay (L1)", update.weight_decay_l1, 0, 1e3)
    _range("clipping norm", update.clip_norm, 0, 1e9)
    _range("rate of an update", update.rate, SMALLEST, 1e6)
    _range("clipping value", update.clip_value, 0, 1e9)
    optimizers.complete(optimizers.optimizer(update.optimizer), update.settings)


def _range(what: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        shown = "far too large" if abs(value) >= 1e300 else "NaN" if value != value else f"{value:g}"
        raise TrainingError(f"The {what} is {shown}, and it must be from {plain(low)} to {plain(high)}: change it.")
