"""Activation functions beyond the common ones in `elementwise`, as exporters write them."""

from __future__ import annotations

from math import pi, sqrt

import numpy as np

from runtime.graph import Array, Graph, Value
from runtime.ops.elementwise import as_number, hard_sigmoid, sigmoid, softplus
from runtime.ops.registry import Site, gradient, kernel, not_differentiable, unbroadcast
from runtime.ops.trigonometry import error_function

# -- smooth ones -------------------------------------------------------------------------------------------------------
_TANH_GELU = sqrt(2 / pi)


@kernel("Gelu")
def gelu(x: Array, approximate: str = "none") -> Array:
    """x·Φ(x) with the normal distribution Φ; ``tanh``: ½x(1 + tanh(√(2/π)(x + 0.044715x³))). Hendrycks, Gimpel 2016."""
    wide = x.astype(np.float64)
    if approximate == "tanh":
        return np.asarray(wide / 2 * (1 + np.tanh(_TANH_GELU * (wide + 0.044715 * wide**3)))).astype(x.dtype)
    return np.asarray(wide / 2 * (1 + error_function(wide / sqrt(2)))).astype(x.dtype)


@gradient("Gelu")
def gelu_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """dy · (Φ + x·φ), φ the normal density; of the approximation dy · ½(1 + t + x(1 − t²)·u′)."""
    x = at.x
    square = g.Mul(x, x)
    if at.attribute("approximate", "none") in ("tanh", b"tanh"):
        t = g.Tanh(g.Mul(g.Mul(x, g.Add(g.Mul(square, 0.044715), 1.0)), _TANH_GELU))
        slope = g.Mul(g.Add(g.Mul(square, 3 * 0.044715), 1.0), _TANH_GELU)
        inner = g.Mul(g.Mul(x, _one_minus(g, g.Mul(t, t))), slope)
        return (g.Mul(dy, g.Mul(g.Add(g.Add(t, inner), 1.0), 0.5)),)
    below = g.Mul(g.Add(g.Erf(g.Mul(x, 1 / sqrt(2))), 1.0), 0.5)
    density = g.Mul(g.Exp(g.Mul(square, -0.5)), 1 / sqrt(2 * pi))
    return (g.Mul(dy, g.Add(below, g.Mul(x, density))),)


@kernel("Mish")
def mish(x: Array) -> Array:
    """x·tanh(softplus(x)). Misra 2019."""
    return np.asarray(x * np.tanh(softplus(x)), x.dtype)


@gradient("Mish")
def mish_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """dy · (t + x·σ(x)·(1 − t²)) with t = tanh(softplus(x))."""
    t = g.Tanh(g.Softplus(at.x))
    return (g.Mul(dy, g.Add(t, g.Mul(g.Mul(at.x, g.Sigmoid(at.x)), _one_minus(g, g.Mul(t, t))))),)


@kernel("Swish")
def swish(x: Array, alpha: float = 1.0) -> Array:
    """x·σ(αx)."""
    return np.asarray(x * sigmoid(x * x.dtype.type(alpha)), x.dtype)


@gradient("Swish")
def swish_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """dy · s·(1 + αx(1 − s)) with s = σ(αx)."""
    scaled = g.Mul(at.x, at.attribute("alpha", 1.0))
    s = g.Sigmoid(scaled)
    return (g.Mul(dy, g.Mul(s, g.Add(g.Mul(scaled, _one_minus(g, s)), 1.0))),)


@kernel("Softsign")
def softsign(x: Array) -> Array:
    """x / (1 + |x|)."""
    return np.asarray(x / (1 + np.abs(x)))


@gradient("Softsign")
def softsign_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """dy · (1 − |y|)²."""
    rest = _one_minus(g, g.Abs(at.y))
    return (g.Mul(dy, g.Mul(rest, rest)),)


# -- two pieces --------------------------------------------------------------------------------------------------------
_SELU_ALPHA, _SELU_GAMMA = 1.6732631921768188, 1.0507010221481323


@kernel("Selu")
def selu(x: Array, alpha: float = _SELU_ALPHA, gamma: float = _SELU_GAMMA) -> Array:
    """γx above zero, γα(eˣ − 1) below. Klambauer and others 2017."""
    kind = x.dtype.type
    return np.asarray(np.where(x > 0, kind(gamma) * x, kind(gamma * alpha) * np.expm1(np.minimum(x, 0))))


@gradient("Selu")
def selu_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """γ·dy above zero, dy·(y + γα) below."""
    alpha, gamma = at.attribute("alpha", _SELU_ALPHA), at.attribute("gamma", _SELU_GAMMA)
    below = as_number(g, g.Less(at.x, 0.0), dy)
    return (g.Mul(dy, g.Add(g.Mul(below, g.Add(at.y, gamma * alpha - gamma)), gamma)),)


@kernel("Celu")
def celu(x: Array, alpha: float = 1.0) -> Array:
    """x above zero, α(e^(x/α) − 1) below."""
    kind = x.dtype.type
    return np.asarray(np.where(x < 0, kind(alpha) * np.expm1(np.minimum(x, 0) / kind(alpha)), x))


@gradient("Celu")
def celu_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """dy above zero, dy·(y/α + 1) below."""
    below = as_number(g, g.Less(at.x, 0.0), dy)
    return (g.Mul(dy, g.Add(g.Mul(below, g.Mul(at.y, 1 / at.attribute("alpha", 1.0))), 1.0)),)


@kernel("PRelu")
def prelu(x: Array, slope: Array) -> Array:
    """x above zero, slope·x below; the slope broadcasts to x."""
    return np.asarray(np.where(x < 0, slope * x, x), x.dtype)


@gradient("PRelu")
def prelu_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value, Value]:
    """For x dy·(1 + [x<0](slope − 1)); for the slope Σ dy·x where x < 0."""
    x, slope = at.input(0), at.input(1)
    below = as_number(g, g.Less(x, 0.0), dy)
    dx = g.Mul(dy, g.Add(g.Mul(below, g.Sub(slope, 1.0)), 1.0))
    return dx, unbroadcast(g, g.Mul(g.Mul(dy, x), below), slope)


@kernel("ThresholdedRelu")
def thresholded_relu(x: Array, alpha: float = 1.0) -> Array:
    """x above α, else 0."""
    return np.where(x > alpha, x, x.dtype.type(0))


@gradient("ThresholdedRelu")
def thresholded_relu_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    return (g.Mul(dy, as_number(g, g.Greater(at.x, at.attribute("alpha", 1.0)), dy)),)


@kernel("HardSwish")
def hard_swish(x: Array) -> Array:
    """x·max(0, min(1, x/6 + ½))."""
    return np.asarray(x * hard_sigmoid(x, 1 / 6, 0.5))


@gradient("HardSwish")
def hard_swish_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """dy · (h(x) + x/6 where −3 < x < 3)."""
    inside = as_number(g, g.And(g.Greater(at.x, -3.0), g.Less(at.x, 3.0)), dy)
    gate = g.HardSigmoid(at.x, alpha=1 / 6, beta=0.5)
    return (g.Mul(dy, g.Add(gate, g.Mul(g.Mul(at.x, inside), 1 / 6))),)


@kernel("Shrink")
def shrink(x: Array, bias: float = 0.0, lambd: float = 0.5) -> Array:
    """x + bias below −λ, x − bias above λ, else 0."""
    return np.where(x < -lambd, x + bias, np.where(x > lambd, x - bias, 0)).astype(x.dtype)


@gradient("Shrink")
def shrink_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """dy where |x| > λ."""
    return (g.Mul(dy, as_number(g, g.Greater(g.Abs(at.x), at.attribute("lambd", 0.5)), dy)),)


@kernel("Hardmax")
def hardmax(x: Array, axis: int = -1) -> Array:
    """1 at the first largest number along the axis, 0 elsewhere."""
    best = np.expand_dims(np.argmax(x, axis), axis)
    places = np.arange(x.shape[axis]).reshape([-1 if i == axis % x.ndim else 1 for i in range(x.ndim)])
    return np.asarray(places == best, x.dtype)


not_differentiable("Hardmax")


def _one_minus(g: Graph, x: Value) -> Value:
    result: Value = g.Add(g.Neg(x), 1.0)
    return result
