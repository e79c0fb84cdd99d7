"""The two settings by which a layer says how its first weights are drawn."""

from __future__ import annotations

from typing import Any

from nodes.layer import setting
from runtime.initializers import INITIALIZERS, named

#: Initializers that take a number.
SCALED = ("normal", "uniform", "constant", "orthogonal")


def initial_weights(usual: str = "glorot_uniform", what: str = "weights") -> Any:
    """The setting `initial_weights`: an initializer's name."""
    return setting(usual, choices=tuple(INITIALIZERS), help=f"How the first {what} are drawn.")


def initial_scale() -> Any:
    """The setting `initial_scale`: the one number that some initializers take."""
    words = "Deviation of normal, limit of uniform, number of constant, gain of orthogonal. 0: the usual one."
    return setting(0.0, low=-1000.0, high=1000.0, help=words, only_if=("initial_weights", SCALED))


def initializer(layer: Any) -> str:
    """What `Graph.parameter` takes as `init`, of a layer with both settings. Raises `GraphError` for a number out of range."""
    return named(layer.initial_weights, layer.initial_scale)
