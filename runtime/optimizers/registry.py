"""What an optimizer is, and where they are found by name.

θ is the parameter, g its gradient (clipped, decayed: see `runtime.training_step`), η the learning rate, t the step
counted from 1. Slots are what an optimizer remembers of each parameter: tensors of its shape that begin as zeros.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from runtime.errors import TrainingError, unknown
from runtime.graph import Graph, Value
from runtime.settings import Setting, Settings, completed

Slots = Mapping[str, Value]
Shared = tuple[Value, ...]
Moved = tuple[Value, dict[str, Value]]
Share = Callable[[Graph, Value, Value, Settings], Shared]
Emit = Callable[[Graph, Value, Value, Slots, Shared, Settings], Moved]


def rate_alone(g: Graph, rate: Value, step: Value, settings: Settings) -> Shared:
    """The `share` of an optimizer whose only common scalar is the learning rate."""
    return (rate,)


@dataclass(frozen=True)
class Optimizer:
    """An update formula with its slots and settings.

    `share(g, rate, step, settings)` emits once per graph the scalars that all parameters use;
    `emit(g, parameter, gradient, slots, shared, settings)` returns the new parameter and the new slots by name.
    A `decoupled` one takes no weight decay in its gradient: the step shrinks the parameter beside it. `year` is that of
    the source, and the order in which optimizers are listed; `usual` is the range of learning rates it is mostly used with.
    """

    name: str
    year: int
    formula: str
    help: str
    emit: Emit
    share: Share = rate_alone
    slots: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()
    decoupled: bool = False
    usual: tuple[float, float] = (1e-4, 1.0)


OPTIMIZERS: dict[str, Optimizer] = {}


def register(new: Optimizer) -> Optimizer:
    """Make `new` known under its name; the registry stays in order of year."""
    OPTIMIZERS[new.name] = new
    for name in sorted(OPTIMIZERS, key=lambda n: (OPTIMIZERS[n].year, n)):
        OPTIMIZERS[name] = OPTIMIZERS.pop(name)
    return new


def optimizer(name: str) -> Optimizer:
    """The optimizer called `name`. Raises `TrainingError` with the nearest known name."""
    if name not in OPTIMIZERS:
        raise TrainingError(unknown("optimizer", name, OPTIMIZERS))
    return OPTIMIZERS[name]


def complete(chosen: Optimizer, settings: Settings) -> dict[str, float]:
    """`settings` with the defaults of those left out. Raises `TrainingError` for an unknown name or a number out of
    range."""
    return completed(chosen.name, chosen.settings, settings)
