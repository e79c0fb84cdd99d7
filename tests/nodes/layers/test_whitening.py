"""Whitening: afterwards the covariance is the identity, fitted in parts as in one piece, and to the training split."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nodes import edits
from nodes.example import new
from nodes.layer import LayerError
from nodes.layers.whitening import Whitening
from nodes.training import Run
from runtime.engines import engine
from runtime.graph import Array, Graph

RNG = np.random.default_rng(8)
#: Correlated numbers with a mean far from 0, as pictures have it.
CORRELATED = RNG.standard_normal((500, 6)) @ RNG.standard_normal((6, 6)) + 40


def whitened(layer: Whitening, x: Array, parts: int = 3) -> tuple[Array, dict[str, Array]]:
    g = Graph(dtype=np.float64)
    value = g.input("x", np.float64, ("N", *x.shape[1:]))
    y = g.output(layer.emit(g, value))
    found = layer.fit(np.array_split(x, parts), value)
    return engine("numpy").load(g).run({"x": x, **{n: a.astype(np.float64) for n, a in found.items()}})[y.name], found


@pytest.mark.parametrize("form", ["PCA", "ZCA"])
@pytest.mark.parametrize("shape", [(6,), (3, 2), (1, 2, 3)])
def test_the_covariance_becomes_the_identity(form: str, shape: tuple[int, ...]) -> None:
    y, _ = whitened(Whitening(form=form, epsilon=0), CORRELATED.reshape(-1, *shape))
    assert y.shape == ((500, 6) if form == "PCA" else (500, *shape))
    flat = y.reshape(500, 6)
    np.testing.assert_allclose(flat.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(np.cov(flat.T, bias=True), np.eye(6), atol=1e-4)


def test_two_correlated_numbers_by_hand() -> None:
    """Covariance [[5, 4], [4, 5]]: variances 9 and 1 along (1, 1)/√2 and (1, −1)/√2; ZCA's matrix is [[2, −1], [−1, 2]] / 3."""
    root = np.sqrt([[4.5, 0.5]])
    x = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]]) * root @ [[1, 1], [1, -1]] + [7.0, 3.0]
    np.testing.assert_allclose(np.cov(x.T, bias=True), [[5, 4], [4, 5]])
    found = whitened(Whitening(form="ZCA", epsilon=0), x)[1]
    np.testing.assert_allclose(found["mean"], [7, 3], rtol=1e-6)
    np.testing.assert_allclose(found["matrix"], np.array([[2, -1], [-1, 2]]) / 3, atol=1e-6)
    pca = whitened(Whitening(form="PCA", epsilon=0, components=1), x)[1]
    np.testing.assert_allclose(pca["matrix"], np.array([[1], [1]]) / np.sqrt(2) / 3, atol=1e-6)


def test_components_are_the_strongest_and_epsilon_tames_the_weak() -> None:
    variances, directions = np.linalg.eigh(np.cov(CORRELATED.T, bias=True))
    y, _ = whitened(Whitening(form="PCA", components=2, epsilon=0.5), CORRELATED)
    expected = (CORRELATED - CORRELATED.mean(0)) @ directions[:, :-3:-1] / np.sqrt(variances[:-3:-1] + 0.5)
    np.testing.assert_allclose(np.abs(y), np.abs(expected), rtol=1e-3, atol=1e-4)
    kept, _ = whitened(Whitening(components=2, epsilon=0), CORRELATED)
    np.testing.assert_allclose(np.cov(kept.T, bias=True), directions[:, -2:] @ directions[:, -2:].T, atol=1e-4)


def test_numbers_that_never_vary_give_zero() -> None:
    """As the black corners of digits: no division by nothing, with and without epsilon."""
    x = np.concatenate([CORRELATED, np.full((500, 2), 0.3)], axis=1)
    for epsilon in (0.0, 1e-5):
        y, found = whitened(Whitening(epsilon=epsilon), x)
        assert np.isfinite(found["matrix"]).all()
        np.testing.assert_allclose(y[:, 6:], 0, atol=1e-4)
        np.testing.assert_allclose(y[:, :6].std(axis=0), 1, atol=1e-2)


def test_parts_do_not_matter() -> None:
    one, many = (whitened(Whitening(), CORRELATED, parts)[1] for parts in (1, 13))
    for name in one:
        np.testing.assert_allclose(one[name], many[name], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("settings", "shape", "sentence"),
    [
        (
            {}, (3, 64, 64),
            "its input is 3×64×64 per sample, 12,288 numbers, and it takes at most 4,096 (it learns a square of them): make "
            "the picture smaller before it.",
        ),
        (
            {"components": 7}, (6,),
            "its input is 6 per sample, 6 numbers, and 7 components are to be kept of them: keep 6 or fewer.",
        ),
    ],
)  # fmt: skip
def test_refusals(settings: dict[str, Any], shape: tuple[int, ...], sentence: str) -> None:
    g = Graph()
    with pytest.raises(LayerError) as caught:
        Whitening(**settings).emit(g, g.input("x", np.float32, ("N", *shape)))
    assert str(caught.value) == sentence


def test_data_without_a_covariance_are_refused() -> None:
    broken = CORRELATED.copy()
    broken[7, 2] = np.nan
    with pytest.raises(LayerError, match="training data hold NaN or infinity"):
        whitened(Whitening(), broken)


def test_it_is_fitted_to_the_training_split_before_the_first_step() -> None:
    document = new("playground")
    document, id = edits.add(document, "Whitening", settings={"epsilon": 0})
    document = edits.insert_node(document, document.wires[0], id)
    run = Run(document, threads=2)
    x, weights = run.dataset.train.samples, run.document().weights
    y = (x - weights[f"{id}/mean"]) @ weights[f"{id}/matrix"]
    np.testing.assert_allclose(np.cov(y.T, bias=True), np.eye(2), atol=1e-4)
