"""How a network is trained: stages of updates. A value, stored in the document, that knows no layers by type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from runtime.errors import TrainingError
from runtime.typed import Damage, typed


@dataclass(frozen=True)
class EarlyStop:
    """Stop when `quantity` has not improved by `least_change` for `patience` epochs. Patience 0: never.

    With `restore_best` a stage ends with the weights of its best epoch, whether it is stopped or comes to its planned end.
    """

    quantity: str = "validation_loss"
    patience: int = 0
    least_change: float = 0.0
    restore_best: bool = True


@dataclass(frozen=True)
class Update:
    """One learning rule at work: on which loss, which parameters, by which optimizer.

    `loss` is the id of a loss node, of several (``n5+n6``, their weighted sum), or of a layer that knows what it lowers (an
    RBM); "" is the sum of all losses.
    `settings` are the optimizer's own (momentum, beta1 …), `rule_settings` the rule's. `parameters` are keys (``n3/weight``),
    in a document also ids of layers and blocks, which stand for all that is theirs; None for all that are trained and that
    the loss depends on. `rate` times the stage's learning rate is the update's.

    `weight_decay` is the λ of ½λ‖θ‖² (L2), `weight_decay_l1` that of λ‖θ‖₁ (L1); both together are the elastic net. A
    gradient's numbers are cut at ± `clip_value`, then the gradient is shortened to the length `clip_norm`; 0: never.
    """

    rule: str = "backpropagation"
    rule_settings: Mapping[str, float] = field(default_factory=dict)
    loss: str = ""
    parameters: tuple[str, ...] | None = None
    optimizer: str = "Adam"
    settings: Mapping[str, float] = field(default_factory=dict)
    weight_decay: float = 0.0
    weight_decay_l1: float = 0.0
    clip_norm: float = 0.0
    clip_value: float = 0.0
    rate: float = 1.0


@dataclass(frozen=True)
class Stage:
    """A stretch of training: its data, length in epochs, batches, learning rate with schedule, early stop, updates.

    Several updates move their own parameters at the same time, from one forward pass. `name` is for people. `data` is a
    Dataset node's id ("" is the only one). `batch_size` 0 means the whole training split at once. `warm_up` is in epochs;
    `schedule_settings` are the schedule's own.
    """

    data: str = ""
    epochs: int = 10
    batch_size: int = 64
    learning_rate: float = 0.001
    schedule: str = "constant"
    schedule_settings: Mapping[str, float] = field(default_factory=dict)
    warm_up: float = 0.0
    early_stop: EarlyStop = EarlyStop()
    updates: tuple[Update, ...] = (Update(),)
    name: str = ""


@dataclass(frozen=True)
class Recipe:
    stages: tuple[Stage, ...] = (Stage(),)
    seed: int = 0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def stage_called(self, word: str) -> int:
        """The index of the stage with that number (from 1) or name. Raises `TrainingError` with those there are."""
        names = [s.name for s in self.stages]
        if word in names:
            return names.index(word)
        if word.isdecimal() and 1 <= int(word) <= len(names):
            return int(word) - 1
        known = ", ".join(f"{n} (‘{name}’)" if name else str(n) for n, name in enumerate(names, start=1))
        raise TrainingError(f"The recipe has no stage ‘{word}’: choose {known}.")

    def with_stage(self, index: int = 0, update: int = 0, **changes: Any) -> Recipe:
        """The recipe with one stage's fields replaced; `optimizer`, `weight_decay` … go to the `update` of that index.

        Another optimizer, schedule or rule begins with its own usual settings.
        """
        stage = self.stages[index]
        if changes.get("schedule", stage.schedule) != stage.schedule:
            changes.setdefault("schedule_settings", {})
        inner = {k: changes.pop(k) for k in list(changes) if k in Update.__dataclass_fields__}
        updates = list(stage.updates)
        if inner:
            updates[update] = _with(updates[update], inner)
        stages = list(self.stages)
        stages[index] = replace(stage, updates=tuple(updates), **changes)
        return replace(self, stages=tuple(stages))


def _with(update: Update, changes: dict[str, Any]) -> Update:
    if changes.get("optimizer", update.optimizer) != update.optimizer:
        changes.setdefault("settings", {})
    if changes.get("rule", update.rule) != update.rule:
        changes.setdefault("rule_settings", {})
    return replace(update, **changes)


def recipe_from_json(data: Mapping[str, Any]) -> Recipe:
    """The inverse of `Recipe.to_json`. Raises `Damage` for an unknown field (the file's version decides) and for what no
    recipe can hold; ranges are `nodes.recipes`' business."""
    stages = tuple(_stage(s) for s in data.get("stages", [{}]))
    if not stages:
        raise Damage("its recipe has no stages")
    return typed(Recipe, data, stages=stages)


def _stage(data: Mapping[str, Any]) -> Stage:
    updates = tuple(_update(u) for u in data.get("updates", [{}]))
    if not updates:
        raise Damage("a stage of its recipe has no updates")
    settings = _numbers("schedule", data.get("schedule_settings", {}))
    stop = typed(EarlyStop, data.get("early_stop", {}))
    return typed(Stage, data, early_stop=stop, updates=updates, schedule_settings=settings)


def _update(data: Mapping[str, Any]) -> Update:
    parameters = data.get("parameters")
    ready: dict[str, Any] = {"parameters": None if parameters is None else tuple(map(str, parameters))}
    for name, owner in (("settings", "optimizer"), ("rule_settings", "learning rule")):
        ready[name] = _numbers(owner, data.get(name, {}))
    return typed(Update, data, **ready)


def _numbers(owner: str, data: Mapping[str, Any]) -> dict[str, float]:
    for name, number in data.items():
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise Damage(f"the {owner}'s {name} is {number!r} and must be a number")
    return {str(name): float(number) for name, number in data.items()}
