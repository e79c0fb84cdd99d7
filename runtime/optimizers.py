"""Optimizers by name: each emits its update as plain operators of the training step.

θ is the parameter, g its gradient (clipped, decayed: see `runtime.training_step`), η the learning rate, t the step
counted from 1. Slots are what an optimizer remembers of each parameter: tensors of its shape that begin as zeros.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from onnx import helper

from runtime.errors import TrainingError, unknown
from runtime.graph import Graph, Value

Settings = Mapping[str, float]
Slots = Mapping[str, Value]
Shared = tuple[Value, ...]
Share = Callable[[Graph, Value, Value, Settings], Shared]
Emit = Callable[[Graph, Value, Value, Slots, Shared, Settings], tuple[Value, dict[str, Value]]]


@dataclass(frozen=True)
class Setting:
    """One number of an optimizer: its name, usual value, allowed range (both ends included), and what it does."""

    name: str
    default: float
    low: float
    high: float
    help: str


@dataclass(frozen=True)
class Optimizer:
    """An update formula with its slots and settings.

    `share(g, rate, step, settings)` emits once per graph the scalars that all parameters use;
    `emit(g, parameter, gradient, slots, shared, settings)` returns the new parameter and the new slots by name.
    """

    name: str
    formula: str
    help: str
    share: Share
    emit: Emit
    slots: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()


def optimizer(name: str) -> Optimizer:
    """The optimizer called `name`. Raises `TrainingError` with the nearest known name."""
    if name not in OPTIMIZERS:
        raise TrainingError(unknown("optimizer", name, OPTIMIZERS))
    return OPTIMIZERS[name]


def complete(chosen: Optimizer, settings: Settings) -> dict[str, float]:
    """`settings` with the defaults of those left out. Raises `TrainingError` for an unknown name or a number out of
    range."""
    declared = {s.name: s for s in chosen.settings}
    for name, number in settings.items():
        if name not in declared:
            raise TrainingError(f"{chosen.name}: {unknown('setting', name, declared)}")
        low, high = declared[name].low, declared[name].high
        if not low <= number <= high:
            raise TrainingError(f"{chosen.name}: {name} is {number:g}: set it between {low:g} and {high:g}.")
    return {s.name: float(settings.get(s.name, s.default)) for s in chosen.settings}


# -- SGD and Momentum ------------------------------------------------------------------------------------------------
def _rate_alone(g: Graph, rate: Value, step: Value, settings: Settings) -> Shared:
    return (rate,)


def _sgd(
    g: Graph, parameter: Value, gradient: Value, slots: Slots, shared: Shared, settings: Settings
) -> tuple[Value, dict[str, Value]]:
    return g.Sub(parameter, g.Mul(gradient, shared[0])), {}


def _momentum(
    g: Graph, parameter: Value, gradient: Value, slots: Slots, shared: Shared, settings: Settings
) -> tuple[Value, dict[str, Value]]:
    velocity = g.Add(g.Mul(slots["velocity"], settings["momentum"]), gradient)
    return g.Sub(parameter, g.Mul(velocity, shared[0])), {"velocity": velocity}


# -- Adam ------------------------------------------------------------------------------------------------------------
def _adam_scalars(g: Graph, rate: Value, step: Value, settings: Settings) -> Shared:
    """η·c₁/c₂ and ε/c₂, where c₁ = (1−β₁)/(1−β₁ᵗ) and c₂ = √((1−β₂)/(1−β₂ᵗ)) turn the unscaled sums into the averages.

    In float64, since 1 − 0.999ᵗ loses five of float32's seven digits at t = 1.
    """
    t = g.Cast(step, to=helper.np_dtype_to_tensor_dtype(np.dtype(np.float64)))
    first, second = (_average(g, settings[name], t) for name in ("beta1", "beta2"))
    root = g.Sqrt(second)
    kind = helper.np_dtype_to_tensor_dtype(rate.dtype)
    scale = g.Mul(rate, g.Cast(g.Div(first, root), to=kind))
    return scale, g.Cast(g.Div(g.constant(settings["epsilon"], np.float64), root), to=kind)


def _average(g: Graph, beta: float, t: Value) -> Value:
    """(1−β) / (1−βᵗ), in float64."""
    one = g.constant(1.0, np.float64)
    below = g.Sub(one, g.Pow(g.constant(beta, np.float64), t))
    result: Value = g.Div(g.constant(1.0 - beta, np.float64), below)
    return result


def _adam(
    g: Graph, parameter: Value, gradient: Value, slots: Slots, shared: Shared, settings: Settings
) -> tuple[Value, dict[str, Value]]:
    scale, epsilon = shared
    mean = g.Add(g.Mul(slots["mean"], settings["beta1"]), gradient)
    square = g.Add(g.Mul(slots["square"], settings["beta2"]), g.Mul(gradient, gradient))
    change = g.Mul(g.Div(mean, g.Add(g.Sqrt(square), epsilon)), scale)
    return g.Sub(parameter, change), {"mean": mean, "square": square}


OPTIMIZERS: dict[str, Optimizer] = {
    o.name: o
    for o in (
        Optimizer(
            "SGD", "θ ← θ − η g", "Stochastic gradient descent: Robbins and Monro, 1951.", _rate_alone, _sgd
        ),
        Optimizer(
            "Momentum", "v ← μ v + g;  θ ← θ − η v",
            "The gradient pushes a velocity: Polyak, 1964, in the form that PyTorch's SGD has.",
            _rate_alone, _momentum, ("velocity",),
            (Setting("momentum", 0.9, 0.0, 0.9999, "μ: how much of the velocity is kept at each step."),),
        ),
        Optimizer(
            "Adam", "m ← β₁ m + g;  v ← β₂ v + g²;  θ ← θ − η ĉ₁ m / (√(ĉ₂ v) + ε)",
            "Kingma and Ba, 2015. The slots are the unscaled sums: the paper's moments are (1−β₁) m and (1−β₂) v, and "
            "ĉ = (1−β) / (1−βᵗ) holds that factor and the bias correction. Two multiplications less per parameter.",
            _adam_scalars, _adam, ("mean", "square"),
            (
                Setting("beta1", 0.9, 0.0, 0.9999, "β₁: how slowly the mean gradient forgets."),
                Setting("beta2", 0.999, 0.0, 0.999999, "β₂: how slowly the mean squared gradient forgets."),
                Setting("epsilon", 1e-8, 0.0, 1.0, "ε: keeps the division finite where gradients vanish."),
            ),
        ),
    )
}
