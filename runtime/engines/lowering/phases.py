"""ConvTranspose of stride 2 in four parts: its even and odd rows and columns, each a convolution of stride 1."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np

from runtime.engines.lowering.blocks import blocked_weight
from runtime.engines.lowering.maps import Maps
from runtime.graph import Array, Op, Value
from runtime.ops.registry import ints, numbers

#: Along one axis: the kernel's places in the order in which a convolution wants them, and its pads.
_Taps = tuple[list[int], int, int]


def in_phases(maps: Maps, op: Op) -> bool:
    """Where the result is exactly twice as large: along each axis, y[2i + a] = Σ w[k]·x[i + (a + p − k)/2], over the k that
    leave no remainder."""
    x, w, y = (maps.old.values[n] for n in (*op.inputs, *op.outputs))
    shape = numbers(w.shape)
    if shape is None or not _doubles(op, x, y) or not (maps.fit(x.name) and maps.fit(y.name)):
        return False
    pads = list(op.attributes.get("pads") or [0] * 4)
    taps = [[_taps(k, p, a) for a in (0, 1)] for k, p in zip(shape[2:], pads[:2], strict=True)]
    if any(min(before, after) < 0 for axis in taps for _, before, after in axis):
        return False
    places = np.arange(int(np.prod(shape))).reshape(shape).swapaxes(0, 1)
    parts = [_part(maps, maps.inside(x.name), w, places, rows, columns, y) for rows, columns in product(*taps)]
    return maps.put(y.name, _interleaved(maps, parts, y))


def _doubles(op: Op, x: Value, y: Value) -> bool:
    size, out, given = numbers(x.shape), numbers(y.shape), op.attributes
    known = size is not None and out is not None and list(out[2:]) == [2 * n for n in size[2:]]
    return known and list(given["strides"]) == [2, 2] and set(given.get("dilations") or [1]) == {1}


def _taps(kernel: int, pad: int, remainder: int) -> _Taps:
    chosen = [k for k in range(kernel)[::-1] if (remainder + pad - k) % 2 == 0]
    offsets = [(remainder + pad - k) // 2 for k in chosen] or [0]
    return chosen, -offsets[0], offsets[-1]


def _part(maps: Maps, x: Value, w: Value, places: Array, rows: _Taps, columns: _Taps, y: Value) -> Value:
    like = replace(y, shape=(*y.shape[:2], *x.shape[2:]))
    chosen = places[:, :, rows[0]][:, :, :, columns[0]]
    if not chosen.size:
        nothing: Value = maps.g.Expand(maps.g.constant(0.0, np.float32), ints(maps.g, numbers(like.shape) or (), "shape"))
        return nothing
    weight = blocked_weight(maps.g, w, chosen, maps.block)
    pads = [rows[1], columns[1], rows[2], columns[2]]
    return maps.own("Conv", (x, weight), like, kernel_shape=list(chosen.shape[2:]), pads=pads)


def _interleaved(maps: Maps, parts: list[Value], y: Value) -> Value:
    """Rows and columns of the four in turn; a pixel is as many numbers as a block is wide, side by side."""
    shape, b, g = numbers(y.shape), maps.block, maps.g
    assert shape is not None
    rows, width = int(np.prod(shape[:3])) // b // 2, shape[3]
    pixels = [maps.reshape(part, rows * width // 2, 1, b) for part in parts]
    lines = [maps.reshape(g.Concat(*pixels[i : i + 2], axis=1), rows, 1, width * b) for i in (0, 2)]
    return maps.reshape(g.Concat(*lines, axis=1), *shape)
