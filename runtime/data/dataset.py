"""What a dataset is: samples and labels in three splits, and a description that is known without loading them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from runtime.data.splits import VALIDATION_DIVISOR, hold_out, strata

Floats = npt.NDArray[np.float32]
Labels = npt.NDArray[Any]  # int64 class indices, or float32 targets


def times(shape: Sequence[int]) -> str:
    """A shape in words: ``1×28×28``."""
    return "×".join(map(str, shape)) or "a single number"


@dataclass(frozen=True, eq=False)
class Split:
    """Samples float32 (N, *shape) in [0, 1] (or points in the plane, or whole numbers that count symbols); labels int64 (N, …),
    or float32 (N, k) to predict.

    The arrays are shared by everyone who loaded the dataset, so they are made read-only."""

    samples: Floats
    labels: Labels

    def __post_init__(self) -> None:
        if len(self.samples) != len(self.labels):
            raise ValueError(f"{len(self.samples)} samples, {len(self.labels)} labels")
        if self.samples.dtype != np.float32 or self.labels.dtype not in (np.int64, np.float32):
            raise TypeError(f"samples are {self.samples.dtype}, labels {self.labels.dtype}")
        self.samples.flags.writeable = False
        self.labels.flags.writeable = False

    def __len__(self) -> int:
        return len(self.samples)

    def take(self, indices: npt.NDArray[np.int64]) -> Split:
        """The samples at `indices`, in their order, as a split of its own."""
        return Split(self.samples[indices], self.labels[indices])

    @property
    def nbytes(self) -> int:
        return self.samples.nbytes + self.labels.nbytes


@dataclass(frozen=True)
class DatasetInfo:
    """What is known of a dataset without loading it. `classes` () means regression; `target_shape` is one label's:
    () for a class index, (H, W) for a class for every pixel, (steps,) for one at each step, (k,) for k numbers. `symbols` are
    what a sample's numbers count, where they are no measurements (the characters of a text), and `continues` says that each
    step's label is the next step's symbol. Sizes are None where counting them would mean loading."""

    name: str
    title: str
    sample_shape: tuple[int, ...]
    classes: tuple[str, ...]
    target_shape: tuple[int, ...]
    train_size: int | None
    validation_size: int | None
    test_size: int | None
    help: str
    source: str
    licence: str
    symbols: tuple[str, ...] = ()
    continues: bool = False


@dataclass(frozen=True, eq=False)
class Dataset:
    """Three splits. The test split is for `evaluate` alone; in the 2-D sets it is the validation split itself."""

    info: DatasetInfo
    train: Split
    validation: Split
    test: Split

    @property
    def nbytes(self) -> int:
        return self.train.nbytes + self.validation.nbytes + self.test.nbytes


def assemble(info: DatasetInfo, train: Split, validation: Split, test: Split) -> Dataset:
    """A dataset whose description has the sizes that were really found."""
    info = replace(info, train_size=len(train), validation_size=len(validation), test_size=len(test))
    return Dataset(info, train, validation, test)


def unsplit(info: DatasetInfo, whole: Split) -> Dataset:
    """A dataset that is too small to be split: training, validation and test are all of it."""
    return assemble(info, whole, whole, whole)


class Takeable(Protocol):
    """Labelled samples of which some can be taken as a split."""

    @property
    def labels(self) -> npt.NDArray[Any]: ...

    def take(self, indices: npt.NDArray[np.int64]) -> Split: ...


def with_validation(
    info: DatasetInfo, training: Takeable, test: Split, seed: int, divisor: int = VALIDATION_DIVISOR
) -> Dataset:
    """A dataset whose validation split is drawn from the training samples by `seed`: one in `divisor`, stratified."""
    kept, held = hold_out(strata(training.labels), divisor, seed, "validation")
    return assemble(info, training.take(kept), training.take(held), test)
