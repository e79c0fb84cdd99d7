"""AdaDelta."""

from __future__ import annotations

from runtime.graph import Graph, Value
from runtime.optimizers.registry import Moved, Optimizer, Shared, Slots, register
from runtime.settings import Setting, Settings


def _emit(g: Graph, parameter: Value, gradient: Value, slots: Slots, shared: Shared, settings: Settings) -> Moved:
    epsilon = settings["epsilon"]
    square = _mean(g, slots["square"], gradient, settings["rho"])
    size = g.Div(g.Sqrt(g.Add(slots["change"], epsilon)), g.Sqrt(g.Add(square, epsilon)))
    change = g.Mul(size, gradient)
    return g.Sub(parameter, g.Mul(change, shared[0])), {
        "square": square, "change": _mean(g, slots["change"], change, settings["rho"])
    }  # fmt: skip


def _mean(g: Graph, before: Value, number: Value, rho: float) -> Value:
    """ρ · before + (1−ρ) · number²."""
    result: Value = g.Add(g.Mul(before, rho), g.Mul(g.Mul(number, number), 1.0 - rho))
    return result


register(Optimizer(
    "AdaDelta", 2012, "s ← ρ s + (1−ρ) g²;  Δ = √(d+ε) / √(s+ε) · g;  d ← ρ d + (1−ρ) Δ²;  θ ← θ − η Δ",
    "Steps in the weights' own units: Zeiler, ADADELTA, 2012, algorithm 1. The paper has no learning rate: set it to 1.",
    _emit, slots=("square", "change"),
    settings=(
        Setting("rho", 0.95, 0.0, 0.9999, "ρ: how slowly the two running means forget."),
        Setting("epsilon", 1e-6, 1e-12, 1.0, "ε: begins the motion, and keeps the division finite."),
    ),
    usual=(0.1, 10.0),
))  # fmt: skip
