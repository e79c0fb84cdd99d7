"""The settings by which a layer says how its first weights are drawn, or what they are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from nodes.layer import LayerError, setting
from runtime.errors import counted
from runtime.initializers import INITIALIZERS, named, written

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


def first_numbers() -> Any:
    """The setting `first_numbers`: all first weights and offsets, typed by hand."""
    words = "The weights to begin with, a row for each input, then the offsets: 0.15 0.25 0.20 0.30 0.35 0.35. Empty: drawn."
    return setting("", help=words)


def given(text: str, counts: Sequence[int]) -> list[str]:
    """What `Graph.parameter` takes as `init` for parameters of so many numbers each, whose numbers stand in `text`.

    Raises `LayerError` for another count, and for what is no number.
    """
    words = text.replace(",", " ").split()
    try:
        numbers = [float(word) for word in words]
    except ValueError:
        raise LayerError(f"its first numbers are ‘{text[:40]}’: write numbers with spaces between them, or none.") from None
    if len(numbers) != sum(counts) or not all(map(math.isfinite, numbers)):
        parts = " and ".join(map(str, counts))
        raise LayerError(
            f"its first numbers are {counted(len(numbers), 'number')}, and it has {parts} weights and offsets: write finite "
            f"numbers, {sum(counts)} of them, or none."
        )
    result, start = [], 0
    for count in counts:
        result.append(written(numbers[start : start + count]))
        start += count
    return result
