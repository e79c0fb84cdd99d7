"""Generated pictures: shapes with a class for every pixel, and noise of ImageNet's size."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from runtime.data import describe, load
from runtime.errors import DataError


@pytest.mark.parametrize("name", ["shapes:count=50", "shapes:size=24,count=50,colour=1", "synthetic-imagenet:size=32,count=16"])
def test_a_description_keeps_its_promise(name: str) -> None:
    info, found = describe(name), load(name)
    assert found.info == info
    for split in (found.train, found.validation, found.test):
        assert len(split) and split.samples.shape[1:] == info.sample_shape and split.labels.shape[1:] == info.target_shape
        assert split.labels.dtype == np.int64 and split.labels.min() >= 0 and split.labels.max() < len(info.classes)
        assert split.samples.min() >= 0 and split.samples.max() <= 1
    assert not np.array_equal(found.train.samples[: len(found.test)], found.test.samples)


def test_every_pixel_of_a_shape_is_bright_and_labelled() -> None:
    split = load("shapes:noise=0,count=60").train
    for image, labels in zip(split.samples[:, 0], split.labels, strict=True):
        assert image[labels == 0].max(initial=0) <= 0.5 and image[labels > 0].min() >= 0.55 - 1e-6
    share = np.bincount(split.labels.ravel(), minlength=4) / split.labels.size
    assert 0.6 < share[0] < 0.85 and share[1:].min() > 0.03


def test_labels_tell_the_forms_apart_by_how_far_they_reach() -> None:
    """The farthest point from the middle, in radii of a disc of the same area, however they are turned: a disc 1, a square
    √(π/2), an equilateral triangle √(4π/√27); measured on shapes that stand alone."""
    reach: dict[int, list[float]] = {1: [], 2: [], 3: []}
    for labels in load("shapes:size=64,count=200").train.labels:
        islands, count = ndimage.label(labels > 0)
        for number in range(1, count + 1):
            points = np.argwhere(islands == number)
            kinds = np.unique(labels[islands == number])
            if len(kinds) == 1 and len(points) > 100:
                away = np.linalg.norm(points - points.mean(axis=0), axis=1).max()
                reach[int(kinds[0])].append(float(away / np.sqrt(len(points) / np.pi)))
    wanted = {1: 1.0, 2: np.sqrt(np.pi / 2), 3: np.sqrt(4 * np.pi / np.sqrt(27))}
    for kind, found in reach.items():
        assert abs(np.median(found) - wanted[kind]) < 0.1


def test_options_change_the_pictures_and_the_validation_seed_does_not() -> None:
    first = load("shapes:count=20")
    assert load("shapes:count=20", seed=5).train.samples.tobytes() == first.train.samples.tobytes()
    assert load("shapes:count=20,seed=1").train.samples.tobytes() != first.train.samples.tobytes()


def test_pictures_that_would_not_fit_in_memory() -> None:
    with pytest.raises(DataError) as refusal:
        describe("shapes:size=512,count=2000")
    wanted = "2,400 pictures of 512×512 take 7.0 GiB, more than the 2 GiB allowed: make fewer or smaller ones."
    assert str(refusal.value) == f"Dataset ‘shapes’: {wanted}"


def test_the_large_classics_get_their_sizes() -> None:
    assert describe("synthetic-imagenet").sample_shape == (3, 224, 224)
    info = describe("synthetic-imagenet:size=227")
    assert info.sample_shape == (3, 227, 227) and len(info.classes) == 1000
