"""Conv and ConvTranspose, over maps of any number of axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from runtime.formulations import TWO_SHIFTS_CHANNELS, TWO_SHIFTS_PLACES
from runtime.graph import Array, Graph, Value, describe_shape
from runtime.ops.registry import Site, gradient, ints, kernel, numbers, reshape_like
from runtime.ops.windows import Window, one_hot_kernels, output_size, reaching, spatial, window, window_of, windows_of


# -- kernels ---------------------------------------------------------------------------------------------------------
@kernel("Conv")
def conv(
    x: Array, w: Array, b: Array | None = None, auto_pad: str = "NOTSET", dilations: Sequence[int] | None = None,
    group: int = 1, kernel_shape: Sequence[int] | None = None, pads: Sequence[int] | None = None,
    strides: Sequence[int] | None = None,
) -> Array:
    """y[n, f, o] = b[f] + Σ over c, k of w[f, c, k] · x[n, c, o·s + k·d − p]: every window, times the kernels."""
    require_kernels(x, w, w.shape[1] * group if w.ndim > 1 else 0, kernel_shape)
    if w.shape[0] % group:
        raise ValueError(f"{w.shape[0]} kernels are not a multiple of {group} groups")
    size = x.shape[2:]
    geometry = window(size, w.shape[2:], strides, dilations, pads, auto_pad)
    out = output_size(size, geometry)
    cols = _columns(x, geometry, out, group)
    y = np.matmul(w.reshape(group, w.shape[0] // group, -1), cols)
    y = y.reshape(x.shape[0], w.shape[0], *out)
    return y if b is None else np.asarray(y + b.reshape(-1, *[1] * len(out)))


def require_kernels(x: Array, w: Array, channels: int, stated: Sequence[int] | None) -> None:
    """Raises `ValueError` for kernels that do not fit the map, or not what the operator states of them."""
    if x.ndim < 3 or w.ndim != x.ndim:
        raise ValueError("a map and its kernels have as many axes, three at least")
    if x.shape[1] != channels:
        raise ValueError(f"the map has {x.shape[1]} channels, and the kernels are for {channels}")
    if stated is not None and tuple(stated) != w.shape[2:]:
        raise ValueError(f"kernel_shape is {describe_shape(tuple(stated))}, and the kernels are {describe_shape(w.shape[2:])}")


def _columns(x: Array, geometry: Window, out: Sequence[int], group: int) -> Array:
    """im2col: [N, group, C/group·K, O]."""
    views = windows_of(x, geometry, out, 0.0)
    axes = len(out)
    order = [0, 1, *range(2 + axes, 2 + 2 * axes), *range(2, 2 + axes)]
    return views.transpose(order).reshape(x.shape[0], group, -1, int(np.prod(out)))


@kernel("ConvTranspose")
def conv_transpose(
    x: Array, w: Array, b: Array | None = None, auto_pad: str = "NOTSET", dilations: Sequence[int] | None = None,
    group: int = 1, kernel_shape: Sequence[int] | None = None, output_padding: Sequence[int] | None = None,
    output_shape: Sequence[int] | None = None, pads: Sequence[int] | None = None, strides: Sequence[int] | None = None,
) -> Array:
    """Every number of x lays its kernel, times itself, on y: y[n, f, i·s + k·d − p] += w[c, f, k] · x[n, c, i]."""
    require_kernels(x, w, w.shape[0], kernel_shape)
    geometry, out = _transposed_window(
        x.shape[2:], w.shape[2:], strides, dilations, pads, auto_pad, output_padding, output_shape
    )
    grouped = w.reshape(group, w.shape[0] // group, -1).transpose(0, 2, 1)
    cols = np.matmul(grouped, x.reshape(x.shape[0], group, x.shape[1] // group, -1))
    y = laid_out(cols.reshape(x.shape[0], group * w.shape[1], *w.shape[2:], *x.shape[2:]), geometry, out)
    return y if b is None else np.asarray(y + b.reshape(-1, *[1] * len(out)))


def laid_out(cols: Array, w: Window, out: Sequence[int]) -> Array:
    """col2im: [N, F, kernel…, in…] added up into [N, F, out…]."""
    size = cols.shape[2 + len(out) :]
    full = [max(b + o, (n - 1) * s + r) for b, o, n, s, r in zip(w.before, out, size, w.strides, w.span, strict=True)]
    y = np.zeros((*cols.shape[:2], *full), cols.dtype)
    everything: list[Any] = [slice(None), slice(None)]
    for place in product(*map(range, w.kernel)):
        first = [k * d for k, d in zip(place, w.dilations, strict=True)]
        to: list[Any] = [slice(f, f + (n - 1) * s + 1, s) for f, n, s in zip(first, size, w.strides, strict=True)]
        y[(*everything, *to)] += cols[(*everything, *place)]
    inside: list[Any] = [slice(b, b + o) for b, o in zip(w.before, out, strict=True)]
    return np.asarray(y[(*everything, *inside)])


def _transposed_window(
    size: Sequence[int], kernel_size: Sequence[int], strides: Sequence[int] | None, dilations: Sequence[int] | None,
    pads: Sequence[int] | None, auto_pad: str | bytes | None, output_padding: Sequence[int] | None,
    output_shape: Sequence[int] | None,
) -> tuple[Window, tuple[int, ...]]:
    """The window of a ConvTranspose and the size of its output: s·(n − 1) + extra + d·(k − 1) + 1 − pads."""
    w = window(size, kernel_size, strides, dilations, pads)
    extra = output_padding or [0] * len(size)
    full = [s * (n - 1) + e + r for n, s, e, r in zip(size, w.strides, extra, w.span, strict=True)]
    mode = auto_pad.decode() if isinstance(auto_pad, bytes) else auto_pad
    out = tuple(output_shape[-len(size) :]) if output_shape else None
    if out is None and mode in (None, "NOTSET", "VALID"):
        return w, tuple(f - b - a for f, b, a in zip(full, w.before, w.after, strict=True))
    out = out or tuple(n * s for n, s in zip(size, w.strides, strict=True))
    total = [max(0, f - o) for f, o in zip(full, out, strict=True)]
    small, large = tuple(t // 2 for t in total), tuple(t - t // 2 for t in total)
    before, after = (small, large) if mode == "SAME_UPPER" else (large, small)
    return replace(w, before=before, after=after), out


# -- Conv's gradient -------------------------------------------------------------------------------------------------
@gradient("Conv")
def conv_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value | None, ...]:
    """dX: dy convolved with the flipped kernels; dW: the windows of x times dy; db: Σ dy over batch and map."""
    x, weight = at.x, at.input(1)
    geometry = _window_of(at)
    dx = _input_gradient(g, at, dy, geometry)
    dw = _weight_gradient(g, x, dy, weight, geometry, at.attribute("group", 1), spatial(at, at.y))
    return (dx, dw, _bias_gradient(g, dy)) if at.has(2) else (dx, dw)


def _window_of(at: Site) -> Window:
    kernel_size = numbers(at.input(1).shape[2:])
    assert kernel_size is not None
    return window_of(at, kernel_size)


def _bias_gradient(g: Graph, dy: Value) -> Value:
    result: Value = g.ReduceSum(dy, ints(g, [0, *range(2, dy.rank)]), keepdims=0)
    return result


def _input_gradient(g: Graph, at: Site, dy: Value, w: Window) -> Value:
    """By Conv with flipped kernels where the stride is 1 and the map padded (or k = 1), else by ConvTranspose."""
    group = at.attribute("group", 1)
    plain = set(w.strides) == {1} and (any(w.pads) or set(w.kernel) == {1})
    if plain and all(p <= r for p, r in zip(w.pads, w.reach * 2, strict=True)):
        before = tuple(r - p for p, r in zip(w.before, w.reach, strict=True))
        after = tuple(r - p for p, r in zip(w.after, w.reach, strict=True))
        return _conv(g, dy, _flipped(g, at.input(1), group), replace(w, before=before, after=after), group)
    exact, unread = reaching(w, spatial(at, at.x), spatial(at, at.y))
    result: Value = g.ConvTranspose(
        dy, at.input(1), **_attributes(exact), group=group, output_padding=list(unread) if any(unread) else None
    )
    return result


def _flipped(g: Graph, weight: Value, group: int) -> Value:
    """Kernels turned by 180°, input and output channels swapped within each group: [C, F/group, k…]."""
    shape = numbers(weight.shape)
    assert shape is not None
    (filters, channels), places = shape[:2], int(np.prod(shape[2:]))
    flat = g.Reshape(weight, ints(g, [group, filters // group, channels, places], "shape"))
    swapped = g.Transpose(flat, perm=[0, 2, 1, 3])
    if places > 1:
        lowest = -(2**63) + 1
        swapped = g.Slice(swapped, ints(g, [-1]), ints(g, [lowest]), ints(g, [3]), ints(g, [-1]))
    result: Value = g.Reshape(swapped, ints(g, [group * channels, filters // group, *shape[2:]], "shape"))
    return result


def _weight_gradient(
    g: Graph, x: Value, dy: Value, weight: Value, w: Window, group: int, out: tuple[int, ...]
) -> Value:
    """dW[f, c, k] = Σ over n, o of dy[n, f, o] · window[n, c, k, o], as one batched product summed over the batch."""
    shape = numbers(weight.shape)
    assert shape is not None
    if _in_two_shifts(w, shape, group, out):
        return _weight_gradient_in_two_shifts(g, x, dy, w, shape, out)
    filters, channels = shape[0], shape[1] * group
    cols = _unfolded(g, x, channels, w)
    places, area = int(np.prod(w.kernel)), int(np.prod(out))
    split = [group] if group > 1 else []
    left = g.Reshape(dy, ints(g, [-1, *split, filters // group, area], "shape"))
    right = g.Reshape(cols, ints(g, [-1, *split, channels // group * places, area], "shape"))
    return reshape_like(g, _summed_product(g, left, right), weight)


def _summed_product(g: Graph, left: Value, right: Value) -> Value:
    """Σ over the batch of left · rightᵀ, both [N, …, rows, places]. The one with fewer rows is the one that is transposed:
    a Transpose costs as much as the product itself."""
    rank = left.rank
    swap = [*range(rank - 2), rank - 1, rank - 2]
    rows = numbers([left.shape[-2], right.shape[-2]])
    turned = rows is not None and rows[0] < rows[1]
    if turned:
        left, right = right, left
    dw: Value = g.ReduceSum(g.MatMul(left, g.Transpose(right, perm=swap)), ints(g, [0]), keepdims=0)
    return g.Transpose(dw, perm=[axis - 1 for axis in swap[1:]]) if turned else dw


def _in_two_shifts(w: Window, shape: Sequence[int], group: int, out: Sequence[int]) -> bool:
    """Whether dW is cheaper in two shifts: plain 2-D kernels wider than 1, enough channels, not too small a map."""
    fits = len(out) == 2 and group == 1 and set(w.strides) == {1} and min(w.kernel) > 1 and max(w.before) <= w.reach[0]
    large = shape[1] >= TWO_SHIFTS_CHANNELS and out[0] * out[1] >= TWO_SHIFTS_PLACES
    return fits and w.after[0] <= w.reach[0] and large


def _weight_gradient_in_two_shifts(
    g: Graph, x: Value, dy: Value, w: Window, shape: Sequence[int], out: Sequence[int]
) -> Value:
    """dW[f, c, i, j] = Σ dy shifted by row i · x shifted by column j: k + k shifted copies, where im2col makes k·k."""
    (filters, channels, rows, columns), (d, e) = shape, w.dilations
    high = out[0] + w.reach[0] - w.before[0] - w.after[0]
    along = Window((1, columns), (1, 1), (1, e), (0, w.before[1]), (0, w.after[1]))
    down = Window((rows, 1), (1, 1), (d, 1), (w.reach[0] - w.before[0], 0), (w.reach[0] - w.after[0], 0))
    right = _conv(g, x, one_hot_kernels(g, x, channels, along.kernel), along, channels)
    left = _conv(g, dy, one_hot_kernels(g, dy, filters, down.kernel, reverse=True), down, filters)
    left = g.Reshape(left, ints(g, [-1, filters * rows, high * out[1]], "shape"))
    right = g.Reshape(right, ints(g, [-1, channels * columns, high * out[1]], "shape"))
    parted = g.Reshape(_summed_product(g, left, right), ints(g, [filters, rows, channels, columns], "shape"))
    result: Value = g.Transpose(parted, perm=[0, 2, 1, 3])
    return result


def _unfolded(g: Graph, x: Value, channels: int, w: Window) -> Value:
    """Every window spread over the channels, [N, C·K, out…], by a depthwise Conv with one-hot kernels."""
    if set(w.kernel) == {1} and set(w.strides) == {1} and not any(w.pads):
        return x
    return _conv(g, x, one_hot_kernels(g, x, channels, w.kernel), w, channels)


def _conv(g: Graph, x: Value, weight: Value, w: Window, group: int) -> Value:
    result: Value = g.Conv(x, weight, **_attributes(w), group=group)
    return result


def _attributes(w: Window) -> dict[str, list[int]]:
    """As ONNX's attributes, written out (OpenCV needs kernel_shape)."""
    return {
        "kernel_shape": list(w.kernel), "strides": list(w.strides), "dilations": list(w.dilations), "pads": w.pads,
    }


# -- ConvTranspose's gradient ----------------------------------------------------------------------------------------
@gradient("ConvTranspose")
def conv_transpose_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value | None, ...]:
    """The mirror image: dX is dy convolved with the same kernels, dW pairs the windows of dy with x."""
    group, size = at.attribute("group", 1), spatial(at, at.x)
    w = _mirrored(at, size)
    dx = _conv(g, dy, at.input(1), w, group)
    dw = _weight_gradient(g, dy, at.x, at.input(1), w, group, size)
    return (dx, dw, _bias_gradient(g, dy)) if at.has(2) else (dx, dw)


def _mirrored(at: Site, size: tuple[int, ...]) -> Window:
    """The window that takes exactly as many steps over dy as x is long."""
    names = ("strides", "dilations", "pads", "auto_pad", "output_padding", "output_shape")
    kernel_size = numbers(at.input(1).shape[2:])
    assert kernel_size is not None
    w, out = _transposed_window(size, kernel_size, *[at.attribute(name) for name in names])
    return reaching(replace(w, after=(0,) * len(size)), out, size)[0]
