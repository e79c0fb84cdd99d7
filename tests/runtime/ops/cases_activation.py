"""Drawn cases: functions of one number, remainders, and reductions by product, norm and logarithm."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from tests.runtime.ops.cases import Draw, broadcastable, case, dims, maybe, reduced, small
from tests.runtime.ops.support import Case, spread


@case("Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Asinh", "Acosh", "Atanh", "Erf", "Mish", "Softsign", "HardSwish")
def one_input(draw: Draw, rng: np.random.Generator, op_type: str) -> Case:
    x = spread(rng, *dims(draw))
    if op_type in ("Asin", "Acos", "Atanh", "Tan"):
        x = x * 0.4
    x = np.abs(x) + 1.2 if op_type == "Acosh" else x * 2 if op_type == "HardSwish" else x
    opset = 18 if op_type == "Mish" else 17
    return Case([x], lambda g, a: g.emit(op_type, [a]), [0], opset)


@case("Gelu")
def gelu(draw: Draw, rng: np.random.Generator) -> Case:
    form = draw(st.sampled_from([None, "none", "tanh"]))
    return Case([spread(rng, *dims(draw))], lambda g, x: g.Gelu(x, approximate=form), [0], 20)


@case("Swish")
def swish(draw: Draw, rng: np.random.Generator) -> Case:
    alpha = draw(st.sampled_from([None, 1.5]))
    return Case([spread(rng, *dims(draw))], lambda g, x: g.Swish(x, alpha=alpha), [0], 24)


@case("Selu", "Celu", "ThresholdedRelu")
def sloped(draw: Draw, rng: np.random.Generator, op_type: str) -> Case:
    """(ONNX's Celu knows float32 only: the output is stated.)"""
    alpha = draw(st.sampled_from([None, 0.75]))
    return Case([spread(rng, *dims(draw))], lambda g, x: g.emit(op_type, [x], like=x, alpha=alpha), [0])


@case("Shrink")
def shrink(draw: Draw, rng: np.random.Generator) -> Case:
    attributes: dict[str, Any] = draw(st.sampled_from([{}, {"bias": 0.25, "lambd": 0.75}]))
    return Case([spread(rng, *dims(draw))], lambda g, x: g.Shrink(x, **attributes), [0])


@case("PRelu")
def prelu(draw: Draw, rng: np.random.Generator) -> Case:
    shape = dims(draw)
    slope = [1 if maybe(draw) else d for d in shape][small(draw, 0, len(shape)) :]
    return Case([spread(rng, *shape), spread(rng, *slope)], lambda g, x, s: g.PRelu(x, s))


@case("Mod")
def mod(draw: Draw, rng: np.random.Generator) -> Case:
    a, b = broadcastable(draw, rng)
    return Case([a * 3.137, np.abs(b) + 0.511], lambda g, x, y: g.Mod(x, y, fmod=1))


@case("Mean")
def mean(draw: Draw, rng: np.random.Generator) -> Case:
    shape = dims(draw)
    return Case([spread(rng, *shape), spread(rng, *shape[1:]), spread(rng, *shape)], lambda g, *xs: g.Mean(*xs))


@case("ReduceProd", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp")
def reduction(draw: Draw, rng: np.random.Generator, op_type: str) -> Case:
    """In both forms: axes as an attribute (opset 17) and as an input (18)."""
    shape, keep, opset = dims(draw), small(draw, 0, 1), draw(st.sampled_from([17, 18]))
    axes = draw(st.one_of(st.none(), st.lists(st.integers(0, len(shape) - 1), min_size=1, unique=True)))
    x = spread(rng, *shape)
    if op_type == "ReduceLogSum":
        x = np.abs(x) + 0.1
    if op_type == "ReduceProd" and maybe(draw):
        x.reshape(-1)[: small(draw, 1, 2)] = 0

    return Case([x], lambda g, value: reduced(g, op_type, value, axes, keep), [0] if maybe(draw) else [], opset)
