"""Momentum."""

from __future__ import annotations

from runtime.graph import Graph, Value
from runtime.optimizers.registry import Moved, Optimizer, Shared, Slots, register
from runtime.settings import Setting, Settings

MOMENTUM = Setting("momentum", 0.9, 0.0, 0.9999, "μ: how much of the velocity is kept at each step.")


def _emit(g: Graph, parameter: Value, gradient: Value, slots: Slots, shared: Shared, settings: Settings) -> Moved:
    velocity = g.Add(g.Mul(slots["velocity"], settings["momentum"]), gradient)
    return g.Sub(parameter, g.Mul(velocity, shared[0])), {"velocity": velocity}


register(Optimizer(
    "Momentum", 1964, "v ← μ v + g;  θ ← θ − η v",
    "The gradient pushes a velocity: Polyak, 1964, in the form that PyTorch's SGD has.",
    _emit, slots=("velocity",), settings=(MOMENTUM,),
))  # fmt: skip
