"""Nesterov."""

from __future__ import annotations

from runtime.graph import Graph, Value
from runtime.optimizers.momentum import MOMENTUM
from runtime.optimizers.registry import Moved, Optimizer, Shared, Slots, register
from runtime.settings import Settings


def _emit(g: Graph, parameter: Value, gradient: Value, slots: Slots, shared: Shared, settings: Settings) -> Moved:
    velocity = g.Add(g.Mul(slots["velocity"], settings["momentum"]), gradient)
    ahead = g.Add(g.Mul(velocity, settings["momentum"]), gradient)
    return g.Sub(parameter, g.Mul(ahead, shared[0])), {"velocity": velocity}


register(Optimizer(
    "Nesterov", 1983, "v ← μ v + g;  θ ← θ − η (g + μ v)",
    "Momentum that looks one step ahead: Nesterov, 1983; Sutskever et al., On the importance of initialization and "
    "momentum in deep learning, 2013. θ here is their point ahead, as in PyTorch and ONNX.",
    _emit, slots=("velocity",), settings=(MOMENTUM,),
))  # fmt: skip
