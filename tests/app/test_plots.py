"""Series and ticks: bounded, smooth, readable."""

from __future__ import annotations

import numpy as np
import pytest

from app.panels.fuzzy import nearest_layer, score
from app.plots.series import Series, log_ticks, tick_text
from app.worker.progress import Progress, duration
from app.worker.protocol import portable, received, thumbnail
from nodes.example import new
from runtime.events import EpochDone, Started


def test_a_series_stays_bounded_and_keeps_its_shape():
    series = Series(most=100)
    for i in range(0, 10_000, 7):
        series.add(np.arange(i, i + 7), np.arange(i, i + 7) * 2.0)
    assert 50 <= len(series) <= 100
    assert np.allclose(series.y, 2 * series.x)
    assert series.x[-1] > 9_800


def test_a_series_leaves_out_what_is_not_finite():
    series = Series()
    series.add([1, 2, 3], [0.5, np.nan, np.inf])
    assert list(series.y) == [0.5]


def test_the_mean_is_smoother_and_as_long():
    series = Series()
    series.add(np.arange(500), np.random.default_rng(0).normal(size=500))
    assert len(series.smooth()) == 500 and series.smooth().std() < series.y.std() / 2


def test_a_mean_of_few_points_stays_near_them():
    series = Series()
    series.add([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 2.0 ** -np.arange(10))
    assert np.allclose(series.smooth(), series.y)
    series.cut(4)
    assert list(series.x) == [1, 2, 3, 4]


def test_epochs_of_a_file_are_not_mixed_with_the_batches_after_them():
    series = Series()
    series.add(np.arange(1, 20), 2.0 ** -np.arange(19))
    series.add(19 + np.arange(1, 101) / 100, np.random.default_rng(0).normal(size=100))
    smooth = series.smooth()
    assert np.allclose(smooth[:18], series.y[:18]) and smooth[30:].std() < series.y[30:].std() / 2


def test_ticks():
    assert log_ticks(0.02, 2.5) == [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2]
    assert log_ticks(2.4, 4.8) == [3, 4] and log_ticks(0.6, 0.99) == pytest.approx([0.6, 0.7, 0.8, 0.9])
    assert len(log_ticks(1e-9, 1e3)) <= 7
    assert [tick_text(v) for v in (0.05, 2, 1e-6)] == ["0.05", "2", "1e−6"]


def test_fuzzy():
    assert score("trp", "Train or pause") > 0
    assert score("zzz", "Train or pause") == 0
    assert score("tidy", "Tidy") > score("tidy", "This is dirty")
    assert nearest_layer("desne") == "Dense"


def test_progress_and_time_left():
    progress = Progress()
    progress.start(Started(step=0, epoch=0, target=10, samples=100, batches=10))
    progress.clock(True, 0.0)
    assert progress.preparing
    progress.advance(1, 1, 30.0)  # what came before the first step is no slowness
    progress.advance(3, 1, 30.4)
    assert not progress.preparing and progress.seconds_left is None
    progress.advance(6, 1, 31.0)
    assert progress.batch == 6 and progress.seconds_left == 94 / progress.speed
    assert progress.speed == pytest.approx(5.0)
    progress.epoch_ended(EpochDone(10, 1, 0.1, None, None, None, 1.0))
    progress.advance(10, 1, 2.0)
    assert progress.epochs == 1 and progress.share == 0.1
    assert [duration(s) for s in (0.2, 42, 200, 4000)] == ["1 s", "42 s", "3 min 20 s", "1 h 6 min"]


def test_a_run_that_goes_on_inside_an_epoch_stands_in_it():
    progress = Progress()
    progress.start(Started(step=35, epoch=3, target=10, samples=100, batches=10, batch=5))
    assert progress.preparing and progress.epochs == 3.5
    progress.advance(36, 4, 0.0)
    assert progress.epochs == pytest.approx(3.6)


def test_documents_cross_the_pipe():
    import pickle

    document = new("lenet")
    assert document.order() and document.wires_into  # what it caches cannot be pickled
    assert received(pickle.loads(pickle.dumps(portable(document)))) == document


def test_thumbnails_are_small():
    assert thumbnail(np.zeros((512, 224, 224), np.float32)).shape == (64, 56, 56)
    assert thumbnail(np.zeros(10)).shape == (10,)
