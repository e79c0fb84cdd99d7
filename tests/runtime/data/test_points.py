"""The 2-D sets: their shapes in the plane, their halves, their noise."""

from __future__ import annotations

import numpy as np
import pytest

from runtime.data import Split, load

CLASSIFIED = ("circle", "xor", "gauss", "spiral")
PREDICTED = ("plane", "multi-gauss")


def signs(split: Split) -> np.ndarray:
    return np.where(split.labels == 1, 1, -1)


@pytest.mark.parametrize("name", CLASSIFIED)
@pytest.mark.parametrize("seed", range(3))
def test_each_half_has_both_classes_evenly(name: str, seed: int) -> None:
    found = load(f"{name}:seed={seed}")
    assert np.bincount(found.train.labels).tolist() == [125, 125]
    assert np.bincount(found.test.labels).tolist() == [125, 125]
    assert found.validation is found.test
    assert found.info.classes == ("−1", "+1")


@pytest.mark.parametrize("name", [*CLASSIFIED, *PREDICTED])
def test_points_lie_in_the_square_and_come_from_the_option_seed_alone(name: str) -> None:
    found = load(name)
    assert 4 < np.abs(found.train.samples).max() <= 6
    assert load(name, seed=5).train.samples.tolist() == found.train.samples.tolist()
    if name != "spiral":  # it has nothing to draw without noise
        assert load(f"{name}:seed=1").train.samples.tolist() != found.train.samples.tolist()


@pytest.mark.parametrize("name", [*CLASSIFIED, *PREDICTED])
def test_halves_share_no_point_of_the_whole(name: str) -> None:
    found = load(f"{name}:noise=10")
    both = np.concatenate([found.train.samples, found.test.samples])
    assert len(np.unique(both, axis=0)) == 500


@pytest.mark.parametrize("name", [*CLASSIFIED, *PREDICTED])
@pytest.mark.parametrize("noise", [25, 50])
def test_noise_changes_points_or_labels(name: str, noise: int) -> None:
    calm, noisy = load(name), load(f"{name}:noise={noise}")
    assert len(noisy.train) == len(noisy.test) == 250
    same_points = calm.train.samples.tolist() == noisy.train.samples.tolist()
    assert not (same_points and calm.train.labels.tolist() == noisy.train.labels.tolist())


def test_odd_points_of_each_arm_of_the_spiral_train() -> None:
    found = load("spiral")
    for split, start in ((found.train, 1), (found.test, 0)):
        along = np.arange(start, 250, 2) / 250
        angle = 3.5 * np.pi * along
        arm = (5 * along * np.stack([np.sin(angle), np.cos(angle)])).T
        for label, expected in ((1, arm), (0, -arm)):
            found_arm = split.samples[split.labels == label]
            outward = found_arm[np.linalg.norm(found_arm, axis=1).argsort()]
            np.testing.assert_allclose(outward, expected, atol=1e-6)


def test_training_points_come_mixed() -> None:
    """The perceptron rule takes them as they come: with one class after the other it would seem to be right."""
    for name in CLASSIFIED:
        changes = np.count_nonzero(np.diff(load(name).train.labels))
        assert 90 < changes < 160
    quadrants = np.sign(load("xor").train.samples) @ [2, 1]
    assert 150 < np.count_nonzero(np.diff(quadrants)) < 220


def test_circle_and_xor_without_noise_are_exact() -> None:
    radius = np.linalg.norm(load("circle").train.samples, axis=1)
    assert ((radius < 3) == (load("circle").train.labels == 1)).all()
    assert not ((radius > 2.51) & (radius < 3.49)).any()
    xor = load("xor").train
    assert (np.sign(xor.samples.prod(axis=1)) == signs(xor)).all()
    assert np.abs(xor.samples).min() >= 0.3
    assert {tuple(point) for point in np.sign(xor.samples)} == {(1, 1), (1, -1), (-1, 1), (-1, -1)}


def test_the_clouds_of_gauss_lie_where_they_should() -> None:
    split = load("gauss").train
    middle = split.samples[split.labels == 1].mean(axis=0)
    np.testing.assert_allclose(middle, [2, 2], atol=0.25)
    assert 0.3 < split.samples[split.labels == 0].var(axis=0).mean() < 0.7
    wide = load("gauss:noise=50").train
    assert 3 < wide.samples[wide.labels == 0].var(axis=0).mean() < 5


def test_plane_and_hills_without_noise_are_their_formulas() -> None:
    plane = load("plane").train
    np.testing.assert_allclose(plane.labels, plane.samples.sum(axis=1, keepdims=True) / 10, atol=1e-6)
    hills = load("multi-gauss").train
    for (x, y), value in zip(hills.samples, hills.labels[:, 0], strict=True):
        centre = min(((cx, cy) for cx in (-4, 0, 4) for cy in (-2.5, 2.5)), key=lambda c: np.hypot(x - c[0], y - c[1]))
        sign = (-1 if centre[0] == 0 else 1) * (1 if centre[1] > 0 else -1)
        height = max(0.0, 1 - np.hypot(x - centre[0], y - centre[1]) / 2)
        assert value == pytest.approx(sign * height, abs=1e-5)
