"""Reading pictures at other places: the sampler behind the geometric augmentations, in plain operators.

By GatherElements, because ONNX Runtime runs it in several threads and has it for every type. 64×1×28×28 on two cores: one
takes 0.04 ms (Gather of the same pixels 0.4), a whole rotation 0.5; GridSample alone 0.8, and it has no float64 in opset 17.
"""

from __future__ import annotations

import numpy as np
from onnx import TensorProto

from runtime.graph import Graph, Value
from runtime.ops.registry import ints


def margin(g: Graph, x: Value, width: int, mode: str) -> Value:
    """Maps (N, C, H, W) with `width` more rows and columns on all sides: ``constant`` (zeros), ``edge`` or ``reflect``."""
    result: Value = g.Pad(x, ints(g, [0, 0, width, width] * 2, "pads"), mode=mode)
    return result


def pick(g: Graph, x: Value, rows: Value, columns: Value) -> Value:
    """y[n, c, i, j] = x[n, c, rows[n, 0, i, j], columns[n, 0, i, j]].

    x is (N, C, H, W), all but N known. `rows` and `columns` are int64 and lie inside of it; their shapes broadcast to
    (N, 1, H′, W′), so that a shift needs (N, 1, H′, 1) and (N, 1, 1, W′) alone. → (N, C, H′, W′).
    """
    return _taken(g, x, g.Add(g.Mul(rows, _side(x, 3)), columns))


def bilinear(g: Graph, x: Value, rows: Value, columns: Value, mode: str) -> Value:
    """`pick` at places between the pixels, in the type of x: the four pixels around, each weighed by its nearness.

    Outside of the picture stands what `mode` says: ``constant`` (zeros) or ``edge``. A place on a pixel gives that pixel.
    """
    framed = margin(g, x, 1, mode)
    top, down = _split(g, rows, _side(framed, 2))
    left, across = _split(g, columns, _side(framed, 3))
    width = _side(framed, 3)
    at = g.Add(g.Mul(top, width), left)
    corners = [_taken(g, framed, g.Add(at, step) if step else at) for step in (0, 1, width, width + 1)]
    upper, lower = _between(g, corners[0], corners[1], across), _between(g, corners[2], corners[3], across)
    return _between(g, upper, lower, down)


def _split(g: Graph, places: Value, side: int) -> tuple[Value, Value]:
    """Places of the bare picture as (whole place in the framed one, int64, with another one behind it; the rest)."""
    framed = g.Clip(g.Add(places, 1.0), g.constant(0, places.dtype, "first"), g.constant(side - 1, places.dtype, "last"))
    whole = g.Min(g.Floor(framed), float(side - 2))
    return g.Cast(whole, to=TensorProto.INT64), g.Sub(framed, whole)


def _between(g: Graph, a: Value, b: Value, share: Value) -> Value:
    result: Value = g.Add(a, g.Mul(g.Sub(b, a), share))
    return result


def _taken(g: Graph, x: Value, at: Value) -> Value:
    """The pixels of each map at the flat positions `at`, (N, 1, H′, W′)."""
    channels, height, width = _side(x, 1), _side(at, 2), _side(at, 3)
    flat = g.Reshape(at, ints(g, [0, 1, height * width], "shape"))
    if channels > 1:
        flat = g.Add(flat, g.constant(np.zeros((1, channels, 1)), "int64", "repeated"))
    pixels = g.GatherElements(g.Reshape(x, ints(g, [0, channels, -1], "shape")), flat, axis=2)
    result: Value = g.Reshape(pixels, ints(g, [0, channels, height, width], "shape"))
    return result


def _side(x: Value, axis: int) -> int:
    side = x.shape[axis]
    assert isinstance(side, int)
    return side
