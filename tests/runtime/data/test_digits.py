"""The digits that come with Netwright."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from resources import datasets
from runtime.data import load
from runtime.data.sets import digits
from runtime.errors import DataError


def test_the_file_is_small_and_the_one_that_was_made() -> None:
    data = datasets.read(digits.FILE)
    assert len(data) < 2_000_000
    assert hashlib.sha256(data).hexdigest() == digits.SHA256


def test_each_class_has_its_share_of_every_split() -> None:
    found = load("digits", seed=3)
    assert np.bincount(found.train.labels).tolist() == [720] * 10
    assert np.bincount(found.validation.labels).tolist() == [80] * 10
    assert np.bincount(found.test.labels).tolist() == [200] * 10


def test_samples_are_pictures_from_black_to_white() -> None:
    found = load("digits")
    assert found.train.samples.shape == (7_200, 1, 28, 28)
    assert found.train.samples.min() == 0 and found.train.samples.max() == 1
    rim = found.test.samples[:, 0, 0]
    assert rim.mean() < 0.01 < found.test.samples.mean()


def test_classes_are_interleaved_as_in_the_files() -> None:
    assert (np.diff(load("digits").test.labels) == 0).mean() < 0.2


def test_the_seed_draws_validation_and_nothing_else() -> None:
    first, other = load("digits", seed=0), load("digits", seed=1)
    assert not np.array_equal(first.validation.samples, other.validation.samples)
    assert np.array_equal(first.test.samples, other.test.samples)
    assert load("digits", seed=1) is other


def test_a_damaged_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets, "read", lambda name: b"not it")
    with pytest.raises(DataError) as refusal:
        load("digits", seed=987)
    assert str(refusal.value) == "Dataset ‘digits’: its file digits.npz is damaged: install Netwright again."
