"""Arithmetic and activation functions: one number in, one number out (with ONNX's broadcasting)."""

from __future__ import annotations

from functools import reduce

import numpy as np

from runtime.graph import Array, Graph, Value
from runtime.ops.registry import Site, gradient, kernel, not_differentiable, unbroadcast

# -- arithmetic ------------------------------------------------------------------------------------------------------
kernel("Add")(np.add)
kernel("Sub")(np.subtract)
kernel("Mul")(np.multiply)
kernel("Neg")(np.negative)
kernel("Exp")(np.exp)
kernel("Log")(np.log)
kernel("Sqrt")(np.sqrt)
kernel("Abs")(np.abs)
kernel("Identity")(lambda x: x)


@kernel("Div")
def div(a: Array, b: Array) -> Array:
    """Whole numbers are divided towards zero, as in C."""
    if np.issubdtype(a.dtype, np.integer):
        return np.asarray(np.trunc(np.divide(a, b))).astype(a.dtype)
    return np.divide(a, b)


@kernel("Pow")
def power(a: Array, b: Array) -> Array:
    return np.power(a, b).astype(a.dtype)


@gradient("Identity")
def identity_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    return (dy,)


@gradient("Add")
def add_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value, Value]:
    return unbroadcast(g, dy, at.input(0)), unbroadcast(g, dy, at.input(1))


@gradient("Sub")
def sub_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value, Value]:
    return unbroadcast(g, dy, at.input(0)), unbroadcast(g, g.Neg(dy), at.input(1))


@gradient("Mul")
def mul_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value, Value | None]:
    """dy·b for a, dy·a for b; for a square 2·dy·a, the same number as the sum of the two."""
    a, b = at.input(0), at.input(1)
    if a is b:
        return g.Mul(g.Mul(dy, 2.0), a), None
    return unbroadcast(g, g.Mul(dy, b), a), unbroadcast(g, g.Mul(dy, a), b)


@gradient("Div")
def div_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value, Value]:
    """∂(a/b): dy/b for a, −dy·y/b for b."""
    a, b = at.input(0), at.input(1)
    da = g.Div(dy, b)
    return unbroadcast(g, da, a), unbroadcast(g, g.Neg(g.Mul(da, at.y)), b)


@gradient("Pow")
def pow_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value, Value | None]:
    """b·x^(b−1) for the base, y·ln x for an exponent that moves (0 where x is 0)."""
    x, b = at.input(0), at.input(1)
    power = b if b.dtype == x.dtype else as_number(g, b, x)
    dx = unbroadcast(g, g.Mul(dy, g.Mul(power, g.Pow(x, g.Sub(power, 1)))), x)
    if b.dtype.kind != "f" or b.name in g.constants:
        return dx, None
    logarithm = g.Log(g.Add(x, as_number(g, g.Equal(x, 0.0), x)))
    db = unbroadcast(g, g.Mul(dy, g.Mul(at.y, logarithm)), at.input(1))
    return dx, db if b.dtype == x.dtype else as_number(g, db, b)


@gradient("Neg")
def neg_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    return (g.Neg(dy),)


@gradient("Exp")
def exp_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    return (g.Mul(dy, at.y),)


@gradient("Log")
def log_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    return (g.Div(dy, at.x),)


@gradient("Sqrt")
def sqrt_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    return (g.Div(g.Mul(dy, 0.5), at.y),)


@gradient("Abs")
def abs_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """dy · sign(x)."""
    return (g.Mul(dy, g.Sign(at.x)),)


kernel("Reciprocal")(np.reciprocal)
kernel("Sin")(np.sin)
kernel("Cos")(np.cos)


@gradient("Reciprocal")
def reciprocal_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """−dy · y²."""
    return (g.Neg(g.Mul(dy, g.Mul(at.y, at.y))),)


@gradient("Sin")
def sin_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    return (g.Mul(dy, g.Cos(at.x)),)


@gradient("Cos")
def cos_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    return (g.Neg(g.Mul(dy, g.Sin(at.x))),)


# -- activations -----------------------------------------------------------------------------------------------------
@kernel("Relu")
def relu(x: Array) -> Array:
    return np.asarray(np.maximum(x, x.dtype.type(0)))


@gradient("Relu")
def relu_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """dy where y > 0. A Cast and a Mul: Where and Sign are two to three times slower in ONNX Runtime."""
    return (g.Mul(dy, as_number(g, g.Greater(at.y, 0.0), dy)),)


@kernel("LeakyRelu")
def leaky_relu(x: Array, alpha: float = 0.01) -> Array:
    return np.asarray(np.where(x < 0, x * x.dtype.type(alpha), x))


@gradient("LeakyRelu")
def leaky_relu_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """dy·α below zero, dy elsewhere: dy·(1 − (1−α)·[x<0])."""
    alpha = at.attribute("alpha", 0.01)
    below = as_number(g, g.Less(at.x, 0.0), dy)
    return (g.Mul(dy, g.Sub(1.0, g.Mul(below, 1.0 - alpha))),)


@kernel("Sigmoid")
def sigmoid(x: Array) -> Array:
    """1 / (1 + e^−x), written with e^−|x| so that nothing overflows."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e)).astype(x.dtype)


@gradient("Sigmoid")
def sigmoid_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """dy · y · (1 − y)."""
    return (g.Mul(dy, g.Mul(at.y, g.Sub(1.0, at.y))),)


kernel("Tanh")(np.tanh)


@gradient("Tanh")
def tanh_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """dy · (1 − y²)."""
    return (g.Mul(dy, g.Sub(1.0, g.Mul(at.y, at.y))),)


@kernel("Elu")
def elu(x: Array, alpha: float = 1.0) -> Array:
    """x above zero, α·(eˣ − 1) below."""
    return np.where(x < 0, x.dtype.type(alpha) * np.expm1(np.minimum(x, 0)), x)


@gradient("Elu")
def elu_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """dy above zero, dy·(y + α) below: dy · (1 + [x<0]·(y + α − 1))."""
    below = as_number(g, g.Less(at.x, 0.0), dy)
    return (g.Mul(dy, g.Add(g.Mul(below, g.Add(at.y, at.attribute("alpha", 1.0) - 1.0)), 1.0)),)


@kernel("Softplus")
def softplus(x: Array) -> Array:
    """log(1 + eˣ), without overflow."""
    return np.asarray(np.logaddexp(x, x.dtype.type(0)))


@gradient("Softplus")
def softplus_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    return (g.Mul(dy, g.Sigmoid(at.x)),)


@kernel("HardSigmoid")
def hard_sigmoid(x: Array, alpha: float = 0.2, beta: float = 0.5) -> Array:
    """α·x + β, kept within [0, 1]."""
    return np.asarray(np.clip(x * x.dtype.type(alpha) + x.dtype.type(beta), 0, 1), x.dtype)


@gradient("HardSigmoid")
def hard_sigmoid_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """α·dy where 0 < y < 1."""
    inside = g.And(g.Greater(at.y, 0.0), g.Less(at.y, 1.0))
    return (g.Mul(g.Mul(dy, at.attribute("alpha", 0.2)), as_number(g, inside, dy)),)


@kernel("Clip")
def clip(x: Array, low: Array | None = None, high: Array | None = None) -> Array:
    """Not below `low`, not above `high` (which wins if they cross)."""
    x = x if low is None else np.maximum(x, low)
    return x if high is None else np.minimum(x, high)


@gradient("Clip")
def clip_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value | None, ...]:
    """dy where low ≤ x ≤ high. The bounds are constants in every network of the course."""
    if at.has(1):
        dy = g.Mul(dy, as_number(g, g.GreaterOrEqual(at.x, at.input(1)), dy))
    if at.has(2):
        dy = g.Mul(dy, as_number(g, g.LessOrEqual(at.x, at.input(2)), dy))
    return (dy,)


@kernel("Softmax")
def softmax(x: Array, axis: int = -1) -> Array:
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return np.asarray(e / e.sum(axis=axis, keepdims=True))


@gradient("Softmax")
def softmax_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """y · (dy − Σ dy·y)."""
    weighted = g.Mul(dy, at.y)
    total = g.ReduceSum(weighted, g.constant([at.attribute("axis", -1)], "int64", "axes"), keepdims=1)
    return (g.Mul(at.y, g.Sub(dy, total)),)


@kernel("LogSoftmax")
def log_softmax(x: Array, axis: int = -1) -> Array:
    shifted = x - x.max(axis=axis, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True)))


@gradient("LogSoftmax")
def log_softmax_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value]:
    """dy − softmax(x) · Σ dy."""
    total = g.ReduceSum(dy, g.constant([at.attribute("axis", -1)], "int64", "axes"), keepdims=1)
    return (g.Sub(dy, g.Mul(g.Exp(at.y), total)),)


def as_number(g: Graph, condition: Value, like: Value) -> Value:
    """A condition as 1 and 0 in the type of `like`."""
    from onnx import helper

    result: Value = g.Cast(condition, to=helper.np_dtype_to_tensor_dtype(like.dtype))
    return result


# -- comparisons, rounding, casts: steps, whose gradient is none -------------------------------------------------------
kernel("Greater")(np.greater)
kernel("GreaterOrEqual")(np.greater_equal)
kernel("Less")(np.less)
kernel("LessOrEqual")(np.less_equal)
kernel("Equal")(np.equal)
kernel("And")(np.logical_and)
kernel("Or")(np.logical_or)
kernel("Not")(np.logical_not)
kernel("Sign")(np.sign)
kernel("Floor")(np.floor)
kernel("Ceil")(np.ceil)
kernel("Round")(np.round)
kernel("IsNaN")(np.isnan)
not_differentiable("Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Equal", "And", "Or", "Not")
not_differentiable("Sign", "Floor", "Ceil", "Round", "IsNaN")


@kernel("Min")
def minimum(*values: Array) -> Array:
    return np.asarray(reduce(np.minimum, values))


@kernel("Max")
def maximum(*values: Array) -> Array:
    return np.asarray(reduce(np.maximum, values))


@gradient("Min", "Max")
def extreme_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value, ...]:
    """dy to the input that is the extreme; equal ones share it."""
    masks = [as_number(g, g.Equal(at.input(i), at.y), dy) for i in range(len(at.inputs))]
    share = g.Div(dy, g.Sum(*masks)) if len(masks) > 1 else dy
    return tuple(unbroadcast(g, g.Mul(share, mask), at.input(i)) for i, mask in enumerate(masks))


@kernel("Sum")
def total(*values: Array) -> Array:
    return np.asarray(reduce(np.add, values))


@gradient("Sum")
def total_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value, ...]:
    return tuple(unbroadcast(g, dy, at.input(i)) for i in range(len(at.inputs)))


@kernel("Cast")
def cast(x: Array, to: int, saturate: int = 1, round_mode: str = "up") -> Array:
    """(The last two say how to round to 8-bit floats, which are not the program's.)"""
    from onnx import helper

    return x.astype(helper.tensor_dtype_to_np_dtype(to))


@gradient("Cast")
def cast_gradient(g: Graph, at: Site, dy: Value) -> tuple[Value | None]:
    """Between floating types the gradient is cast back; from or to whole numbers there is none."""
    if at.x.dtype.kind != "f" or at.y.dtype.kind != "f":
        return (None,)
    return (as_number(g, dy, at.x),)


@kernel("BitShift")
def bit_shift(x: Array, by: Array, direction: str | bytes) -> Array:
    right = direction in ("RIGHT", b"RIGHT")
    return np.right_shift(x, by) if right else np.left_shift(x, by)


not_differentiable("BitShift")


@kernel("Where")
def where(condition: Array, a: Array, b: Array) -> Array:
    return np.where(condition, a, b)


@gradient("Where")
def where_gradient(g: Graph, at: Site, dy: Value) -> tuple[None, Value, Value]:
    mask = as_number(g, at.input(0), dy)
    chosen = g.Mul(dy, mask)
    return None, unbroadcast(g, chosen, at.input(1)), unbroadcast(g, g.Sub(dy, chosen), at.input(2))
