"""What convolution and pooling share: the geometry of a window that slides over a map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from runtime.errors import GraphError
from runtime.graph import Array, Graph, Value
from runtime.ops.registry import Site, numbers


@dataclass(frozen=True)
class Window:
    """Kernel size, strides, dilations and pads before and after, one number per spatial axis."""

    kernel: tuple[int, ...]
    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]

    @property
    def pads(self) -> list[int]:
        """As ONNX's attribute: all before, then all after."""
        return [*self.before, *self.after]

    @property
    def reach(self) -> tuple[int, ...]:
        """Places a kernel spans, from its first to its last: d·(k − 1)."""
        return tuple(d * (k - 1) for k, d in zip(self.kernel, self.dilations, strict=True))

    @property
    def span(self) -> tuple[int, ...]:
        """Places that one position of the kernel covers: d·(k − 1) + 1."""
        return tuple(r + 1 for r in self.reach)


def window(
    size: Sequence[int], kernel: Sequence[int], strides: Sequence[int] | None = None,
    dilations: Sequence[int] | None = None, pads: Sequence[int] | None = None, auto_pad: str | bytes = "NOTSET",
) -> Window:
    """The window over a map of `size`, with ONNX's defaults and `auto_pad` worked out."""
    axes = len(kernel)
    k, s = tuple(kernel), tuple(strides or [1] * axes)
    d, p = tuple(dilations or [1] * axes), tuple(pads or [0] * (2 * axes))
    mode = auto_pad.decode() if isinstance(auto_pad, bytes) else auto_pad
    if mode == "NOTSET":
        return Window(k, s, d, p[:axes], p[axes:])
    if mode == "VALID":
        return Window(k, s, d, (0,) * axes, (0,) * axes)
    spans = [di * (ki - 1) + 1 for ki, di in zip(k, d, strict=True)]
    total = [max(0, (-(-n // si) - 1) * si + r - n) for n, si, r in zip(size, s, spans, strict=True)]
    small, large = tuple(t // 2 for t in total), tuple(t - t // 2 for t in total)
    return Window(k, s, d, large, small) if mode == "SAME_LOWER" else Window(k, s, d, small, large)


def window_of(at: Site, kernel: Sequence[int]) -> Window:
    """The window of a forward Conv or pooling."""
    strides, dilations, pads = (at.attribute(name) for name in ("strides", "dilations", "pads"))
    return window(spatial(at, at.x), kernel, strides, dilations, pads, at.attribute("auto_pad", "NOTSET"))


def output_size(size: Sequence[int], w: Window, ceil: bool = False) -> tuple[int, ...]:
    """⌊(n + pads − d·(k−1) − 1) / s⌋ + 1; rounded up, no window may begin in the padding after the map."""
    result = []
    for n, r, s, b, a in zip(size, w.span, w.strides, w.before, w.after, strict=True):
        room = n + b + a - r
        count = (-(-room // s) if ceil else room // s) + 1
        result.append(count - 1 if ceil and (count - 1) * s >= n + b else count)
    return tuple(result)


def reaching(w: Window, size: Sequence[int], out: Sequence[int]) -> tuple[Window, tuple[int, ...]]:
    """The same window, with pads after the map as far as its last position reaches; and the places it leaves unread."""
    axes = zip(size, out, w.span, w.strides, w.before, w.after, strict=True)
    left = [n + b + a - (s * (o - 1) + r) for n, o, r, s, b, a in axes]
    after = tuple(a - min(x, 0) for x, a in zip(left, w.after, strict=True))
    return replace(w, after=after), tuple(max(x, 0) for x in left)


def windows_of(x: Array, w: Window, out: Sequence[int], fill: float) -> Array:
    """A view [N, C, out…, kernel…] of `x` padded with `fill`: every window, spread out."""
    axes = len(out)
    need = [(o - 1) * s + r for o, s, r in zip(out, w.strides, w.span, strict=True)]
    missing = [max(0, n - b - x.shape[2 + i]) for i, (n, b) in enumerate(zip(need, w.before, strict=True))]
    padded = np.pad(x, [(0, 0), (0, 0), *zip(w.before, missing, strict=True)], constant_values=fill)
    view = np.lib.stride_tricks.sliding_window_view(padded, w.span, tuple(range(2, 2 + axes)))
    steps = [slice(0, (o - 1) * s + 1, s) for o, s in zip(out, w.strides, strict=True)]
    return view[(slice(None), slice(None), *steps, *[slice(None, None, d) for d in w.dilations])]


def spatial(at: Site, value: Value) -> tuple[int, ...]:
    """The map's size as numbers. Raises `GraphError` where it is known only at run time."""
    size = numbers(value.shape[2:])
    if size is None:
        raise GraphError(
            f"{at.op.layer or 'the graph'}: the gradient of {at.op.type} must know the size of its map, and it is "
            f"{value}: give the input a fixed height and width."
        )
    return size


def one_hot_kernels(g: Graph, x: Value, channels: int, kernel: Sequence[int], reverse: bool = False) -> Value:
    """Depthwise kernels that each pick one place of the window: [C·K, 1, kernel…], channel by channel."""
    places = int(np.prod(kernel))
    eye = np.eye(places).reshape(places, 1, *kernel)
    return g.constant(np.tile(eye[::-1] if reverse else eye, (channels, *[1] * (1 + len(kernel)))), x.dtype, "onehot")
