"""The sampler of pictures against plain loops, on both engines."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from runtime.graph import Array, Graph
from runtime.ops.sampling import bilinear, pick
from tests.runtime.ops.support import interpret, run_onnxruntime

RNG = np.random.default_rng(4)
X = RNG.standard_normal((2, 3, 5, 4))


def _pixel(x: Array, n: int, c: int, row: int, column: int, mode: str) -> float:
    height, width = x.shape[2:]
    inside = 0 <= row < height and 0 <= column < width
    if not inside and mode == "constant":
        return 0.0
    return float(x[n, c, min(max(row, 0), height - 1), min(max(column, 0), width - 1)])


def _one(x: Array, n: int, c: int, row: float, column: float, mode: str) -> float:
    top, left = int(np.floor(row)), int(np.floor(column))
    down, across = row - top, column - left
    return (
        (1 - down) * (1 - across) * _pixel(x, n, c, top, left, mode)
        + (1 - down) * across * _pixel(x, n, c, top, left + 1, mode)
        + down * (1 - across) * _pixel(x, n, c, top + 1, left, mode)
        + down * across * _pixel(x, n, c, top + 1, left + 1, mode)
    )


def _by_loops(x: Array, rows: Array, columns: Array, mode: str) -> Array:
    places = np.broadcast_shapes(rows.shape, columns.shape)
    rows, columns = np.broadcast_to(rows, places), np.broadcast_to(columns, places)
    result = np.zeros((*x.shape[:2], *places[2:]))
    for n, c, i, j in np.ndindex(result.shape):
        result[n, c, i, j] = _one(x, n, c, rows[n, 0, i, j], columns[n, 0, i, j], mode)
    return result


def _both(rows: Array, columns: Array, dtype: Any, make: Any) -> list[Array]:
    g = Graph(dtype=dtype)
    x = g.input("x", dtype, ("N", *X.shape[1:]))
    places = [g.input(n, a.dtype, ("N", *a.shape[1:])) for n, a in (("rows", rows), ("columns", columns))]
    g.output(make(g, x, *places))
    feed = {"x": X.astype(dtype), "rows": rows, "columns": columns}
    return [interpret(g, feed)[0], run_onnxruntime(g, feed)[0]]


@pytest.mark.parametrize("mode", ["constant", "edge"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shapes", [((2, 1, 6, 7), (2, 1, 6, 7)), ((2, 1, 3, 1), (2, 1, 1, 4))])
def test_bilinear_is_the_weighted_mean_of_the_four_pixels_around(mode: str, dtype: Any, shapes: Any) -> None:
    """Inside, across the edge, and far outside."""
    rows, columns = (RNG.uniform(-3, 8, shape).astype(dtype) for shape in shapes)
    expected = _by_loops(X, rows, columns, mode)
    for found in _both(rows, columns, dtype, lambda g, x, r, c: bilinear(g, x, r, c, mode)):
        assert found.dtype == dtype
        np.testing.assert_allclose(found, expected, rtol=0, atol=2e-6 if dtype is np.float32 else 1e-13)


def test_bilinear_on_a_pixel_gives_that_pixel() -> None:
    rows, columns = np.arange(5.0).reshape(1, 1, -1, 1), np.arange(4.0).reshape(1, 1, 1, -1)
    for mode in ("constant", "edge"):
        rows2, columns2 = np.repeat(rows, 2, 0), np.repeat(columns, 2, 0)
        for found in _both(rows2, columns2, np.float64, lambda g, x, r, c, mode=mode: bilinear(g, x, r, c, mode)):
            np.testing.assert_array_equal(found, X)


def test_pick_takes_single_pixels() -> None:
    rows, columns = RNG.integers(0, 5, (2, 1, 3, 2)), RNG.integers(0, 4, (2, 1, 3, 2))
    expected = np.stack([X[n][:, rows[n, 0], columns[n, 0]] for n in range(2)])
    for found in _both(rows, columns, np.float64, pick):
        np.testing.assert_array_equal(found, expected)
