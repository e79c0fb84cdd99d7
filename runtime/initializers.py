"""First numbers of a weight: initializers by name, drawn from a seed and the parameter's key.

A few take one number (a deviation, a limit, a gain): it stands behind the name, ``normal:0.05``.
Drawn in float64 and rounded to the wanted type, so a float32 and a float64 graph start from the same numbers. Fans: a
matrix is (in, out); of higher rank it is (out, in, *kernel), and both fans count the kernel; a vector counts itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from runtime.errors import GraphError, unknown
from runtime.graph import Array, Parameter
from runtime.randomness import generator
from runtime.settings import Setting

#: The initializer whose numbers stand behind its name, all of them.
NUMBERS = "numbers"
#: From a generator, a shape and the initializer's number.
Draw = Callable[[np.random.Generator, tuple[int, ...], float], Array]


@dataclass(frozen=True)
class Initializer:
    """One way to begin: its name, formula and source in words, `draw(generator, shape, number) -> float64 array`, and the
    number that it takes, if it takes one."""

    name: str
    help: str
    draw: Draw
    number: Setting | None = None


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
    name, _, given = parameter.init.partition(":")
    if name == NUMBERS:
        return _frozen(np.array(given.split(), np.float64).reshape(parameter.shape), dtype)
    known = INITIALIZERS | PECULIAR
    if name not in known:
        raise GraphError(f"{parameter.name}: {unknown('initializer', name, INITIALIZERS)}")
    chosen = known[name]
    number = float(given) if given else chosen.number.default if chosen.number else 0.0
    numbers = chosen.draw(generator(seed, "initial", parameter.key), parameter.shape, number)
    return _frozen(numbers, dtype)


def _frozen(numbers: Array, dtype: DTypeLike) -> Array:
    array = np.array(numbers, dtype=dtype)
    array.flags.writeable = False
    return array


def written(numbers: Sequence[float]) -> str:
    """What `Parameter.init` has where every first number is given, in the order of the parameter's elements."""
    return f"{NUMBERS}:{' '.join(map(repr, numbers))}"


def named(name: str, number: float = 0.0) -> str:
    """`name` with its number as `Parameter.init` has it; 0 is the usual one. Raises `GraphError` for a number that the
    initializer does not take."""
    takes = INITIALIZERS[name].number if name in INITIALIZERS else None
    if number == 0:
        return name
    if takes is None:
        raise GraphError(f"the initializer {name} takes no number, and {number:g} was given: set it to 0.")
    if not takes.low <= number <= takes.high:
        words = f"between {takes.low:g} and {takes.high:g}, or to 0, the usual {takes.default:g}"
        raise GraphError(f"the {takes.name} of the initializer {name} is {number:g}: set it {words}.")
    return f"{name}:{number!r}"


def _filled(rng: np.random.Generator, shape: tuple[int, ...], number: float) -> Array:
    return np.full(shape, number)


def _normal(deviation: Callable[[tuple[int, ...]], float]) -> Draw:
    return lambda rng, shape, number: rng.standard_normal(shape) * deviation(shape)


def _uniform(limit: Callable[[tuple[int, ...]], float]) -> Draw:
    return lambda rng, shape, number: (rng.random(shape) * 2.0 - 1.0) * limit(shape)


def _orthogonal(rng: np.random.Generator, shape: tuple[int, ...], gain: float) -> Array:
    """Rows, or columns where there are fewer, of length `gain` and at right angles; a filter is one row."""
    rows = shape[0] if len(shape) > 1 else 1
    columns = math.prod(shape) // max(rows, 1)
    q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
    q = q * np.where(np.diag(r) < 0, -1.0, 1.0)  # else QR's own signs would favour some rotations
    result: Array = gain * (q if rows >= columns else q.T).reshape(shape)
    return result


def _forget_gate(rng: np.random.Generator, shape: tuple[int, ...], number: float) -> Array:
    """Zeros, and `number` for the forget gate: ONNX's B (directions, 8 · hidden), gates i, o, f, c beside x, then beside h."""
    hidden = shape[-1] // 8
    bias = np.zeros(shape)
    bias[..., 2 * hidden : 3 * hidden] = number
    return bias


def _by_fan_in(variance: float) -> Callable[[tuple[int, ...]], float]:
    return lambda shape: math.sqrt(variance / fans(shape)[0])


def _by_fan_sum(variance: float) -> Callable[[tuple[int, ...]], float]:
    return lambda shape: math.sqrt(variance / sum(fans(shape)))


_DEVIATION = Setting("deviation", 0.01, 1e-12, 1000.0, "The standard deviation.")
_LIMIT = Setting("limit", 0.05, 1e-12, 1000.0, "The largest absolute value.")
_CONSTANT = Setting("number", 0.1, -1000.0, 1000.0, "What every weight begins as.")
_GAIN = Setting("gain", 1.0, 1e-12, 1000.0, "The length of each row or column; √2 suits ReLU.")
_LECUN = "LeCun et al., Efficient BackProp, 1998"
_GLOROT = "Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010"
_HE = "He et al., Delving Deep into Rectifiers, 2015"

INITIALIZERS: dict[str, Initializer] = {
    i.name: i
    for i in (
        Initializer("zeros", "All 0: biases. Weights that all start equal stay equal.", lambda r, s, n: np.zeros(s)),
        Initializer("ones", "All 1: scales, and the forget gate's bias.", lambda r, s, n: np.ones(s)),
        Initializer("constant", "All the same number, and equal weights stay equal.", _filled, _CONSTANT),
        Initializer(
            "normal", "N(0, σ²), whatever the layer's size: the slides' plain Gaussian 0.01·N(0,1), which dies out in deep "
            "networks; Krizhevsky 2012.", lambda rng, shape, number: rng.standard_normal(shape) * number, _DEVIATION,
        ),
        Initializer(
            "uniform", "U(−a, a), whatever the layer's size.",
            lambda rng, shape, number: (rng.random(shape) * 2.0 - 1.0) * number, _LIMIT,
        ),
        Initializer(
            "lecun_normal", f"N(0, 1 / fan_in): what the slides call Xavier, N(0,1)/√fan_in; {_LECUN}.",
            _normal(_by_fan_in(1.0)),
        ),
        Initializer("lecun_uniform", f"U(±√(3 / fan_in)): {_LECUN}.", _uniform(_by_fan_in(3.0))),
        Initializer("glorot_uniform", f"U(±√(6 / (fan_in + fan_out))): {_GLOROT}.", _uniform(_by_fan_sum(6.0))),
        Initializer(
            "glorot_normal", f"N(0, 2 / (fan_in + fan_out)): the slides' 2/(in+out); {_GLOROT}.", _normal(_by_fan_sum(2.0))
        ),
        Initializer(
            "he_normal", f"N(0, 2 / fan_in), for ReLU: the slides' MSR, N(0,1)·√(2/fan_in); {_HE}.", _normal(_by_fan_in(2.0))
        ),
        Initializer("he_uniform", f"U(±√(6 / fan_in)), for ReLU: {_HE}.", _uniform(_by_fan_in(6.0))),
        Initializer(
            "orthogonal", "A rotation: lengths stay as they are, however deep. Saxe et al., Exact solutions to the nonlinear "
            "dynamics of learning in deep linear neural networks, 2014.", _orthogonal, _GAIN,
        ),
    )
}

#: For tensors of a layout of their own, so that no other layer offers them.
PECULIAR: dict[str, Initializer] = {
    "forget_gate": Initializer(
        "forget_gate", "The bias of an LSTM, all 0 but the forget gate's 1, so that it begins by remembering. Gers et al., "
        "Learning to forget, 2000; Jozefowicz et al., 2015.", _forget_gate,
        Setting("bias", 1.0, -100.0, 100.0, "What the forget gate's bias begins as."),
    )
}
