"""Convolutions in blocked layout: the way there and back costs less than it saves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from runtime.engines.lowering.blocks import NCHWC, block, blocked_weight
from runtime.engines.lowering.rewriting import Old, own, rewritten, takes_the_place_of
from runtime.graph import Array, Graph, Op, Value
from runtime.ops.registry import numbers


def lower_convolutions(graph: Graph) -> tuple[Graph, bool]:
    """Conv and ConvTranspose of stride 1 with whole blocks of channels, in ONNX Runtime's blocked layout."""
    if not any(op.type in ("Conv", "ConvTranspose") for op in graph.ops) or not block():
        return graph, False
    return rewritten(graph, _blocked)


def _blocked(g: Graph, old: Old, op: Op) -> bool:
    if op.type == "Conv":
        return _conv(g, old, op)
    return op.type == "ConvTranspose" and _transposed(g, old, op)


def _conv(g: Graph, old: Old, op: Op) -> bool:
    x, w, *bias = (old.values[n] for n in op.inputs)
    shape = numbers(w.shape)
    if shape is None or not _fits(op, x, shape[0], shape[1]):
        return False
    places = np.arange(int(np.prod(shape))).reshape(shape)
    settings = {k: op.attributes.get(k) for k in ("kernel_shape", "strides", "pads", "dilations", "auto_pad")}
    return _emit(g, old, op, places, bias, settings)


def _transposed(g: Graph, old: Old, op: Op) -> bool:
    """With stride 1 it is a convolution by kernels turned round, padded by what the kernel reaches beyond its pads."""
    x, w = (old.values[n] for n in op.inputs[:2])
    shape, given = numbers(w.shape), op.attributes
    plain = len(op.inputs) == 2 and not any(given.get(k) for k in ("output_padding", "output_shape"))
    if shape is None or not plain or not _fits(op, x, shape[1], shape[0]) or set(given.get("strides") or [1]) != {1}:
        return False
    dilations = list(given.get("dilations") or [1, 1])
    reach = [d * (k - 1) for k, d in zip(shape[2:], dilations, strict=True)] * 2
    pads = [r - p for r, p in zip(reach, given.get("pads") or [0] * 4, strict=True)]
    if min(pads) < 0 or given.get("auto_pad", "NOTSET") != "NOTSET":
        return False
    places = np.arange(int(np.prod(shape))).reshape(shape).swapaxes(0, 1)[:, :, ::-1, ::-1]
    return _emit(g, old, op, places, [], {"kernel_shape": list(shape[2:]), "pads": pads, "dilations": dilations})


def _fits(op: Op, x: Value, outs: int, ins: int) -> bool:
    """Maps of float32, and channels that fill blocks; a few input channels are read unblocked."""
    whole = outs % block() == 0 and (ins % block() == 0 or ins < block())
    return whole and x.rank == 4 and x.dtype == np.float32 and op.attributes.get("group", 1) == 1


def _emit(
    g: Graph, old: Old, op: Op, places: Array, bias: Sequence[Value], settings: dict[str, Any]
) -> bool:
    x, w, y = old.values[op.inputs[0]], old.values[op.inputs[1]], old.values[op.outputs[0]]
    inside = own(g, "ReorderInput", (x,), x, NCHWC) if places.shape[1] >= block() else x
    found = own(g, "Conv", (inside, blocked_weight(g, w, places, block()), *bias), y, NCHWC, **settings)
    own(g, "ReorderOutput", (found,), y, NCHWC, channels=places.shape[0])
    return takes_the_place_of(g, op)
