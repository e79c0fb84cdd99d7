"""Staging: a document by other stages of training, and what of them is over. Training stays in the stage in which it stands."""

from __future__ import annotations

from dataclasses import replace

from nodes.document import Document, Training
from runtime.checkpoint import progress_from_json
from runtime.recipe import Recipe
from runtime.stages import followed, place, restaged


def by_recipe(document: Document, recipe: Recipe) -> Document:
    """`document` by another recipe. Where training leaves its stage, that one's optimizer state and best weights go."""
    stages, after = document.recipe.stages, recipe.stages
    if not document.training.progress or stages == after:
        return document.changed(recipe=recipe)
    before = progress_from_json(document.training.progress)
    progress = restaged(before, stages, after)
    if progress is before:
        return document.changed(recipe=recipe)
    stays = not before.step or place(followed(stages, after), before.stage) is not None
    training = replace(document.training, progress=progress.to_json()) if stays else Training(progress=progress.to_json())
    return document.changed(recipe=recipe, training=training)
