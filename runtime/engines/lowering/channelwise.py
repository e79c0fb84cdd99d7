"""What works number by number or channel by channel, on blocked maps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from runtime.engines.lowering.maps import Maps
from runtime.engines.lowering.rewriting import takes_the_place_of
from runtime.graph import Op, Value
from runtime.ops.registry import ints, numbers, static


def elementwise(maps: Maps, op: Op) -> bool:
    """Of maps of one shape, or of a map and a number: the operator itself, in whatever order the numbers lie."""
    y = op.outputs[0]
    full = [n for n in op.inputs if maps.old.number(n) is None]
    alike = all(maps.old.values[n].shape == maps.old.values[y].shape for n in full)
    if not alike or not full or not maps.are(*full):
        return False
    inputs = [maps.inside(n) if n in full else maps.old.values[n] for n in op.inputs]
    return maps.put(y, maps.g.emit(op.type, inputs, **op.attributes))


def add(maps: Maps, op: Op) -> bool:
    """Add and Sub: also of a map and a number for each channel."""
    x, other = op.inputs
    offset = _by_channel(maps, other)
    if offset is None or not maps.are(x):
        return elementwise(maps, op)
    bias = maps.g.Neg(offset) if op.type == "Sub" else offset
    return maps.put(op.outputs[0], maps.scaled(maps.inside(x), None, bias))


def _by_channel(maps: Maps, name: str) -> Value | None:
    """`name` if it holds a number for each channel, [1, C, 1, 1] or [C, 1, 1]."""
    value = maps.old.values[name]
    shape = numbers(value.shape)
    found = shape is not None and shape[-2:] == (1, 1) and shape[:-3] in ((1,), ()) and len(shape) > 2
    return value if found and shape is not None and shape[-3] > 1 else None


def reduce_sum(maps: Maps, op: Op) -> bool:
    """Σ over batch and map: the mean of each map first, in parallel."""
    x, y = op.inputs[0], maps.old.values[op.outputs[0]]
    axes = static(maps.g, maps.old.values[op.inputs[1]]) if len(op.inputs) > 1 else None
    size = numbers(maps.old.values[x].shape[2:])
    if axes is None or sorted(axes) != [0, 2, 3] or size is None or not maps.are(x):
        return False
    means = _means(maps, x)
    keep = op.attributes.get("keepdims", 1)
    total = maps.g.ReduceSum(means, ints(maps.g, [0] if keep else [0, 2, 3]), keepdims=keep)
    maps.g.Mul(total, maps.g.constant(float(np.prod(size)), y.dtype, "places"))
    return takes_the_place_of(maps.g, op)


def global_average(maps: Maps, op: Op) -> bool:
    if not maps.are(op.inputs[0]):
        return False
    _means(maps, op.inputs[0])
    return takes_the_place_of(maps.g, op)


def _means(maps: Maps, name: str) -> Value:
    """The mean of each map, [N, C, 1, 1], which is the same in blocks."""
    x = maps.inside(name)
    return maps.own("GlobalAveragePool", (x,), replace(x, shape=(*x.shape[:2], 1, 1)))


def batch_normalization(maps: Maps, op: Op) -> bool:
    """With given statistics: scale/√(σ² + ε)·(x − μ) + bias."""
    x = op.inputs[0]
    if op.attributes.get("training_mode", 0) or not maps.are(x):
        return False
    scale, bias, mean, variance = (maps.old.values[n] for n in op.inputs[1:])
    g, epsilon = maps.g, op.attributes.get("epsilon", 1e-5)
    if not (_all(maps, variance, 1) and epsilon == 0):
        scale = g.Div(scale, g.Sqrt(g.Add(variance, epsilon)))
    if not _all(maps, mean, 0):
        bias = g.Sub(bias, g.Mul(scale, mean))
    return maps.put(op.outputs[0], maps.scaled(maps.inside(x), scale, bias))


def _all(maps: Maps, value: Value, number: float) -> bool:
    array = maps.old.constants.get(value.name)
    return array is not None and bool(np.all(array == number))
