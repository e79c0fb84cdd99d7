"""Adam."""

from __future__ import annotations

import numpy as np
from onnx import helper

from runtime.graph import Graph, Value
from runtime.optimizers.registry import Moved, Optimizer, Shared, Slots, register
from runtime.settings import Setting, Settings


def share(g: Graph, rate: Value, step: Value, settings: Settings) -> Shared:
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


def emit(g: Graph, parameter: Value, gradient: Value, slots: Slots, shared: Shared, settings: Settings) -> Moved:
    scale, epsilon = shared
    mean = g.Add(g.Mul(slots["mean"], settings["beta1"]), gradient)
    square = g.Add(g.Mul(slots["square"], settings["beta2"]), g.Mul(gradient, gradient))
    change = g.Mul(g.Div(mean, g.Add(g.Sqrt(square), epsilon)), scale)
    return g.Sub(parameter, change), {"mean": mean, "square": square}


SLOTS = ("mean", "square")
SETTINGS = (
    Setting("beta1", 0.9, 0.0, 0.9999, "β₁: how slowly the mean gradient forgets."),
    Setting("beta2", 0.999, 0.0, 0.999999, "β₂: how slowly the mean squared gradient forgets."),
    Setting("epsilon", 1e-8, 0.0, 1.0, "ε: keeps the division finite where gradients vanish."),
)

register(Optimizer(
    "Adam", 2015, "m ← β₁ m + g;  v ← β₂ v + g²;  θ ← θ − η ĉ₁ m / (√(ĉ₂ v) + ε)",
    "Kingma and Ba, 2015. The slots are the unscaled sums: the paper's moments are (1−β₁) m and (1−β₂) v, and "
    "ĉ = (1−β) / (1−βᵗ) holds that factor and the bias correction. Two multiplications less per parameter.",
    emit, share, SLOTS, SETTINGS, usual=(1e-4, 1e-2),
))  # fmt: skip
