"""The random numbers inside the graph: right bits, the same in both engines, and random."""

from __future__ import annotations

from itertools import pairwise
from math import erf, sqrt

import numpy as np
import pytest

from runtime.graph import Array, Graph
from runtime.ops.random import normal, squares, uniform
from runtime.randomness import key as key_of
from tests.runtime.ops.support import interpret, run_onnxruntime

KEYS = (0xC8E4FD154CE32F6D, 0x548C9DECBCE65297, 0x9E3779B97F4A7C15)
COUNT = 65536


def _python_squares(key: int, counter: int) -> int:
    """Widynski's C, in whole numbers of any size."""
    mask = (1 << 64) - 1
    x = y = counter * key & mask
    z = (y + key) & mask
    for added in (y, z, y):
        x = (x * x + added) & mask
        x = (x >> 32 | x << 32) & mask
    return ((x * x + z) & mask) >> 32


def _graph(dtype: type, key: int) -> Graph:
    g = Graph(dtype=dtype)
    like = g.input("like", dtype, ("N", 4, 8))
    g.output(uniform(g, like, key, g.input("step", "int64", ())))
    return g


def drawn(key: int, step: int, count: int = COUNT, dtype: type = np.float32) -> Array:
    feed = {"like": np.zeros((count // 32, 4, 8), dtype), "step": np.array(step, np.int64)}
    return interpret(_graph(dtype, key), feed)[0].ravel()


@pytest.mark.parametrize("key", KEYS)
def test_reference_is_widynskis(key: int) -> None:
    counters = np.array([0, 1, 2, 77, (1 << 32) - 1, 1 << 32, (5 << 32) + 3, (1 << 64) - 1], np.uint64)
    assert squares(key, counters).tolist() == [_python_squares(key, int(c)) for c in counters]


@pytest.mark.parametrize("step", [0, 1, 123_456_789])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_operators_and_engines_give_equal_bits(dtype: type, step: int) -> None:
    counters = np.arange(96, dtype=np.uint64) + (np.uint64(step) << np.uint64(32))
    expected = (squares(KEYS[0], counters) >> 8) * 2.0**-24
    feed = {"like": np.zeros((3, 4, 8), dtype), "step": np.array(step, np.int64)}
    g = _graph(dtype, KEYS[0])
    for found in (interpret(g, feed)[0], run_onnxruntime(g, feed)[0]):
        assert (found.dtype, found.shape) == (np.dtype(dtype), (3, 4, 8))
        np.testing.assert_array_equal(found.ravel(), expected)


def test_any_key_is_taken_as_an_odd_word_of_64_bits() -> None:
    np.testing.assert_array_equal(drawn(KEYS[0] - 1, 3, 64), drawn(KEYS[0], 3, 64))
    np.testing.assert_array_equal(drawn(KEYS[0] + (1 << 64), 3, 64), drawn(KEYS[0], 3, 64))


@pytest.mark.parametrize("key", KEYS)
def test_numbers_are_uniform(key: int) -> None:
    u = drawn(key, 5)
    assert u.min() >= 0
    assert u.max() < 1
    assert abs(u.mean() - 0.5) < 4 / np.sqrt(12 * COUNT)
    assert abs(u.var() - 1 / 12) < 4 * np.sqrt(1 / 180 / COUNT)
    cells = np.bincount((u * 256).astype(int), minlength=256)
    chi2 = ((cells - COUNT / 256) ** 2).sum() / (COUNT / 256)
    assert 170 < chi2 < 350  # 255 degrees of freedom: mean 255, standard deviation 22.6


def _correlation(a: Array, b: Array) -> float:
    return abs(float(np.corrcoef(a, b)[0, 1])) * float(np.sqrt(len(a)))


def test_neighbours_steps_and_keys_are_independent() -> None:
    """Correlations in standard deviations: of neighbours, of neighbouring steps (also shifted), of two keys."""
    u = [drawn(KEYS[0], step).astype(float) for step in range(6)]
    other = drawn(KEYS[1], 0).astype(float)
    pairs = [(v[:-1], v[1:]) for v in u] + [(v[:-32], v[32:]) for v in u]
    pairs += list(pairwise(u)) + [(a[:-1], b[1:]) for a, b in pairwise(u)]
    pairs += [(u[0], other), (u[0][1:], other[:-1])]
    assert max(_correlation(a, b) for a, b in pairs) < 4


def test_one_element_over_the_steps_is_uniform_too() -> None:
    """What one neuron sees from update to update."""
    steps = np.arange(COUNT, dtype=np.uint64) << np.uint64(32)
    u = (squares(KEYS[2], steps + np.uint64(7)) >> 8) * 2.0**-24
    assert abs(u.mean() - 0.5) < 4 / np.sqrt(12 * COUNT)
    assert _correlation(u[:-1], u[1:]) < 4


# -- Gaussian numbers ------------------------------------------------------------------------------------------------
def _gaussian_graph(dtype: type, key: int) -> Graph:
    g = Graph(dtype=dtype)
    like = g.input("like", dtype, ("N", 5))
    g.output(normal(g, like, key, g.input("step", "int64", ())))
    return g


def gaussian(key: int, step: int, rows: int = 13001, dtype: type = np.float64) -> Array:
    feed = {"like": np.zeros((rows, 5), dtype), "step": np.array(step, np.int64)}
    return interpret(_gaussian_graph(dtype, key), feed)[0].ravel()


@pytest.mark.parametrize("rows", [1, 2, 7])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gaussians_are_box_and_mullers_on_both_engines(dtype: type, rows: int) -> None:
    """Odd and even counts; the formula written out in NumPy on the same uniform numbers."""
    count, half = 5 * rows, -(-5 * rows // 2)
    counters = np.arange(2 * half, dtype=np.uint64) + (np.uint64(9) << np.uint64(32))
    u, v = ((squares(KEYS[1], counters) >> 8) * 2.0**-24).reshape(2, half)
    radius = np.sqrt(-2 * np.log(1 - u))
    expected = np.concatenate([radius * np.cos(2 * np.pi * v), radius * np.sin(2 * np.pi * v)])[:count]
    feed = {"like": np.zeros((rows, 5), dtype), "step": np.array(9, np.int64)}
    g = _gaussian_graph(dtype, KEYS[1])
    for found in (interpret(g, feed)[0], run_onnxruntime(g, feed)[0]):
        assert (found.dtype, found.shape) == (np.dtype(dtype), (rows, 5))
        np.testing.assert_allclose(found.ravel(), expected, rtol=0, atol=4e-6 if dtype is np.float32 else 1e-14)


@pytest.mark.parametrize("key", KEYS)
def test_gaussians_have_the_moments_and_the_shape_of_the_normal_distribution(key: int) -> None:
    z = gaussian(key, 5)
    root = np.sqrt(len(z))
    assert np.isfinite(z).all() and abs(z).max() < 5.77
    assert abs(z.mean()) < 4 / root
    assert abs((z**2).mean() - 1) < 4 * np.sqrt(2) / root
    assert abs((z**3).mean()) < 4 * np.sqrt(15) / root
    assert abs((z**4).mean() - 3) < 4 * np.sqrt(96) / root
    share = np.arange(1, len(z) + 1) / len(z)
    below = np.array([0.5 * (1 + erf(x / sqrt(2))) for x in np.sort(z)])
    assert np.abs(below - share).max() * root < 1.95  # Kolmogorov and Smirnov: 1 in 1,000


def test_gaussians_of_neighbours_halves_steps_and_keys_are_independent() -> None:
    """Correlations of the numbers and of their squares, in standard deviations; a pair shares its radius."""
    z = [gaussian(KEYS[0], step) for step in range(4)]
    half, other = (len(z[0]) + 1) // 2, gaussian(KEYS[1], 0)
    pairs = [(v[:-1], v[1:]) for v in z] + [(v[: len(v) - half], v[half:]) for v in z]
    pairs += [*pairwise(z), *((a[:-1], b[1:]) for a, b in pairwise(z)), (z[0], other)]
    assert max(_correlation(a, b) for a, b in pairs) < 4
    assert max(_correlation(a**2, b**2) for a, b in pairs) < 4


# -- two layers of one network ---------------------------------------------------------------------------------------
def _streams(rows: int = 2001) -> dict[tuple[int, str, int], Array]:
    """What layers draw: seed, node and step differ by one at a time, as they do from run to run and layer to layer."""
    names = [(seed, node, step) for seed in (0, 1) for node in ("n1/noise", "n2/noise", "n1/rows") for step in (1, 2)]
    return {n: gaussian(key_of(n[0], n[1]) | 1, n[2], rows) for n in names}


def test_layers_seeds_and_steps_draw_independent_numbers() -> None:
    """Every stream has mean 0 and variance 1, and no two of them, in place or shifted by one, are correlated."""
    streams = list(_streams().values())
    count = len(streams[0])
    assert max(abs(z.mean()) for z in streams) < 4 / np.sqrt(count)
    assert max(abs(z.var() - 1) for z in streams) < 4 * np.sqrt(2 / count)
    pairs = [(a, b) for i, a in enumerate(streams) for b in streams[:i]]
    assert max(_correlation(a, b) for a, b in pairs) < 4.5
    assert max(_correlation(a[1:], b[:-1]) for a, b in pairs) < 4.5
    together = np.sum(streams, axis=0) / np.sqrt(len(streams))
    assert abs(together.var() - 1) < 4 * np.sqrt(2 / count)  # 12 independent ones add up to N(0, 12)


def test_a_step_later_or_resumed_the_engines_still_agree() -> None:
    """Far into a run, after any number of steps, ORT and NumPy draw the same; nothing is remembered between runs."""
    g = _gaussian_graph(np.float32, key_of(3, "n7/noise") | 1)
    for step in (1, 2, 10_000_000, (1 << 31) - 1):
        feed = {"like": np.zeros((400, 5), np.float32), "step": np.array(step, np.int64)}
        np.testing.assert_allclose(run_onnxruntime(g, feed)[0], interpret(g, feed)[0], rtol=0, atol=4e-6)
