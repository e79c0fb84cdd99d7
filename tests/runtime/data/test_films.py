"""Films of a drifting dot: the dot goes where its class says, and one picture alone does not tell."""

from __future__ import annotations

import numpy as np

from runtime.data import describe, load
from runtime.data.sets.films import DIRECTIONS, SIDE


def test_a_description_keeps_its_promise() -> None:
    info, found = describe("films:count=200"), load("films:count=200")
    assert found.info == info and len(found.train) == 180 and len(found.validation) == 20 and len(found.test) == 40
    assert found.train.samples.shape[1:] == info.sample_shape == (1, 6, 16, 16) and info.target_shape == ()
    assert found.train.samples.min() >= 0 and found.train.samples.max() <= 1
    assert not np.array_equal(found.train.samples[:40], found.test.samples)
    assert np.array_equal(found.test.samples, load("films:count=200").test.samples)


def test_the_dot_drifts_as_its_class_says() -> None:
    split, ways = load("films:count=400,noise=0").train, list(DIRECTIONS.values())
    for film, label in zip(split.samples[:, 0], split.labels, strict=True):
        places = np.array([np.unravel_index(picture.argmax(), picture.shape) for picture in film])
        steps = (np.diff(places, axis=0) + 1) % SIDE - 1
        assert {tuple(step) for step in steps.tolist()} == {ways[label]}


def test_where_the_dot_is_says_nothing_of_its_class() -> None:
    split = load("films:count=4000,noise=0").train
    for k in range(len(DIRECTIONS)):
        assert np.abs(split.samples[split.labels == k].mean((0, 1, 2)) - split.samples.mean((0, 1, 2))).max() < 0.05
