"""Layers that reshape, cut and combine: their numbers against NumPy's, and what they refuse, in words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nodes.layer import LayerError, make
from runtime.engines import engine
from runtime.graph import Array, Graph, Value

X = np.arange(2 * 3 * 4 * 5, dtype=np.float64).reshape(2, 3, 4, 5)
MANY = {"Add", "Multiply", "Average", "Maximum", "Concatenate"}


def emitted(type: str, settings: dict[str, Any], *arrays: Array) -> tuple[Graph, Value]:
    """The layer on inputs of these arrays' shapes, with an open batch."""
    g = Graph(dtype=np.float64)
    values = [g.input("x", np.float64, ("N", *a.shape[1:])) for a in arrays]
    return g, make(type, settings).emit(g, *([values] if type in MANY else values))


def run(type: str, settings: dict[str, Any], *arrays: Array) -> Array:
    g, y = emitted(type, settings, *arrays)
    g.output(y)
    found = engine("numpy").load(g).run({v.name: a for v, a in zip(g.inputs, arrays, strict=True)})[y.name]
    assert found.shape[1:] == y.shape[1:]
    return found


def refusal(type: str, settings: dict[str, Any], *shapes: tuple[int, ...]) -> str:
    with pytest.raises(LayerError) as caught:
        emitted(type, settings, *(np.zeros((1, *shape)) for shape in shapes))
    return str(caught.value)


@pytest.mark.parametrize(
    ("type", "settings", "expected"),
    [
        ("Reshape", {"shape": (4, -1)}, X.reshape(2, 4, 15)),
        ("Reshape", {}, X.reshape(2, 60)),
        ("Permute", {"order": (2, 3, 1)}, X.transpose(0, 2, 3, 1)),
        ("Crop", {"margins": (1, 0, 2, 3)}, X[:, :, 1:2, 0:2]),
        ("Slice", {"start": 1}, X[:, 1:]),
        ("Slice", {"axis": -1, "start": -3, "stop": -1}, X[..., -3:-1]),
        ("Slice", {"axis": 2, "start": 1, "stop": 4, "step": 2}, X[:, :, 1:4:2]),
        ("Slice", {"axis": 3, "start": -1}, X[..., -1:]),
    ],
)
def test_reshaping_and_cutting_is_numpys(type: str, settings: dict[str, Any], expected: Array) -> None:
    np.testing.assert_array_equal(run(type, settings, X), expected)


@pytest.mark.parametrize(("fill", "mode"), [("zeros", "constant"), ("reflect", "reflect"), ("edge", "edge")])
def test_pad_is_numpys(fill: str, mode: Any) -> None:
    found = run("Pad", {"margins": (1, 3, 2, 0), "fill": fill}, X)
    np.testing.assert_array_equal(found, np.pad(X, ((0, 0), (0, 0), (1, 2), (3, 0)), mode=mode))


def test_a_side_of_one_is_repeated() -> None:
    """C×1×1 meets C×H×W map by map, 1×H×W place by place."""
    scale, place = X[:, :, :1, :1] - 2, X[:, :1]
    np.testing.assert_array_equal(run("Multiply", {}, X, scale), X * scale)
    np.testing.assert_array_equal(run("Add", {}, X, scale, place), X + scale + place)
    np.testing.assert_array_equal(run("Subtract", {}, scale, place), scale - place)
    np.testing.assert_allclose(run("Average", {}, X, scale, place), (X + scale + place) / 3)
    np.testing.assert_array_equal(run("Maximum", {}, X, 60 - X, place), np.maximum(np.maximum(X, 60 - X), place))


def test_concatenate_along_any_axis() -> None:
    np.testing.assert_array_equal(run("Concatenate", {}, X, X[:, :1]), np.concatenate([X, X[:, :1]], 1))
    np.testing.assert_array_equal(run("Concatenate", {"axis": -1}, X, X[..., :2]), np.concatenate([X, X[..., :2]], 3))
    steps = X[:, 0]
    np.testing.assert_array_equal(run("Concatenate", {}, steps, steps), np.concatenate([steps, steps], 2))
    longer = np.concatenate([steps, steps[:, :1]], 1)
    np.testing.assert_array_equal(run("Concatenate", {"axis": 1}, steps, steps[:, :1]), longer)


def test_dot_is_the_scalar_product_and_normalised_the_cosine() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.standard_normal((2, 6, 5))
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    np.testing.assert_allclose(run("Dot", {}, a, b)[:, 0], (a * b).sum(1))
    np.testing.assert_allclose(run("Dot", {"normalize": True}, a, b)[:, 0], (a * b).sum(1) / lengths)
    np.testing.assert_allclose(run("Dot", {"normalize": True}, a, -3 * a)[:, 0], -np.ones(6))
    assert run("Dot", {"normalize": True}, np.zeros((1, 3)), np.zeros((1, 3))) == 0
    s, t = rng.standard_normal((2, 4, 5)), rng.standard_normal((2, 3, 5))
    np.testing.assert_allclose(run("Dot", {}, s, t), np.einsum("nsk,ntk->nst", s, t))


@pytest.mark.parametrize(
    ("type", "settings", "shapes", "sentence"),
    [
        (
            "Add", {}, [(4, 7, 6), (4, 7, 5)],
            "its inputs are 4×7×6 and 4×7×5, and Add takes equal shapes (a side of 1 is repeated): make them the same.",
        ),
        (
            "Multiply", {}, [(4, 7, 6), (4,)],
            "its inputs are 4×7×6 and 4, and Multiply takes equal shapes (a side of 1 is repeated): insert a Reshape that "
            "gives the smaller one sides of 1.",
        ),
        (
            "Concatenate", {"axis": 2}, [(4, 7), (5, 7)],
            "its inputs are 4×7 and 5×7, and they may differ in axis 2 alone: make the rest equal.",
        ),
        (
            "Concatenate", {"axis": 3}, [(4, 7), (5, 7)],
            "its input is 4×7 per sample and has no axis 3: choose 1 to 2, or −1 to −2 from the back.",
        ),
        (
            "Dot", {}, [(4,), (5,)],
            "its inputs are 4 and 5 per sample, and Dot takes two vectors (or two sequences) with equally many features: "
            "put a Dense before one of them.",
        ),
        (
            "Reshape", {"shape": (7, -1)}, [(4, 5)],
            "its input is 4×5 per sample, 20 numbers, and 7×−1 does not hold as many: choose sides whose product is 20.",
        ),
        (
            "Reshape", {"shape": (-1, -1)}, [(4, 5)],
            "its shape is −1×−1, and it takes one to four sides of at least 1, one of them perhaps −1: mend it.",
        ),
        (
            "Permute", {"order": (2, 1)}, [(4, 5, 6)],
            "its input is 4×5×6 per sample and its order 2×1: give each of the axes 1, 2, 3 once.",
        ),
        (
            "Crop", {"margins": (3, 0, 2, 0)}, [(1, 5, 6)],
            "its input is 1×5×6 per sample, and cutting off 3 + 2 rows and 0 + 0 columns leaves nothing: choose smaller "
            "margins.",
        ),
        (
            "Pad", {"margins": (0, 6, 0, 0), "fill": "reflect"}, [(1, 5, 6)],
            "its input is 1×5×6 per sample, and a mirrored margin must be smaller than the picture: keep top and bottom "
            "below 5, left and right below 6.",
        ),
        (
            "Slice", {"start": 5, "stop": 2}, [(8, 3)],
            "its input is 8×3 per sample, and nothing is left of its 8 places from 5 to 2: choose a stop behind the start.",
        ),
    ],
)  # fmt: skip
def test_refusals_say_both_shapes_and_what_to_do(type: str, settings: Any, shapes: Any, sentence: str) -> None:
    assert refusal(type, settings, *shapes) == sentence


def test_arithmetic_puts_numbers_in() -> None:
    g, y = emitted("Crop", {"margins": (1, 0, 2, 3)}, X)
    crop = make("Crop", {"margins": (1, 0, 2, 3)})
    assert crop.arithmetic({"x": g.inputs[0]}, y) == [("height", "4 − 1 − 2", "1"), ("width", "5 − 0 − 3", "2")]
    g, y = emitted("Dot", {}, X[:, 0], X[:, 1, :3])
    dot, inputs = make("Dot", {}), dict(zip("ab", g.inputs, strict=True))
    assert dot.arithmetic(inputs, y) == [("mult-adds", "4·3·5", "60")]
    assert dot.multiply_adds(inputs, y) == 60
