"""The recipe as options of a command change it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from nodes.document import Document
from nodes.edits import set_recipe
from runtime.errors import TrainingError, spelt, unknown
from runtime.optimizers import OPTIMIZERS
from runtime.recipe import Stage
from runtime.rules import RULES
from runtime.schedules import SCHEDULES

#: Options that are fields of the recipe, under the same name.
FIELDS = (
    "batch_size", "clip_norm", "clip_value", "learning_rate", "optimizer", "rule", "schedule", "seed", "warm_up",
    "weight_decay", "weight_decay_l1",
)  # fmt: skip
NAMES: Mapping[str, Iterable[str]] = {"optimizer": OPTIMIZERS, "rule": RULES, "schedule": SCHEDULES}


def with_recipe(document: Document, options: Mapping[str, Any]) -> Document:
    """`document` with what `options` say of its recipe; those that are None say nothing. They change the stage that they
    name, else the one in which training stands."""
    recipe = document.recipe
    stage = document.standing if options["stage"] is None else recipe.stage_called(options["stage"])
    changes = {name: options[name] for name in FIELDS if options[name] is not None}
    for name, known in NAMES.items():
        if name in changes:
            changes[name] = spelt(str(changes[name]), known)
    if options["early_stop"] is not None:
        changes["early_stop"] = replace(recipe.stages[stage].early_stop, patience=options["early_stop"])
    document = set_recipe(document, stage, **changes) if changes else document
    settings = _settings(document.recipe.stages[stage], options["settings"])
    return set_recipe(document, stage, **settings) if settings else document


def _settings(stage: Stage, typed: Sequence[str]) -> dict[str, Any]:
    """``momentum=0.5`` … as the fields of the recipe that hold them: what its rule, optimizer and schedule declare."""
    update = stage.updates[0]
    owners = {
        "settings": (OPTIMIZERS[update.optimizer].settings, update.settings),
        "rule_settings": (RULES[update.rule].settings, update.rule_settings),
        "schedule_settings": (SCHEDULES[stage.schedule].settings, stage.schedule_settings),
    }
    known = {s.name: field for field, (declared, _) in owners.items() for s in declared}
    result: dict[str, dict[str, float]] = {}
    for word in typed:
        name, number = _pair(word)
        if name not in known:
            raise TrainingError(_nobody(name, known, (update.rule, update.optimizer, stage.schedule)))
        field = known[name]
        result.setdefault(field, dict(owners[field][1]))[name] = number
    return result


def _pair(word: str) -> tuple[str, float]:
    name, _, number = word.partition("=")
    try:
        return name.strip(), float(number)
    except ValueError:
        raise TrainingError(f"--set takes NAME=NUMBER, and ‘{word}’ was given: write momentum=0.5, say.") from None


def _nobody(name: str, known: Mapping[str, str], owners: Sequence[str]) -> str:
    if not known:
        return f"There is no setting called ‘{name}’: {', '.join(owners)} have none, so leave --set out."
    return unknown(f"setting of {', '.join(owners)}", name, known)
