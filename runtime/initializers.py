"""First numbers of a weight: initializers by name, drawn from a seed and the parameter's key.

Drawn in float64 and rounded to the wanted type, so a float32 and a float64 graph start from the same numbers. Fans: a
matrix is (in, out); of higher rank it is (out, in, *kernel), and both fans count the kernel; a vector counts itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from runtime.errors import GraphError, unknown
from runtime.graph import Array, Parameter
from runtime.randomness import generator

Draw = Callable[[np.random.Generator, tuple[int, ...]], Array]


@dataclass(frozen=True)
class Initializer:
    """One way to begin: its name, formula and source in words, and `draw(generator, shape) -> float64 array`."""

    name: str
    help: str
    draw: Draw


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """(fan in, fan out): how many numbers one output sums over, and how many outputs one input reaches. At least 1."""
    if len(shape) < 2:
        n = max(1, math.prod(shape))
        return n, n
    if len(shape) == 2:
        return max(1, shape[0]), max(1, shape[1])
    kernel = math.prod(shape[2:])
    return max(1, shape[1] * kernel), max(1, shape[0] * kernel)


def draw(parameter: Parameter, seed: int, dtype: DTypeLike = np.float32) -> Array:
    """The first numbers of `parameter`, shape ``parameter.shape``, read-only: always the same for the same seed and
    key.

    Raises `GraphError` if its initializer has no known name.
    """
    if parameter.init not in INITIALIZERS:
        raise GraphError(f"{parameter.name}: {unknown('initializer', parameter.init, INITIALIZERS)}")
    numbers = INITIALIZERS[parameter.init].draw(generator(seed, "initial", parameter.key), parameter.shape)
    array = np.array(numbers, dtype=dtype)
    array.flags.writeable = False
    return array


def _filled(number: float) -> Draw:
    return lambda rng, shape: np.full(shape, number)


def _normal(deviation: Callable[[tuple[int, ...]], float]) -> Draw:
    return lambda rng, shape: rng.standard_normal(shape) * deviation(shape)


def _uniform(limit: Callable[[tuple[int, ...]], float]) -> Draw:
    return lambda rng, shape: (rng.random(shape) * 2.0 - 1.0) * limit(shape)


def _by_fan_in(variance: float) -> Callable[[tuple[int, ...]], float]:
    return lambda shape: math.sqrt(variance / fans(shape)[0])


def _by_fan_sum(variance: float) -> Callable[[tuple[int, ...]], float]:
    return lambda shape: math.sqrt(variance / sum(fans(shape)))


_LECUN = "LeCun et al., Efficient BackProp, 1998"
_GLOROT = "Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010"
_HE = "He et al., Delving Deep into Rectifiers, 2015"

INITIALIZERS: dict[str, Initializer] = {
    i.name: i
    for i in (
        Initializer("zeros", "All 0: biases. Weights that all start equal stay equal.", _filled(0.0)),
        Initializer("ones", "All 1: scales, and the forget gate's bias.", _filled(1.0)),
        Initializer("normal", "N(0, 0.01²), whatever the layer's size: Krizhevsky 2012.", _normal(lambda s: 0.01)),
        Initializer("uniform", "U(−0.05, 0.05), whatever the layer's size.", _uniform(lambda s: 0.05)),
        Initializer("lecun_normal", f"N(0, 1 / fan_in): {_LECUN}.", _normal(_by_fan_in(1.0))),
        Initializer("glorot_uniform", f"U(±√(6 / (fan_in + fan_out))): {_GLOROT}.", _uniform(_by_fan_sum(6.0))),
        Initializer("glorot_normal", f"N(0, 2 / (fan_in + fan_out)): {_GLOROT}.", _normal(_by_fan_sum(2.0))),
        Initializer("he_normal", f"N(0, 2 / fan_in), for ReLU: {_HE}.", _normal(_by_fan_in(2.0))),
        Initializer("he_uniform", f"U(±√(6 / fan_in)), for ReLU: {_HE}.", _uniform(_by_fan_in(6.0))),
    )
}
