"""A training split cut down to a few labels, as many of each class."""

from __future__ import annotations

import numpy as np

from runtime.data.idx_set import few


def test_each_class_gives_as_many_and_the_draw_hangs_on_the_seed() -> None:
    labels = np.repeat(np.arange(10), 50)
    found = few(labels, 100, 1)
    assert np.bincount(labels[found]).tolist() == [10] * 10
    assert (np.diff(found) > 0).all()
    assert (found == few(labels, 100, 1)).all() and (found != few(labels, 100, 2)).any()


def test_what_does_not_divide_evenly_differs_by_one() -> None:
    counts = np.bincount(np.repeat(np.arange(10), 50)[few(np.repeat(np.arange(10), 50), 43, 0)])
    assert counts.sum() == 43 and set(counts.tolist()) == {4, 5}
