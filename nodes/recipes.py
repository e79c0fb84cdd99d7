"""Recipes as users set them: ranges checked before the first step, in words."""

from __future__ import annotations

from runtime import optimizers, schedules
from runtime.errors import TrainingError
from runtime.recipe import Recipe, Stage
from runtime.rules import settings_of


def checked(recipe: Recipe) -> Recipe:
    """`recipe`, if every field is in range. Raises `TrainingError` naming field, value and range."""
    for stage in recipe.stages:
        _stage(stage)
    if not 0 <= recipe.seed < 2**63:
        raise TrainingError(f"The seed is {recipe.seed}, and it must be a whole number from 0 to 2⁶³−1.")
    return recipe


def _stage(stage: Stage) -> None:
    _range("number of epochs", stage.epochs, 1, 1_000_000)
    _range("batch size", stage.batch_size, 0, 1_000_000)
    _range("learning rate", stage.learning_rate, 0, 1e38)
    _range("patience of the early stop", stage.early_stop.patience, 0, 1_000_000)
    _range("warm-up in epochs", stage.warm_up, 0, 1_000_000)
    schedules.course(stage, 1)
    for update in stage.updates:
        settings_of(update)
        _range("weight decay", update.weight_decay, 0, 1e3)
        _range("weight decay (L1)", update.weight_decay_l1, 0, 1e3)
        _range("clipping norm", update.clip_norm, 0, 1e9)
        _range("clipping value", update.clip_value, 0, 1e9)
        optimizers.complete(optimizers.optimizer(update.optimizer), update.settings)


def _range(what: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise TrainingError(f"The {what} is {value:g}, and it must be from {low:g} to {high:g}: change the recipe.")
