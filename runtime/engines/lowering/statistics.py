"""BatchNormalization in training, taken apart: its gradient needs the same statistics, and they are computed once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from runtime.engines.lowering.blocks import block
from runtime.engines.lowering.rewriting import Old, rewritten
from runtime.graph import Graph, Op, Value
from runtime.ops.normalization import centred, inverse_deviation
from runtime.ops.registry import ints, numbers


def lower_statistics(graph: Graph) -> tuple[Graph, bool]:
    """Training-mode BatchNormalization of maps that can be blocked becomes μ, σ², an affine map and the running statistics'
    step, by the operators by which its gradient has them (so that equal ones can be joined)."""
    if not any(op.type == "BatchNormalization" for op in graph.ops) or not block():
        return graph, False
    return rewritten(graph, _apart)


def _apart(g: Graph, old: Old, op: Op) -> bool:
    if op.type != "BatchNormalization" or not op.attributes.get("training_mode", 0):
        return False
    x, scale, bias, *running = (old.values[n] for n in op.inputs)
    size = numbers(scale.shape)
    if x.rank != 4 or x.dtype != np.float32 or scale.dtype != x.dtype or size is None or size[0] % block():
        return False
    moved, *found = centred(g, x, [0, 2, 3])
    slope = g.Mul(scale, g.Reshape(inverse_deviation(g, found[1], op.attributes.get("epsilon", 1e-5)), ints(g, [-1], "shape")))
    zeros, ones = (g.constant(np.full(size, fill), np.float32) for fill in (0.0, 1.0))
    g.BatchNormalization(moved, slope, bias, zeros, ones, epsilon=0.0)
    _called(g, op.outputs[0])
    for name, before, now in zip(op.outputs[1:], running, found, strict=False):
        _step(g, before, now, op.attributes.get("momentum", 0.9))
        _called(g, name)
    return True


def _step(g: Graph, before: Value, now: Value, momentum: float) -> None:
    """momentum·before + (1 − momentum)·now."""
    g.Add(g.Mul(before, momentum), g.Mul(g.Reshape(now, ints(g, [-1], "shape")), 1 - momentum))


def _called(g: Graph, name: str) -> None:
    g.ops[-1] = replace(g.ops[-1], outputs=(name,))
