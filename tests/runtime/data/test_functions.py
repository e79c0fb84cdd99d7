"""Functions of one variable, and the slanted cloud."""

from __future__ import annotations

import math

import numpy as np
import pytest

from runtime.data import load

FORMULAS = {
    "sine": math.sin,
    "sine-7x": lambda x: math.sin(7 * x),
    "step": lambda x: float(x >= 0),
    "bump": lambda x: float(-0.3 < x < 0.3),
    "square": lambda x: x * x,
    "abs": abs,
}


@pytest.mark.parametrize("name", FORMULAS)
def test_points_lie_on_the_function_and_cover_its_range(name: str) -> None:
    found = load(name)
    for split in (found.train, found.test):
        wanted = [[FORMULAS[name](x)] for x in split.samples[:, 0].tolist()]
        np.testing.assert_allclose(split.labels, wanted, atol=1e-5)
    every = np.sort(np.concatenate([found.train.samples, found.test.samples]), axis=0)[:, 0]
    reach = math.pi if name == "sine" else 1
    np.testing.assert_allclose(every, np.linspace(-reach, reach, 200), atol=1e-6)
    assert (np.diff(found.train.samples[:, 0]) < 0).sum() > 20  # mixed


def test_noise_and_count_are_what_the_options_say() -> None:
    calm, noisy = load("abs:count=4000"), load("abs:count=4000,noise=50")
    assert len(calm.train) == 2000 and (noisy.train.samples == calm.train.samples).all()
    assert 0.45 < (noisy.train.labels - calm.train.labels).std() < 0.55


@pytest.mark.parametrize("percent", [-80, 0, 90])
def test_the_cloud_has_the_correlation_that_was_asked_for(percent: int) -> None:
    found = load(f"correlated:correlation={percent},seed=4")
    points = np.concatenate([found.train.samples, found.test.samples])
    assert abs(np.corrcoef(points.T)[0, 1] - percent / 100) < 0.1
    np.testing.assert_allclose(points.mean(axis=0), [2, 1], atol=0.25)
    np.testing.assert_allclose(points.std(axis=0), [2, 1], atol=0.15)
    assert 0.4 < found.train.labels.mean() < 0.6


def test_the_cloud_is_cut_along_its_long_axis() -> None:
    split = load("correlated").train
    away = split.samples - np.array([2, 1])
    ones, zeros = away[split.labels == 1], away[split.labels == 0]
    apart = ones.mean(axis=0) - zeros.mean(axis=0)
    sizes, axes = np.linalg.eigh(np.cov(away.T))
    across, along = np.abs(apart @ axes) / np.sqrt(sizes)  # in deviations: a Gaussian's halves are 1.6 apart
    assert across > 1.4 and along < 0.4 and apart[1] > 0
