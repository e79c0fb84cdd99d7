"""Codes drawn from Gaussians: their spread, and their divergence from N(0, 1) by an integral."""

from __future__ import annotations

import numpy as np
import pytest

from nodes.pictures.worked import run


def test_the_draws_have_the_mean_and_the_variance_that_are_given() -> None:
    count = 40_000
    mean, log_variance = np.full((count, 1), 1.5), np.full((count, 1), np.log(4.0))
    drawn = run("GaussianSample", mean, log_variance, training=True)[0]
    assert drawn.mean() == pytest.approx(1.5, abs=0.03)
    assert drawn.std() == pytest.approx(2.0, abs=0.03)


def test_the_finished_model_gives_the_mean() -> None:
    mean = np.array([[0.25, -1.0]])
    assert (run("GaussianSample", mean, np.array([[3.0, -2.0]]))[0] == mean).all()


@pytest.mark.parametrize(("mean", "log_variance"), [(0.0, 0.0), (1.2, -0.8), (-2.0, 1.0)])
def test_the_divergence_is_the_integral(mean: float, log_variance: float) -> None:
    z = np.linspace(-30, 30, 200_001)
    log_p = -0.5 * (z - mean) ** 2 / np.exp(log_variance) - 0.5 * log_variance
    log_q = -0.5 * z**2
    p = np.exp(log_p) / np.sqrt(2 * np.pi)
    expected = float((p * (log_p - log_q)).sum() * (z[1] - z[0]))
    found = run("GaussianDivergence", np.array([[mean]]), np.array([[log_variance]]))[0]
    assert float(found) == pytest.approx(expected, abs=1e-6)
