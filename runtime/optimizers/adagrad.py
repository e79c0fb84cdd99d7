"""AdaGrad."""

from __future__ import annotations

from runtime.graph import Graph, Value
from runtime.optimizers.registry import Moved, Optimizer, Shared, Slots, register
from runtime.settings import Setting, Settings


def _emit(g: Graph, parameter: Value, gradient: Value, slots: Slots, shared: Shared, settings: Settings) -> Moved:
    square = g.Add(slots["square"], g.Mul(gradient, gradient))
    change = g.Div(gradient, g.Add(g.Sqrt(square), settings["epsilon"]))
    return g.Sub(parameter, g.Mul(change, shared[0])), {"square": square}


register(Optimizer(
    "AdaGrad", 2011, "s ← s + g²;  θ ← θ − η g / (√s + ε)",
    "A weight that has moved much moves less: Duchi, Hazan and Singer, Adaptive Subgradient Methods, 2011. The sum never "
    "forgets, so the steps only shrink; 0.01 is a usual rate.",
    _emit, slots=("square",),
    settings=(Setting("epsilon", 1e-10, 0.0, 1.0, "ε: keeps the division finite where gradients vanish."),),
    usual=(1e-3, 0.1),
))  # fmt: skip
