"""Remainders, means, bits and tests: what is neither an activation nor one of the four operations."""

from __future__ import annotations

from functools import reduce

import numpy as np

from runtime.graph import Array, Graph, Value
from runtime.ops.registry import Site, gradient, kernel, not_differentiable, unbroadcast

kernel("Xor")(np.logical_xor)
kernel("BitwiseAnd")(np.bitwise_and)
kernel("BitwiseOr")(np.bitwise_or)
kernel("BitwiseXor")(np.bitwise_xor)
kernel("BitwiseNot")(np.bitwise_not)
not_differentiable("Xor", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "BitwiseNot", "IsInf")


@kernel("IsInf")
def is_inf(x: Array, detect_negative: int = 1, detect_positive: int = 1) -> Array:
    return np.asarray((np.isposinf(x) & bool(detect_positive)) | (np.isneginf(x) & bool(detect_negative)))


@kernel("Mod")
def mod(a: Array, b: Array, fmod: int = 0) -> Array:
    """The remainder with the sign of the divisor, or (`fmod`) of the dividend."""
    return np.asarray(np.fmod(a, b) if fmod else np.mod(a, b))


@gradient("Mod")
def mod_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value, Value]:
    """dy for the dividend, −dy·(a − y)/b for the divisor: the quotient is a whole number and does not move."""
    a, b = at.input(0), at.input(1)
    quotient = g.Div(g.Sub(a, at.y), b)
    return unbroadcast(g, dy, a), unbroadcast(g, g.Neg(g.Mul(dy, quotient)), b)


@kernel("Mean")
def mean(*values: Array) -> Array:
    return np.asarray(reduce(np.add, values) / values[0].dtype.type(len(values)))


@gradient("Mean")
def mean_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value, ...]:
    """dy / n for each of n inputs."""
    share = g.Mul(dy, 1 / len(at.inputs))
    return tuple(unbroadcast(g, share, at.input(i)) for i in range(len(at.inputs)))
