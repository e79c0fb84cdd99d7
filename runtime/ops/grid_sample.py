"""GridSample and AffineGrid: reading a map at places given one by one. Jaderberg and others 2015."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import product

import numpy as np
from onnx import TensorProto

from runtime.errors import GraphError
from runtime.graph import Array, Graph, Value
from runtime.ops.formula import by_formula
from runtime.ops.registry import Site, gradient, ints, kernel, numbers, reshape_like, static

_MODES = {"bilinear": "linear", "bicubic": "cubic"}
#: Keys' cubic (1981) with a = −0.75, for distances up to 1 and from 1 to 2: factors of 1, t, t², t³.
_NEAR, _FAR = (1.0, 0.0, -2.25, 1.25), (3.0, -6.0, 3.75, -0.75)


# -- kernel --------------------------------------------------------------------------------------------------------------
@kernel("GridSample")
def grid_sample(
    x: Array, grid: Array, align_corners: int = 0, mode: str = "linear", padding_mode: str = "zeros"
) -> Array:
    """x [N, C, size…] read at grid [N, out…, axes], whose last axis counts from the last axis of x and is −1 to 1."""
    mode, size = _MODES.get(mode, mode), x.shape[2:]
    samples, flat = x.shape[0], x.reshape(*x.shape[:2], -1)
    taps = [_taps(grid[..., -1 - i], n, mode, padding_mode, bool(align_corners)) for i, n in enumerate(size)]
    total = np.zeros((*x.shape[:2], *grid.shape[1:-1]), x.dtype)
    for choice in product(*taps):
        index, share = np.zeros(grid.shape[:-1], np.int64), np.ones(grid.shape[:-1])
        for (place, weight), n in zip(choice, size, strict=True):
            index, share = index * n + place, share * weight
        read = np.take_along_axis(flat, index.reshape(samples, 1, -1), 2).reshape(total.shape)
        total += (read * share[:, None]).astype(x.dtype)
    return total


def _taps(g: Array, size: int, mode: str, padding: str, corners: bool) -> list[tuple[Array, Array]]:
    """The places along one axis that a number is read from, with their weights (0 outside, where zeros stand).

    (A cubic curve goes on beyond the edge, and only the places it reads are brought back, as PyTorch and ONNX Runtime do.)
    """
    c = (g.astype(np.float64) + 1) / 2 * (size - 1) if corners else ((g.astype(np.float64) + 1) * size - 1) / 2
    c = np.round(c) if mode == "nearest" else c
    low, high = (0.0, size - 1.0) if corners else (-0.5, size - 0.5)
    outside = (c < low) | (c > high)
    if padding == "border" and mode != "cubic":
        c = np.where(outside, np.clip(c, 0, size - 1), c)
    elif padding == "reflection" and mode != "cubic":
        c = np.where(outside, _reflected(c, low, high), c)
    base = np.floor(c)
    found = []
    for offset, weight in _weights(c - base, mode):
        place = base + offset
        inside = (place >= 0) & (place <= size - 1)
        if padding == "reflection":
            place = np.where(inside, place, np.trunc(_reflected(place, low, high)))
        share = weight * inside if padding == "zeros" else weight
        found.append((np.clip(place, 0, size - 1).astype(np.int64), share))
    return found


def _reflected(c: Array, low: float, high: float) -> Array:
    span = high - low
    turn = np.mod(c - low, 2 * span) if span else np.zeros_like(c)
    return np.asarray(low + np.where(turn > span, 2 * span - turn, turn))


def _weights(t: Array, mode: str) -> list[tuple[int, Array]]:
    if mode == "nearest":
        return [(0, np.ones_like(t))]
    if mode == "linear":
        return [(0, 1 - t), (1, t)]
    places = [(-1, _FAR, t + 1), (0, _NEAR, t), (1, _NEAR, 1 - t), (2, _FAR, 2 - t)]
    return [(offset, np.asarray(np.polyval(factors[::-1], s))) for offset, factors, s in places]


# -- gradient ------------------------------------------------------------------------------------------------------------
@gradient("GridSample")
def grid_sample_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value | None, ...]:
    return by_formula(g, at, partial(_sampled, g, at), [dy])


def _sampled(g: Graph, at: Site, x: Value, grid: Value) -> Value:
    """The kernel's formula: the taps along each axis, every choice of them read by GatherElements."""
    shape = numbers(x.shape[1:])
    if shape is None:
        raise GraphError(f"The gradient of GridSample must know the size of its map, and it is given {x}: fix the shape.")
    channels, *size = shape
    given = at.attribute("mode", "linear")
    mode = _MODES.get(given, given)
    flat = g.Reshape(x, ints(g, [0, 0, -1], "shape"))
    places = g.Reshape(grid, ints(g, [0, -1, len(size)], "shape"))
    along = [g.Gather(places, ints(g, [len(size) - 1 - i]), axis=2) for i in range(len(size))]
    along = [g.Transpose(part, perm=[0, 2, 1]) for part in along]
    taps = [_emitted_taps(g, at, part, n, mode) for part, n in zip(along, size, strict=True)]
    parts = [_read(g, flat, choice, size, channels) for choice in product(*taps)]
    return reshape_like(g, g.Sum(*parts), at.y)


def _read(g: Graph, flat: Value, choice: Sequence[tuple[Value, Value]], size: Sequence[int], channels: int) -> Value:
    index, share = choice[0]
    for (place, weight), n in zip(choice[1:], size[1:], strict=True):
        index, share = g.Add(g.Mul(index, n), place), g.Mul(share, weight)
    every = g.Add(index, g.constant(np.zeros((1, channels, 1)), "int64", "repeated"))
    result: Value = g.Mul(g.GatherElements(flat, every, axis=2), share)
    return result


def _emitted_taps(g: Graph, at: Site, part: Value, size: int, mode: str) -> list[tuple[Value, Value]]:
    """`_taps` in operators."""
    corners, padding = bool(at.attribute("align_corners", 0)), at.attribute("padding_mode", "zeros")
    scale, shift = ((size - 1) / 2, (size - 1) / 2) if corners else (size / 2, (size - 1) / 2)
    c = g.Add(g.Mul(part, scale), shift)
    c = g.Round(c) if mode == "nearest" else c
    low, high = (0.0, size - 1.0) if corners else (-0.5, size - 0.5)
    outside = g.Or(g.Less(c, low), g.Greater(c, high))
    if padding == "border" and mode != "cubic":
        c = g.Where(outside, g.Clip(c, 0.0, size - 1.0), c)
    elif padding == "reflection" and mode != "cubic":
        c = g.Where(outside, _emitted_reflection(g, c, low, high), c)
    base = g.Floor(c)
    found = []
    for offset, weight in _emitted_weights(g, g.Sub(c, base), mode):
        place = g.Add(base, float(offset))
        inside = g.And(g.GreaterOrEqual(place, 0.0), g.LessOrEqual(place, size - 1.0))
        if padding == "reflection":
            place = g.Where(inside, place, g.Floor(g.Abs(_emitted_reflection(g, place, low, high))))
        share = g.Mul(weight, g.CastLike(inside, weight)) if padding == "zeros" else weight
        found.append((g.Cast(g.Clip(place, 0.0, size - 1.0), to=TensorProto.INT64), share))
    return found


def _emitted_reflection(g: Graph, c: Value, low: float, high: float) -> Value:
    span = high - low
    if not span:
        result: Value = g.Add(g.Mul(c, 0.0), low)
        return result
    moved = g.Sub(c, low)
    turn = g.Sub(moved, g.Mul(g.Floor(g.Mul(moved, 1 / (2 * span))), 2 * span))
    result = g.Add(g.Min(turn, g.Add(g.Neg(turn), 2 * span)), low)
    return result


def _emitted_weights(g: Graph, t: Value, mode: str) -> list[tuple[int, Value]]:
    rest = g.Add(g.Neg(t), 1.0)
    if mode == "nearest":
        return [(0, g.CastLike(g.GreaterOrEqual(t, -1.0), t))]
    if mode == "linear":
        return [(0, rest), (1, t)]
    further, beyond = g.Add(t, 1.0), g.Add(rest, 1.0)
    return [
        (-1, _polynomial(g, further, _FAR)), (0, _polynomial(g, t, _NEAR)), (1, _polynomial(g, rest, _NEAR)),
        (2, _polynomial(g, beyond, _FAR)),
    ]  # fmt: skip


def _polynomial(g: Graph, t: Value, factors: Sequence[float]) -> Value:
    """Horner's rule, lowest factor first."""
    total: Value = g.Add(g.Mul(t, factors[-1]), factors[-2])
    for factor in reversed(factors[:-2]):
        total = g.Add(g.Mul(total, t), factor)
    return total


# -- AffineGrid ----------------------------------------------------------------------------------------------------------
@kernel("AffineGrid")
def affine_grid(theta: Array, size: Array, align_corners: int = 0) -> Array:
    """theta [N, axes, axes + 1] applied to the places of a map of `size`: [N, size…, axes], −1 to 1."""
    places = _places(size.tolist()[2:], bool(align_corners)).astype(theta.dtype)
    grid: Array = np.matmul(places, theta.swapaxes(1, 2))
    return grid.reshape(theta.shape[0], *size.tolist()[2:], theta.shape[1])


def _places(size: Sequence[int], corners: bool) -> Array:
    """[places, axes + 1]: the coordinates of every place from the last axis to the first, and a 1."""
    ends = [np.linspace(-1, 1, n) if corners else (2 * np.arange(n) + 1) / n - 1 for n in size]
    along = np.meshgrid(*ends, indexing="ij")
    return np.stack([*[part.reshape(-1) for part in reversed(along)], np.ones(int(np.prod(size)))], 1)


@gradient("AffineGrid")
def affine_grid_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value, None]:
    """Σ over the places of dy · place."""
    size = static(g, at.input(1))
    if size is None:
        raise GraphError("The gradient of AffineGrid must know its size: give it as a constant.")
    places = g.constant(_places(size[2:], bool(at.attribute("align_corners", 0))), dy.dtype, "places")
    flat = g.Reshape(dy, ints(g, [0, -1, len(size) - 2], "shape"))
    return g.MatMul(g.Transpose(flat, perm=[0, 2, 1]), places), None
