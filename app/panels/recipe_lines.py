"""The lines of the recipe's form: what each says, how it is read from a recipe, and what it changes there. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from nodes.build import Built
from nodes.document import Document
from nodes.staging import aimed, aims_on_offer, called, datasets, learns_alone, lowered, pupils
from runtime.optimizers import OPTIMIZERS
from runtime.recipe import Recipe, Stage, Update
from runtime.rules import RULES
from runtime.schedules import SCHEDULES
from runtime.settings import Setting


@dataclass(frozen=True)
class Line:
    """One line of the form: how its value is read from a recipe, and what it changes there. `wide`: its field has a row.
    `titles` are what its choices are called, where that is not themselves; of `several` any number may be chosen."""

    name: str
    help: str
    get: Callable[[Recipe], Any]
    change: Callable[[Recipe, Any], dict[str, Any]]
    choices: tuple[str, ...] = ()
    hint: str = ""
    whole: bool = True
    wide: bool = False
    titles: tuple[str, ...] = ()
    several: bool = False


def stage(recipe: Recipe) -> Stage:
    """The stage that is shown, which `shown` has left."""
    return recipe.stages[0]


def update(recipe: Recipe) -> Update:
    return recipe.stages[0].updates[0]


def shown(recipe: Recipe, index: int, at: int) -> Recipe:
    """The recipe of one stage with one update alone."""
    chosen = recipe.stages[index]
    return replace(recipe, stages=(replace(chosen, updates=chosen.updates[at : at + 1]),))


def _stop(recipe: Recipe, value: Any) -> dict[str, Any]:
    return {"early_stop": replace(stage(recipe).early_stop, patience=value)}


ENDS = ("best epoch", "last epoch")
LINES = (
    Line("optimizer", "How a gradient becomes a change of the weights.", lambda r: update(r).optimizer,
         lambda r, v: {"optimizer": v}, tuple(OPTIMIZERS)),
    Line("rate", "Learning rate: how far each step goes.", lambda r: stage(r).learning_rate,
         lambda r, v: {"learning_rate": v}, whole=False),
    Line("schedule", "How the rate changes over the training.", lambda r: stage(r).schedule,
         lambda r, v: {"schedule": v}, tuple(SCHEDULES)),
    Line("warm-up", "Epochs in which the rate rises to the schedule's first one. 0: none.", lambda r: stage(r).warm_up,
         lambda r, v: {"warm_up": float(v)}, whole=False, hint="0 = off"),
    Line("batch", "Samples a step. 0: all of them at once.", lambda r: stage(r).batch_size, lambda r, v: {"batch_size": v}),
    Line("epochs", "How often every sample is seen.", lambda r: stage(r).epochs, lambda r, v: {"epochs": v}),
    Line("weight decay", "Pulls weights toward zero (L2).", lambda r: update(r).weight_decay,
         lambda r, v: {"weight_decay": v}, whole=False),
    Line("decay L1", "Pulls weights to zero (L1): many end there. With weight decay: the elastic net.",
         lambda r: update(r).weight_decay_l1, lambda r, v: {"weight_decay_l1": v}, whole=False, hint="0 = off"),
    Line("clip norm", "Gradients longer than this are shortened. 0: never.", lambda r: update(r).clip_norm,
         lambda r, v: {"clip_norm": v}, whole=False, hint="0 = off"),
    Line("clip value", "Each number of a gradient is cut at plus and minus this. 0: never.",
         lambda r: update(r).clip_value, lambda r, v: {"clip_value": v}, whole=False, hint="0 = off"),
    Line("stop early", "Epochs without improvement of the validation loss before training stops. 0: never.",
         lambda r: stage(r).early_stop.patience, _stop, hint="0 = off"),
    Line("end with", "When training stops early or ends: the weights of the best epoch, or the last ones.",
         lambda r: ENDS[0 if stage(r).early_stop.restore_best else 1],
         lambda r, v: {"early_stop": replace(stage(r).early_stop, restore_best=v == ENDS[0])}, ENDS),
    Line("rule", "How the network learns.", lambda r: update(r).rule, lambda r, v: {"rule": v}, tuple(RULES), wide=True),
    Line("seed", "Draws the initial weights, the order of the samples and the validation split.", lambda r: r.seed,
         lambda r, v: {"seed": v}),
)  # fmt: skip


def own_lines(recipe: Recipe) -> tuple[Line, ...]:
    """The numbers that the rule, the optimizer and the schedule declare (momentum, beta1, every …)."""
    learning = RULES.get(update(recipe).rule)
    chosen, course = OPTIMIZERS.get(update(recipe).optimizer), SCHEDULES.get(stage(recipe).schedule)
    return (
        *(_own_line(s, "rule_settings", lambda r: update(r).rule_settings) for s in (learning.settings if learning else ())),
        *(_own_line(s, "settings", lambda r: update(r).settings) for s in (chosen.settings if chosen else ())),
        *(_own_line(s, "schedule_settings", lambda r: stage(r).schedule_settings) for s in (course.settings if course else ())),
    )  # fmt: skip


def _own_line(setting: Setting, field: str, given: Callable[[Recipe], Mapping[str, float]]) -> Line:
    title = f"schedule {setting.name}" if field == "schedule_settings" else setting.name
    return Line(
        title.replace("_", " "), setting.help, lambda r: given(r).get(setting.name, setting.default),
        lambda r, v: {field: {**given(r), setting.name: float(v)}}, whole=False,
    )  # fmt: skip


# -- what a stage names ----------------------------------------------------------------------------------------------------
def naming_lines(document: Document, built: Built, index: int, at: int) -> tuple[Line, ...]:
    """Data, loss and layers of a stage, where there is something to choose."""
    recipe = shown(document.recipe, index, at)
    data, losses = datasets(document), aims_on_offer(document)
    several = len(document.recipe.stages) > 1 or len(document.recipe.stages[index].updates) > 1
    found = (_data_line(data),) if len(data) > 1 else ()
    if several or len(losses) > 1 or update(recipe).loss:
        found = (*found, _loss_line(document, losses, update(recipe).loss))
    if several or update(recipe).parameters is not None:
        found = (*found, _learning_line(document, pupils(document, built), update(recipe)))
    if len(document.recipe.stages[index].updates) > 1:
        found = (*found, RATE)
    return found


def _data_line(data: Mapping[str, str]) -> Line:
    return Line(
        "data", "The data that this stage is trained on.", lambda r: stage(r).data, lambda r, v: {"data": v},
        ("", *data), titles=("the first", *data.values()),
    )  # fmt: skip


def _loss_line(document: Document, losses: Mapping[str, str], now: str) -> Line:
    """All that there are, and what is named now, also where that is a sum or is gone."""
    offered = {"": "all losses", **losses}
    offered.setdefault(now, lowered(document, Update(loss=now)))
    return Line(
        "lowers", "What this stage lowers: a loss, all of them together, or what an RBM misses of what it sees.",
        lambda r: update(r).loss, lambda r, v: aimed(document, update(r), v), tuple(offered), titles=tuple(offered.values()),
    )  # fmt: skip


def _learning_line(document: Document, layers: Mapping[str, str], now: Update) -> Line:
    offered = {"": "the machine itself" if learns_alone(document, now.loss) else "all that the loss depends on", **layers}
    for name in now.parameters or ():
        offered.setdefault(name, called(document, name))
    return Line(
        "learns", "Which layers and blocks learn in this stage; the others stay as they are.", lambda r: update(r).parameters,
        lambda r, v: {"parameters": v}, tuple(offered), titles=tuple(offered.values()), several=True,
    )  # fmt: skip


RATE = Line(
    "rate ×", "This update's learning rate is the stage's times this.", lambda r: update(r).rate, lambda r, v: {"rate": v},
    whole=False,
)  # fmt: skip
