"""Updates of a stage, added and removed: rules that move layers of their own in the same step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nodes import edits
from nodes.aims import aims
from nodes.build import Built
from nodes.document import Document
from nodes.problems import Refusal
from nodes.staging import called, learns_alone
from runtime.errors import TrainingError
from runtime.recipe import Stage, Update
from runtime.training_step import chosen_parameters


def divided(document: Document, built: Built, stage: int, at: int) -> Document:
    """A second update behind that of index `at`: it is like it, and takes the last of its layers over.

    Raises `Refusal` where there is nothing to divide: an RBM learns by itself, and a layer is moved by one update alone.
    """
    update = document.recipe.stages[stage].updates[at]
    if learns_alone(document, update.loss):
        raise Refusal(f"{called(document, update.loss)} learns by itself: add a stage for what else is to learn.")
    layers = _moved(built, document.recipe.stages[stage], at) if update.parameters is None else update.parameters
    if len(layers) < 2:
        known = called(document, layers[0]) if layers else "nothing"
        raise Refusal(f"This update moves {known}, and another one needs a layer of its own: let this one learn more first.")
    both = replace(update, parameters=layers[:-1]), replace(update, parameters=layers[-1:])
    updates = document.recipe.stages[stage].updates
    return _with(document, stage, (*updates[:at], *both, *updates[at + 1 :]))


def _moved(built: Built, stage: Stage, at: int) -> tuple[str, ...]:
    """The outermost layers and blocks that an update without names moves."""
    try:
        found = aims(built, stage)
        keys = [p.key for p in chosen_parameters(found.graph, stage.updates[at], found.losses[at])]
    except TrainingError as error:
        raise Refusal(str(error)) from None
    return tuple(dict.fromkeys(key.split("/")[0] for key in keys))


def removed(document: Document, stage: int, at: int) -> Document:
    """Without the update of index `at`: its layers stay as they are, until another one learns them. Raises `Refusal` for the
    only one."""
    updates = document.recipe.stages[stage].updates
    if len(updates) < 2:
        raise Refusal("A stage needs an update: keep this one, or remove the stage.")
    return _with(document, stage, (*updates[:at], *updates[at + 1 :]))


def _with(document: Document, stage: int, updates: Sequence[Update]) -> Document:
    stages = list(document.recipe.stages)
    stages[stage] = replace(stages[stage], updates=tuple(updates))
    return edits.set_stages(document, stages)
