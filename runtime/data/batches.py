"""Which samples meet in which batch. Drawn from (seed, epoch) alone, so an epoch resumes without the ones before it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from runtime.randomness import generator

Indices = npt.NDArray[np.int64]


def order(n: int, seed: int, epoch: int) -> Indices:
    """The order in which epoch `epoch` (counted from 1) visits `n` samples: a permutation, int64 (n,)."""
    if epoch < 1:
        raise ValueError(f"epochs are counted from 1, not {epoch}")
    return generator(seed, "shuffle", epoch).permutation(n).astype(np.int64)


def batches(n: int, batch_size: int, seed: int, epoch: int) -> list[Indices]:
    """The epoch's batches, each int64 (batch_size,): every sample once, the last batch as short as it comes."""
    if batch_size < 1:
        raise ValueError(f"a batch has at least one sample, not {batch_size}")
    shuffled = order(n, seed, epoch)
    return [shuffled[start : start + batch_size] for start in range(0, n, batch_size)]


def in_order(n: int, batch_size: int) -> list[Indices]:
    """An epoch's batches in the samples' own order, the same in every epoch."""
    return [np.arange(start, min(start + batch_size, n), dtype=np.int64) for start in range(0, n, batch_size)]


def streams(n: int, batch_size: int) -> list[Indices]:
    """An epoch's batches of samples that follow one another, for a state that is carried from batch to batch: `batch_size`
    equal streams side by side, each batch the next sample of every stream. The last ``n % batch_size`` samples are left out.
    """
    length = n // batch_size
    return [np.arange(batch_size, dtype=np.int64) * length + step for step in range(length)]
