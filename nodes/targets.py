"""Targets: class numbers as rows of numbers, inside the graph."""

from __future__ import annotations

import numpy as np

from nodes.layer import INDICES, LayerError, kind_of, sample_shape
from runtime.errors import counted
from runtime.graph import Graph, Value


def one_hot(g: Graph, target: Value, width: int) -> Value:
    """(N,) class numbers as (N, width) of 0 and 1; with width 1 the number itself, (N, 1). (N, width) passes as it is."""
    from onnx import helper

    if kind_of(target) != INDICES:
        if target.shape[1:] != (width,):
            found = f"{counted(width, 'number')} per sample and its target {sample_shape(target)}"
            raise LayerError(f"its prediction has {found}: make them equal.")
        return target
    column = g.Unsqueeze(target, g.constant([1], np.int64, "axes"))
    if width > 1:
        column = g.Equal(column, g.constant(np.arange(width)[None], np.int64, "classes"))
    result: Value = g.Cast(column, to=int(helper.np_dtype_to_tensor_dtype(g.dtype)))
    return result
