"""Random numbers inside the graph: the counter-based generator Squares, in plain operators.

B. Widynski, Squares: A Fast Counter-Based RNG, arXiv 2004.06278 (2020). Four rounds of squaring and a rotation by 32
bits turn a 64-bit counter and an odd 64-bit key into 32 random bits. It needs no state: the number for (key, step,
element) is always the same, in every engine, so a resumed run draws what an uninterrupted one would have drawn.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike
from onnx import TensorProto, helper

from runtime.graph import Array, Graph, Value
from runtime.ops.registry import ints, reshape_like

_MASK = (1 << 64) - 1


def uniform(g: Graph, like: Value, key: int, step: Value) -> Value:
    """Numbers in [0, 1) in the run-time shape and the type of `like`: the top 24 bits of Squares × 2⁻²⁴.

    `key` is made odd and cut to 64 bits; `step` (a whole number, scalar) is the update at hand. The counter of an
    element is step · 2³² + its flat position. float32 and float64 graphs draw the same numbers. No gradient flows here.
    """
    return reshape_like(g, _drawn(g, g.Size(like), like.dtype, key, step), like)


def normal(g: Graph, like: Value, key: int, step: Value) -> Value:
    """Numbers from N(0, 1) in the run-time shape and the type of `like`: z = √(−2 ln(1 − u)) · cos 2πv, and with sin.

    G. E. P. Box and M. E. Muller, 1958. For n elements, h = ⌈n / 2⌉: u are the uniform numbers 0 … h − 1 of (key, step),
    v those from h on; the first h results take the cosine, the rest the sine. |z| stays below 5.77. `key` and `step` as
    in `uniform`; a layer that draws both takes two keys. The engines agree to rounding. No gradient flows here.
    """
    size = g.Size(like)
    half = g.Div(g.Add(size, 1), 2)
    pairs = g.Reshape(_drawn(g, g.Mul(half, 2), like.dtype, key, step), ints(g, [2, -1], "shape"))
    first, second = (g.Gather(pairs, g.constant(row, "int64", "row"), axis=0) for row in (0, 1))
    radius = g.Sqrt(g.Mul(g.Log(g.Sub(g.constant(1, like.dtype, "one"), first)), -2.0))
    angle = g.Mul(second, 2 * np.pi)
    both = g.Concat(g.Mul(radius, g.Cos(angle)), g.Mul(radius, g.Sin(angle)), axis=0)
    start, end = ints(g, [0], "start"), g.Reshape(size, ints(g, [1], "shape"))
    return reshape_like(g, g.Slice(both, start, end), like)


def _drawn(g: Graph, count: Value, dtype: DTypeLike, key: int, step: Value) -> Value:
    """The first `count` uniform numbers of (key, step), in a row."""
    bits = _squares(g, _counted(g, count, step), (key | 1) & _MASK)
    top = g.BitShift(bits, _word(g, 40), direction="RIGHT")
    result: Value = g.Mul(g.Cast(top, to=helper.np_dtype_to_tensor_dtype(np.dtype(dtype))), 2.0**-24)
    return result


def counters(g: Graph, like: Value, step: Value) -> Value:
    """step · 2³² + 0, 1, 2 …, as many as `like` has elements, in uint64."""
    return _counted(g, g.Size(like), step)


def _counted(g: Graph, count: Value, step: Value) -> Value:
    elements = g.Range(g.constant(0, "int64", "zero"), count, g.constant(1, "int64", "one"))
    base = g.Mul(g.Cast(step, to=TensorProto.UINT64), _word(g, 1 << 32))
    result: Value = g.Add(g.Cast(elements, to=TensorProto.UINT64), base)
    return result


def _squares(g: Graph, counter: Value, key: int) -> Value:
    """The last round's 64-bit word; its upper half are the random bits."""
    y = g.Mul(counter, _word(g, key))
    z = g.Add(y, _word(g, key))
    x = y
    for added in (y, z, y):
        x = _rotated(g, g.Add(g.Mul(x, x), added))
    result: Value = g.Add(g.Mul(x, x), z)
    return result


def _rotated(g: Graph, x: Value) -> Value:
    """The two halves of a 64-bit word swapped. (opset 17 has no BitwiseOr; the halves do not overlap, so Add does.)"""
    by = _word(g, 32)
    result: Value = g.Add(g.BitShift(x, by, direction="RIGHT"), g.BitShift(x, by, direction="LEFT"))
    return result


def _word(g: Graph, number: int) -> Value:
    return g.constant(np.uint64(number), "uint64", "word")


def squares(key: int, counter: Array) -> Array:
    """Squares in plain NumPy, 64-bit counters to 32 random bits: what the operators are tested against."""
    k = np.uint64(key)
    with np.errstate(over="ignore"):
        x = y = counter.astype(np.uint64) * k
        z = y + k
        for added in (y, z, y):
            x = x * x + added
            x = (x >> np.uint64(32)) | (x << np.uint64(32))
        return np.asarray((x * x + z) >> np.uint64(32), np.uint32)
