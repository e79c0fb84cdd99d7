"""SGD."""

from __future__ import annotations

from runtime.graph import Graph, Value
from runtime.optimizers.registry import Moved, Optimizer, Shared, Slots, register
from runtime.settings import Settings


def _emit(g: Graph, parameter: Value, gradient: Value, slots: Slots, shared: Shared, settings: Settings) -> Moved:
    return g.Sub(parameter, g.Mul(gradient, shared[0])), {}


SGD = register(Optimizer("SGD", 1951, "θ ← θ − η g", "Stochastic gradient descent: Robbins and Monro, 1951.", _emit))
