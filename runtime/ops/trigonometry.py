"""Circular and hyperbolic functions, their inverses, and the error function: one number in, one number out."""

from __future__ import annotations

from math import erf, pi, sqrt

import numpy as np

from runtime.graph import Array, Graph, Value
from runtime.ops.registry import Site, gradient, kernel

kernel("Tan")(np.tan)
kernel("Asin")(np.arcsin)
kernel("Acos")(np.arccos)
kernel("Atan")(np.arctan)
kernel("Sinh")(np.sinh)
kernel("Cosh")(np.cosh)
kernel("Asinh")(np.arcsinh)
kernel("Acosh")(np.arccosh)
kernel("Atanh")(np.arctanh)

_erf = np.frompyfunc(erf, 1, 1)


@kernel("Erf")
def error_function(x: Array) -> Array:
    """2/√π · ∫₀ˣ e^(−t²) dt, by the C library, number by number: NumPy has none."""
    return np.asarray(_erf(x.astype(np.float64))).astype(x.dtype)


@gradient("Tan")
def tan_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """dy · (1 + y²)."""
    return (g.Mul(dy, g.Add(g.Mul(at.y, at.y), 1.0)),)


@gradient("Asin")
def asin_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """dy / √(1 − x²)."""
    return (g.Div(dy, g.Sqrt(_one_minus_square(g, at.x))),)


@gradient("Acos")
def acos_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """−dy / √(1 − x²)."""
    return (g.Neg(g.Div(dy, g.Sqrt(_one_minus_square(g, at.x)))),)


@gradient("Atan")
def atan_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """dy / (1 + x²)."""
    return (g.Div(dy, g.Add(g.Mul(at.x, at.x), 1.0)),)


@gradient("Sinh")
def sinh_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    return (g.Mul(dy, g.Cosh(at.x)),)


@gradient("Cosh")
def cosh_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    return (g.Mul(dy, g.Sinh(at.x)),)


@gradient("Asinh")
def asinh_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """dy / √(x² + 1)."""
    return (g.Div(dy, g.Sqrt(g.Add(g.Mul(at.x, at.x), 1.0))),)


@gradient("Acosh")
def acosh_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """dy / √(x² − 1)."""
    return (g.Div(dy, g.Sqrt(g.Sub(g.Mul(at.x, at.x), 1.0))),)


@gradient("Atanh")
def atanh_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """dy / (1 − x²)."""
    return (g.Div(dy, _one_minus_square(g, at.x)),)


@gradient("Erf")
def erf_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """dy · 2/√π · e^(−x²)."""
    return (g.Mul(dy, g.Mul(g.Exp(g.Neg(g.Mul(at.x, at.x))), 2 / sqrt(pi))),)


def _one_minus_square(g: Graph, x: Value) -> Value:
    result: Value = g.Add(g.Neg(g.Mul(x, x)), 1.0)
    return result
