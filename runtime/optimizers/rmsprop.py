"""RMSProp."""

from __future__ import annotations

from runtime.graph import Graph, Value
from runtime.optimizers.registry import Moved, Optimizer, Shared, Slots, register
from runtime.settings import Setting, Settings


def _emit(g: Graph, parameter: Value, gradient: Value, slots: Slots, shared: Shared, settings: Settings) -> Moved:
    fresh = g.Mul(g.Mul(gradient, gradient), 1.0 - settings["rho"])
    square = g.Add(g.Mul(slots["square"], settings["rho"]), fresh)
    change = g.Div(gradient, g.Add(g.Sqrt(square), settings["epsilon"]))
    return g.Sub(parameter, g.Mul(change, shared[0])), {"square": square}


register(Optimizer(
    "RMSProp", 2012, "s ← ρ s + (1−ρ) g²;  θ ← θ − η g / (√s + ε)",
    "The gradient divided by a running mean of its size: Tieleman and Hinton, Lecture 6.5 of Neural Networks for Machine "
    "Learning, 2012. AdaGrad that forgets.",
    _emit, slots=("square",),
    settings=(
        Setting("rho", 0.9, 0.0, 0.9999, "ρ: how slowly the mean squared gradient forgets."),
        Setting("epsilon", 1e-8, 0.0, 1.0, "ε: keeps the division finite where gradients vanish."),
    ),
    usual=(1e-4, 1e-2),
))  # fmt: skip
