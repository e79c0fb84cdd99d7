"""Holding samples out of a set: stratified, drawn by a seed, the same on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.randomness import generator

Indices = npt.NDArray[np.int64]
VALIDATION_DIVISOR = 10  # validation is one sample in ten of the training samples
TEST_SEED = 0  # what tests must never train, whatever the seed
TEST_DIVISOR = 5  # where a source has no test set, one sample in five


def share(total: int, divisor: int) -> int:
    """How many of `total` samples one in `divisor` is, rounded to the nearest."""
    return (total + divisor // 2) // divisor


def quotas(counts: Sequence[int], divisor: int) -> list[int]:
    """How many samples to hold out of each class, given each class's count: the exact share in all, in proportion.

    What rounding leaves over goes to the largest remainders, and no class gives its last sample away: a class that is
    not trained on cannot be learned."""
    held = [count // divisor for count in counts]
    left = share(sum(counts), divisor) - sum(held)
    nearest = sorted(range(len(counts)), key=lambda c: (-(counts[c] % divisor), c))
    willing = [c for c in nearest if held[c] < counts[c] - 1]
    for c in willing[: max(0, left)]:
        held[c] += 1
    return held


def strata(labels: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """What keeps its shares in all splits (N,): the class, where a sample has one; else all samples are of one kind."""
    whole = labels.ndim == 1 and labels.dtype.kind in "iu"
    return labels.astype(np.int64) if whole else np.zeros(len(labels), np.int64)


def hold_out(labels: npt.NDArray[Any], divisor: int, seed: int, purpose: str) -> tuple[Indices, Indices]:
    """Indices (kept, held out) into `labels` int (N,), each ascending: one sample in `divisor` is held out.

    Each class has its own generator, so that adding a class leaves the draws of the others alone."""
    held = np.zeros(len(labels), bool)
    for label, quota in enumerate(quotas(np.bincount(labels).tolist(), divisor)):
        members = generator(seed, purpose, label).permutation(np.flatnonzero(labels == label))
        held[members[:quota]] = True
    return np.flatnonzero(~held).astype(np.int64), np.flatnonzero(held).astype(np.int64)
