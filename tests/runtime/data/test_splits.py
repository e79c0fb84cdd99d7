"""Held-out samples and batches: who is in, in which order, and that a seed decides it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.data import Split, batches, order
from runtime.data.splits import hold_out, quotas, share

COUNTS = st.lists(st.integers(0, 60), min_size=1, max_size=12)


@settings(deadline=None)  # the machine may be busy
@given(COUNTS, st.sampled_from([5, 10]))
def test_quotas_are_in_proportion_and_spare_the_last_of_a_class(counts: list[int], divisor: int) -> None:
    held = quotas(counts, divisor)
    assert sum(held) <= share(sum(counts), divisor)
    for count, quota in zip(counts, held, strict=True):
        assert count // divisor <= quota <= count // divisor + 1
        assert quota < count or count == quota == 0
    if min(counts) >= 2:
        assert sum(held) == share(sum(counts), divisor)


def test_the_largest_remainders_get_what_is_left() -> None:
    assert quotas([15, 19, 11, 5], 10) == [2, 2, 1, 0]
    assert quotas([1, 1, 1, 1, 1], 5) == [0, 0, 0, 0, 0]


@settings(deadline=None)  # the machine may be busy
@given(st.lists(st.integers(0, 4), min_size=1, max_size=80), st.integers(0, 5))
def test_held_out_samples_are_a_stratified_partition(labels: list[int], seed: int) -> None:
    given_labels = np.array(labels)
    kept, held = hold_out(given_labels, 5, seed, "test")
    assert sorted([*kept, *held]) == list(range(len(labels)))
    wanted = quotas(np.bincount(given_labels).tolist(), 5)
    assert np.bincount(given_labels[held], minlength=len(wanted)).tolist() == wanted


def test_a_seed_decides_what_is_held_out() -> None:
    labels = np.arange(200) % 4
    first, again, other = (hold_out(labels, 10, seed, "validation")[1] for seed in (1, 1, 2))
    assert first.tolist() == again.tolist() != other.tolist()


@settings(deadline=None)  # the machine may be busy
@given(st.integers(0, 70), st.integers(1, 80), st.integers(0, 9), st.integers(1, 9))
def test_an_epoch_visits_each_sample_once(n: int, size: int, seed: int, epoch: int) -> None:
    found = batches(n, size, seed, epoch)
    assert all(len(batch) == size for batch in found[:-1])
    assert len(found) == -(-n // size)
    assert sorted(index for batch in found for index in batch) == list(range(n))
    assert [index for batch in found for index in batch] == order(n, seed, epoch).tolist()


def test_the_order_is_fixed_by_seed_and_epoch() -> None:
    assert order(8, seed=0, epoch=1).dtype == np.int64
    # written down: a change here would make every saved run resume differently
    assert order(8, seed=0, epoch=1).tolist() == ORDER
    assert order(50, 0, 1).tolist() != order(50, 0, 2).tolist() != order(50, 1, 2).tolist()


ORDER = [3, 6, 4, 0, 5, 2, 7, 1]


def test_mistakes_of_the_program_are_refused() -> None:
    with pytest.raises(ValueError, match="counted from 1, not 0"):
        order(8, 0, 0)
    with pytest.raises(ValueError, match="at least one sample, not 0"):
        batches(8, 0, 0, 1)
    with pytest.raises(ValueError, match="2 samples, 3 labels"):
        Split(np.zeros((2, 2), np.float32), np.zeros(3, np.int64))
    with pytest.raises(TypeError, match="samples are float64, labels int64"):
        Split(np.zeros((2, 2)), np.zeros(2, np.int64))  # type: ignore[arg-type]
