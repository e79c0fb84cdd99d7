"""The lectures' small samples: truth tables, worked examples, temperatures."""

from __future__ import annotations

import numpy as np
import pytest

from runtime.data import describe, load
from runtime.errors import DataError


@pytest.mark.parametrize(("name", "truth"), [
    ("and", lambda a, b: a and b), ("or", lambda a, b: a or b), ("xor-corners", lambda a, b: a != b),
])  # fmt: skip
def test_truth_tables_are_true_and_every_split_is_all_of_them(name: str, truth: object) -> None:
    for low, reference in ((0, name), (-1, f"{name}:signed=1")):
        found = load(reference)
        assert found.train is found.validation is found.test and found.info.train_size == 4
        assert {tuple(row) for row in found.train.samples.tolist()} == {(low, low), (low, 1), (1, low), (1, 1)}
        for (a, b), label in zip(found.train.samples.tolist(), found.train.labels.tolist(), strict=True):
            assert bool(label) == truth(a > 0, b > 0)  # type: ignore[operator]


def test_a_line_parts_and_and_or_but_no_line_parts_the_corners_of_xor() -> None:
    """Of all lines through a grid of weights; independent of the classes' names."""
    grid = np.stack(np.meshgrid(*[np.linspace(-2, 2, 17)] * 3), axis=-1).reshape(-1, 3)

    def parted(name: str) -> bool:
        split = load(name).train
        sides = split.samples @ grid[:, :2].T + grid[:, 2] > 0
        return bool((sides == (split.labels[:, None] == 1)).all(axis=0).any())

    assert parted("and") and parted("or:signed=1") and not parted("xor-corners") and not parted("xor-corners:signed=1")


def test_mazurs_numbers() -> None:
    split = load("mazur").train
    np.testing.assert_allclose(split.samples, [[0.05, 0.10]], atol=1e-7)
    np.testing.assert_allclose(split.labels, [[0.01, 0.99]], atol=1e-7)


def test_lees_targets_are_what_the_lectures_network_gives() -> None:
    split = load("lee").train
    x = split.samples.astype(np.float64)
    for w, b in (([[1, -2], [-1, 1]], [1, 0]), ([[2, -1], [-2, -1]], [0, 0]), ([[3, -1], [-1, 4]], [-2, 2])):
        x = 1 / (1 + np.exp(-(x @ np.array(w).T + b)))
    np.testing.assert_allclose(split.labels, x, atol=5e-5)


def test_the_lectures_temperatures() -> None:
    found = load("temperature")
    np.testing.assert_allclose(found.train.samples, [[73.8, 75.8, 78.2]], atol=1e-5)
    np.testing.assert_allclose(found.train.labels, [[80.8]], atol=1e-5)
    assert found.test is found.train


def test_a_series_is_split_in_time() -> None:
    found = load("temperature:days=400,seed=2")
    assert found.info == describe("temperature:days=400,seed=2")
    assert [len(found.train), len(found.validation), len(found.test)] == [320, 40, 40]
    days = np.concatenate([np.hstack([s.samples, s.labels]) for s in (found.train, found.validation, found.test)])
    assert (days[1:, :3] == days[:-1, 1:]).all()  # every sample goes on where the one before it stood
    assert 40 < days.mean() < 80 and 5 < days.std() < 15
    last = np.abs(days[:, 3] - days[:, 2]).mean()
    assert last < np.abs(days[:, 3] - days[:, 3].mean()).mean()  # today tells of tomorrow
    assert not np.array_equal(load("temperature:days=400,seed=3").train.samples, found.train.samples)


def test_a_series_too_short_to_split() -> None:
    with pytest.raises(DataError) as refusal:
        describe("temperature:days=19")
    assert str(refusal.value) == "Dataset ‘temperature’: days is ‘19’, and it takes 0, or a whole number from 20 on."
    assert [*map(len, (load("temperature:days=20").train, load("temperature:days=20").test))] == [16, 2]
