"""MaxPool, AveragePool and MaxUnpool, over maps of any number of axes. (The global ones are reductions.)"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from runtime.graph import Array, Graph, Value
from runtime.ops.registry import Site, add_back, gradient, ints, kernel, numbers, reshape_like, with_output
from runtime.ops.windows import Window, output_size, reaching, spatial, window, window_of, windows_of


# -- maximum ---------------------------------------------------------------------------------------------------------
@kernel("MaxPool")
def max_pool(
    x: Array, kernel_shape: Sequence[int], auto_pad: str = "NOTSET", ceil_mode: int = 0,
    dilations: Sequence[int] | None = None, pads: Sequence[int] | None = None, storage_order: int = 0,
    strides: Sequence[int] | None = None,
) -> tuple[Array, Array]:
    """The largest number of each window, and its flat position over N·C·H·W (the first one of equals)."""
    size = x.shape[2:]
    w = window(size, kernel_shape, strides, dilations, pads, auto_pad)
    out = output_size(size, w, bool(ceil_mode))
    lowest = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    values = flat_windows(x, w, out, lowest)
    order = "F" if storage_order else "C"
    places = np.arange(int(np.prod(size))).reshape(1, 1, *size, order=order)  # type: ignore[call-overload]
    positions = np.broadcast_to(flat_windows(places, w, out, -1), values.shape)
    best = np.where(positions < 0, False, values == values.max(-1, keepdims=True)).argmax(-1)[..., None]
    chosen = np.take_along_axis(positions, best, -1)[..., 0]
    maps = np.arange(x.shape[0] * x.shape[1]).reshape(*x.shape[:2], *[1] * len(size))
    return np.take_along_axis(values, best, -1)[..., 0], np.asarray(chosen + maps * int(np.prod(size)), np.int64)


def flat_windows(x: Array, w: Window, out: Sequence[int], fill: float) -> Array:
    """[N, C, out…, K]: the windows with the kernel's places in one axis."""
    view = windows_of(x, w, out, fill)
    return view.reshape(*view.shape[: 2 + len(out)], -1)


@gradient("MaxPool")
def max_pool_gradient(g: Graph, at: Site, dy: Value, _: Value | None = None) -> tuple[Value]:
    """dy at the place that was the largest, exactly: one place of each window, also among equals.

    The forward operator is asked for its Indices. Windows that do not overlap: MaxUnpool. Overlapping windows and types
    other than float32 (ONNX Runtime's MaxUnpool knows none): ScatterElements, adding where places meet.
    """
    indices = with_output(g, at, 1, replace(at.y, name=f"{at.y.name}_indices", dtype=np.dtype("int64"), role=""))
    before, after = numbers(at.x.shape[2:]), numbers(at.y.shape[2:])
    if _overlaps(at) or at.x.dtype != np.float32 or before is None or after is None or any(np.less(before, after)):
        return (add_back(g, dy, indices, at.x),)
    # The kernel says how large the output is, and no more: with the pool's own one ONNX Runtime refuses pads.
    kernel_shape = [n - o + 1 for n, o in zip(before, after, strict=True)]
    strides = [1] * len(kernel_shape)
    return (g.emit("MaxUnpool", (dy, indices), like=at.x, kernel_shape=kernel_shape, strides=strides),)


def _overlaps(at: Site) -> bool:
    shape = at.attribute("kernel_shape")
    strides, dilations = (at.attribute(name) or [1] * len(shape) for name in ("strides", "dilations"))
    return any(s <= d * (k - 1) for k, s, d in zip(shape, strides, dilations, strict=True))


@kernel("MaxUnpool")
def max_unpool(
    x: Array, indices: Array, output_shape: Array | None = None, kernel_shape: Sequence[int] = (),
    pads: Sequence[int] | None = None, strides: Sequence[int] | None = None,
) -> Array:
    """Zeros, with each number of x at its flat position in what was pooled (MaxPool's Indices), more zeros after that.

    (ONNX Runtime takes the positions as those in the larger `output_shape`; ONNX's own test says otherwise.)
    """
    size = unpooled(x.shape[2:], kernel_shape, pads, strides)
    y = np.zeros((*x.shape[:2], *size), x.dtype)
    y.reshape(-1)[indices.ravel()] = x.ravel()
    if output_shape is None:
        return y
    return np.pad(y, [(0, n - d) for n, d in zip(output_shape.tolist(), y.shape, strict=True)])


def unpooled(
    size: Sequence[int], kernel_shape: Sequence[int], pads: Sequence[int] | None, strides: Sequence[int] | None
) -> tuple[int, ...]:
    """The size of the map that a pool without gaps made into `size`."""
    w = window(size, kernel_shape, strides, None, pads)
    axes = zip(size, w.strides, w.kernel, w.before, w.after, strict=True)
    return tuple((n - 1) * s + k - b - a for n, s, k, b, a in axes)


# -- mean ------------------------------------------------------------------------------------------------------------
@kernel("AveragePool")
def average_pool(
    x: Array, kernel_shape: Sequence[int], auto_pad: str = "NOTSET", ceil_mode: int = 0, count_include_pad: int = 0,
    dilations: Sequence[int] | None = None, pads: Sequence[int] | None = None, strides: Sequence[int] | None = None,
) -> Array:
    """The mean of each window: over the map's numbers in it, or (count_include_pad) over the padding's zeros too."""
    size = x.shape[2:]
    w = window(size, kernel_shape, strides, dilations, pads, auto_pad)
    out = output_size(size, w, bool(ceil_mode))
    return np.asarray(flat_windows(x, w, out, 0).sum(-1) / _counts(size, w, out, bool(count_include_pad)), x.dtype)


def _counts(size: Sequence[int], w: Window, out: Sequence[int], include_pad: bool) -> Array:
    """How many numbers each window averages: [1, 1, out…]. What lies beyond the pads never counts."""
    ones = np.ones((1, 1, *size))
    if include_pad:
        ones = np.pad(ones, [(0, 0), (0, 0), *zip(w.before, w.after, strict=True)], constant_values=1)
        w = replace(w, before=(0,) * len(size), after=(0,) * len(size))
    return np.asarray(flat_windows(ones, w, out, 0).sum(-1))


@gradient("AveragePool")
def average_pool_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """dy / count to every number of the window: a depthwise ConvTranspose with ones, or mere repetition."""
    size, w = spatial(at, at.x), window_of(at, at.attribute("kernel_shape"))
    out = output_size(size, w, bool(at.attribute("ceil_mode", 0)))
    counts = _counts(size, w, out, bool(at.attribute("count_include_pad", 0)))
    share = g.Div(dy, counts.flat[0] if np.all(counts == counts.flat[0]) else g.constant(counts, dy.dtype, "counts"))
    if tuple(o * k for o, k in zip(out, w.kernel, strict=True)) == size and w.strides == w.kernel and not any(w.pads):
        return (_repeated(g, share, at, out, w.kernel),)
    exact, unread = reaching(w, size, out)
    channels = at.x.shape[1]
    ones = g.constant(np.ones((channels, 1, *w.kernel)), dy.dtype, "ones")
    return (spread_back(g, share, ones, exact, unread),)


def spread_back(g: Graph, share: Value, ones: Value, w: Window, unread: Sequence[int]) -> Value:
    result: Value = g.ConvTranspose(
        share, ones, kernel_shape=list(w.kernel), strides=list(w.strides), dilations=list(w.dilations), pads=w.pads,
        group=ones.shape[0], output_padding=list(unread) if any(unread) else None,
    )
    return result


def _repeated(g: Graph, share: Value, at: Site, out: Sequence[int], times: Sequence[int]) -> Value:
    """Each number of the small map as a block of the large one, for windows that tile it."""
    apart = [n for o in out for n in (o, 1)]
    small = g.Reshape(share, ints(g, [0, 0, *apart], "shape"))
    large = g.Expand(small, ints(g, [1, 1, *[n for t in times for n in (1, t)]], "shape"))
    return reshape_like(g, large, at.x)


