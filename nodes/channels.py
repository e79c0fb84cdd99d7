"""Channels: which axis of a batch counts features or maps, and numbers per channel that broadcast against it."""

from __future__ import annotations

import numpy as np

from nodes.layer import LayerError, sample_shape
from runtime.graph import Graph, Value


def channel_axis(x: Value) -> int:
    """1, where vectors have their features and maps and volumes their channels; 2 for a sequence (N, steps, features)."""
    return 2 if x.rank == 3 else 1


def softmax_axis(x: Value) -> int:
    """`channel_axis`, written −1 where it is the last, as files have it."""
    axis = channel_axis(x)
    return -1 if axis == x.rank - 1 else axis


def channels(x: Value) -> int:
    """How many there are. Raises `LayerError` where that is known at run time only."""
    count = x.shape[channel_axis(x)]
    if not isinstance(count, int):
        raise LayerError(f"its input is {sample_shape(x)} per sample, and its channels are open: give Input a fixed shape.")
    return count


def per_channel(g: Graph, numbers: Value, x: Value) -> Value:
    """(C,) numbers in a shape that broadcasts against `x`: (C, 1, 1) for maps."""
    places = x.rank - 1 - channel_axis(x)
    if not places:
        return numbers
    result: Value = g.Reshape(numbers, g.constant([-1, *[1] * places], np.int64, "shape"))
    return result
