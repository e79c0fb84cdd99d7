"""Paths: what a document knows by path (weights, optimizer state, the recipe's parameters), under other paths."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from nodes.document import Document


def rekeyed(document: Document, change: Callable[[list[str]], list[str]]) -> Document:
    """The document with its weights, optimizer state and recipe under other paths."""

    def moved(key: str) -> str:
        return "/".join(change(key.split("/")))

    def keyed(arrays: Mapping[str, Any]) -> dict[str, Any]:
        return {moved(k): a for k, a in arrays.items()}

    state = document.training
    stages = tuple(
        replace(stage, updates=tuple(replace(u, parameters=_each(u.parameters, moved)) for u in stage.updates))
        for stage in document.recipe.stages
    )
    return document.changed(
        weights=keyed(document.weights),
        training=replace(state, slots=keyed(state.slots), best=keyed(state.best)),
        recipe=replace(document.recipe, stages=stages),
        output=moved(document.output),
    )


def _each(keys: tuple[str, ...] | None, change: Callable[[str], str]) -> tuple[str, ...] | None:
    return None if keys is None else tuple(map(change, keys))
