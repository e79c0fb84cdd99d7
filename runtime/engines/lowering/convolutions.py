"""Convolutions on blocked maps, and transposed ones as convolutions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from runtime.engines.lowering.blocks import blocked_weight
from runtime.engines.lowering.maps import Maps
from runtime.engines.lowering.phases import in_phases
from runtime.graph import Array, Op, Value
from runtime.ops.registry import evaluate, numbers

_SETTINGS = ("kernel_shape", "strides", "pads", "dilations", "auto_pad")


def conv(maps: Maps, op: Op) -> bool:
    """Conv with whole blocks of channels; a few input channels are read unblocked."""
    bias = [maps.old.values[n] for n in op.inputs[2:]]
    shape = numbers(maps.old.values[op.inputs[1]].shape)
    if shape is None or not _fits(maps, op, shape[0], shape[1]):
        return False
    root, places = origin(maps, op.inputs[1])
    settings = {k: op.attributes.get(k) for k in _SETTINGS}
    return convolved(maps, op, root, places, bias, settings)


def conv_transpose(maps: Maps, op: Op) -> bool:
    """With stride 1 it is a convolution by kernels turned round, padded by what the kernel reaches beyond its pads."""
    shape, given = numbers(maps.old.values[op.inputs[1]].shape), op.attributes
    if shape is None or len(op.inputs) > 2 or not _fits(maps, op, shape[1], shape[0]):
        return False
    if given.get("output_shape") or given.get("auto_pad", "NOTSET") != "NOTSET":
        return False
    if set(given.get("strides") or [1]) != {1}:
        return in_phases(maps, op)
    dilations = list(given.get("dilations") or [1, 1])
    reach = [d * (k - 1) for k, d in zip(shape[2:], dilations, strict=True)] * 2
    pads = [r - p for r, p in zip(reach, given.get("pads") or [0] * 4, strict=True)]
    if min(pads) < 0 or any(given.get("output_padding") or []):
        return False
    root, places = origin(maps, op.inputs[1])
    turned = places.swapaxes(0, 1)[:, :, ::-1, ::-1]
    settings = {"kernel_shape": list(shape[2:]), "pads": pads, "dilations": dilations}
    return convolved(maps, op, root, turned, [], settings)


def convolved(
    maps: Maps, op: Op, root: Value, places: Array, bias: Sequence[Value], settings: dict[str, Any]
) -> bool:
    x, y = op.inputs[0], maps.old.values[op.outputs[0]]
    inside = maps.inside(x) if places.shape[1] >= maps.block else maps.outside(x)
    weight = blocked_weight(maps.g, root, places, maps.block)
    return maps.put(y.name, maps.own("Conv", (inside, weight, *bias), y, **settings))


def _fits(maps: Maps, op: Op, outs: int, ins: int) -> bool:
    x, b = maps.old.values[op.inputs[0]], maps.block
    whole = outs % b == 0 and (ins % b == 0 or ins < b) and numbers(x.shape[1:]) is not None
    return whole and x.rank == 4 and x.dtype == np.float32 and op.attributes.get("group", 1) == 1


def origin(maps: Maps, name: str) -> tuple[Value, Array]:
    """The tensor whose numbers `name` only rearranges, and the flat places at which it takes them."""
    op = maps.old.maker(name)
    value = maps.old.values[name]
    moves = op is not None and op.type in ("Reshape", "Transpose", "Slice")
    if op is None or not moves or any(n not in maps.old.constants for n in op.inputs[1:]):
        shape = numbers(value.shape)
        assert shape is not None
        return value, np.arange(int(np.prod(shape))).reshape(shape)
    root, places = origin(maps, op.inputs[0])
    (found,) = evaluate(op, [places, *(maps.old.constants[n] for n in op.inputs[1:])])
    return root, np.asarray(found)
