"""The gradient of a convolution's kernels as a convolution itself, over whole rows of maps.

dW[f, c, i, j] = Σ over n, h, w of dy[n, f, h, w] · x[n, c, s·h + i − p, s·w + j − p]. Let b pixels that follow one another in a
row be the "channels" over which a blocked convolution sums, dy its kernels, as high as the map, and c its columns: then its
rows come out as i. Each j is a convolution of its own, by dy shifted along w.
"""

from __future__ import annotations

from dataclasses import replace
from math import gcd

import numpy as np

from runtime.engines.lowering.blocks import ints32
from runtime.engines.lowering.maps import Maps
from runtime.engines.lowering.rewriting import takes_the_place_of
from runtime.engines.lowering.unfolding import Unfolded, unfolded
from runtime.formulations import ROW_GROUPS
from runtime.graph import Op, Value
from runtime.ops.registry import ints


def weight_gradient(maps: Maps, op: Op) -> bool:
    """What `unfolded` finds, where the rows of dy are whole blocks or the block is whole rows of it."""
    found = unfolded(maps.old, op)
    if found is None or not _fits(maps, found):
        return False
    rows = _Rows(maps, found)
    flat = maps.g.Concat(*(maps.reshape(part, -1) for part in rows.products()), axis=0)
    places = np.arange(np.prod(found.kernels)).reshape(found.kernels[3], *rows.shape).transpose(2, 5, 1, 4, 3, 0)
    maps.reshape(maps.g.GatherElements(flat, ints32(maps.g, places.ravel()), axis=0), *found.kernels)
    return takes_the_place_of(maps.g, op)


def _fits(maps: Maps, found: Unfolded) -> bool:
    b, (n, _, height, width) = maps.block, found.out
    whole = width % b == 0 or (b % width == 0 and n % (b // width) == 0)
    doubled = [found.stride * height, found.stride * width] == list(found.size[2:])
    near = all(abs(shift) <= 1 for _, shift in found.columns)
    return whole and doubled and near and maps.fit(found.x) and maps.fit(found.dy)


class _Rows:
    """x and dy of one convolution, in rows."""

    def __init__(self, maps: Maps, found: Unfolded) -> None:
        self._maps, self._found, b = maps, found, maps.block
        n, filters, self._height, self._width = found.out
        self._together = max(1, b // self._width)
        self._across = max(1, self._width // b)
        self._depth = n // self._together * b
        channels = found.size[1]
        self._blocks = (channels // b, filters // b)
        self.shape = (*self._blocks, found.kernels[2], b, b)
        self._x: dict[int, Value] = {}

    def products(self) -> list[Value]:
        """For each column of the kernels, or for all of them: [column, C/b, F/b, kernel height, b of C, b of F]."""
        columns, blocks = self._found.columns, self._maps.block
        groups = gcd(ROW_GROUPS, self._depth // blocks)
        if self._blocks != (1, 1) or self._found.stride > 1 or groups == 1:
            return [self._product(self._pixels_as_channels(parity), self._shifted(shift)) for parity, shift in columns]
        flat = [self._maps.reshape(self._shifted(shift), groups, 1, -1) for _, shift in columns]
        together = self._maps.g.Concat(*flat, axis=1)
        result = self._product(self._pixels_as_channels(0), together, groups, len(columns))
        apart = self._maps.reshape(result, groups, -1)
        return [self._maps.g.ReduceSum(apart, ints(self._maps.g, [0]), keepdims=0)]

    def _product(self, x: Value, dy: Value, groups: int = 1, columns: int = 1) -> Value:
        """x's rows by dy's as kernels, of which several columns may stand together: [C/b, groups, F/b…, height, b, b]."""
        found, across, channels = self._found, self._across, self._blocks[0]
        high, filters = found.kernels[2], groups * columns * found.kernels[0]
        below = max(0, high - found.size[2] - found.before + found.stride * (self._height - 1))
        step = found.stride if high == 1 else 1  # one row: no further one may fit
        kernel = self._maps.reshape(dy, filters, self._depth // groups, self._height, across)
        like = replace(x, shape=(channels, filters, high, self._maps.block))
        return self._maps.own(
            "Conv", (x, kernel), like, group=groups, kernel_shape=[self._height, across], strides=[step, across],
            dilations=[found.stride, 1], pads=[found.before, 0, below, 0],
        )  # fmt: skip

    def _pixels_as_channels(self, parity: int) -> Value:
        """[C/b, N·b, height, b·across]: b pixels are channels, and each column is a channel of x."""
        if parity not in self._x:
            maps, height, b = self._maps, self._found.size[2], self._maps.block
            x = self._columns(parity)
            lines = self._by_block(x, self._blocks[0], height)
            flat = maps.reshape(lines, -1, b, 1, self._together * self._width)
            plain = maps.own("ReorderOutput", (flat,), flat, channels=b)
            self._x[parity] = maps.reshape(plain, self._blocks[0], self._depth, height, b * self._across)
        return self._x[parity]

    def _columns(self, parity: int) -> Value:
        """Every stride-th column of x."""
        maps, found = self._maps, self._found
        x = maps.inside(found.x)
        if found.stride == 1:
            return x
        like = replace(x, shape=(*found.size[:3], self._width))
        return _picked(maps, x, parity, found.stride, like, [0, 0, 0, 0], found.stride)

    def _shifted(self, shift: int) -> Value:
        """dy in rows, and in each of them what stands `shift` places further on."""
        maps, b = self._maps, self._maps.block
        lines = self._by_block(maps.inside(self._found.dy), self._blocks[1], self._height)
        if not shift:
            return lines
        flat = maps.reshape(lines, -1, b, self._height * self._together, self._width)
        return _picked(maps, flat, int(shift > 0), 2, flat, [0, int(shift < 0), 0, int(shift > 0)])

    def _by_block(self, value: Value, blocks: int, height: int) -> Value:
        """Rows in the order block, N, height, images that lie together, by gathering whole rows."""
        together, n = self._together, self._found.out[0]
        if blocks == together == 1:
            return value
        maps, b = self._maps, self._maps.block
        rows = 1 if together == 1 else height  # a whole map at once, where its rows stay together
        order = np.arange(n * blocks * rows).reshape(n // together, together, blocks, rows).transpose(2, 0, 3, 1)
        lines = maps.reshape(value, -1, height // rows * self._width * b)
        result: Value = maps.g.Gather(lines, ints32(maps.g, order.ravel()), axis=0)
        return result


def _picked(maps: Maps, x: Value, place: int, places: int, like: Value, pads: list[int], stride: int = 1) -> Value:
    """One of `places` neighbours in a row, from every `stride`-th on: each channel by itself, its kernel in blocks."""
    channels, b = x.shape[1], maps.block
    assert isinstance(channels, int)
    kernel = np.zeros((channels // b, places, b))
    kernel[:, place] = 1
    one_hot = maps.g.constant(kernel.reshape(channels, 1, 1, places), np.float32, "picked")
    return maps.own(
        "Conv", (x, one_hot), like, group=channels, kernel_shape=[1, places], pads=pads, strides=[1, stride]
    )
