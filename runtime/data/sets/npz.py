"""An .npz file of the user's as a dataset: its path is its name.

It holds ``x_train``, ``y_train`` and, if there are some, ``x_test``, ``y_test``; or ``samples`` and ``labels``. Without a
test set a fifth is held out, drawn by a fixed seed so that it never trains.
"""

from __future__ import annotations

import os
from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.data import arrays
from runtime.data.dataset import Dataset, DatasetInfo, Floats, Split, times, with_validation
from runtime.data.naming import Reference
from runtime.data.registry import Family, dataset
from runtime.data.splits import TEST_DIVISOR, TEST_SEED, VALIDATION_DIVISOR, hold_out, quotas, strata
from runtime.errors import DataError, counted
from runtime.obstacles import obstacle

Array = npt.NDArray[Any]
Shape = tuple[int, ...]
#: Names of samples and labels that train, and of those that test.
TRAINING = (("x_train", "y_train"), ("samples", "labels"), ("train_samples", "train_labels"), ("x", "y"))
TEST = (("x_test", "y_test"), ("test_samples", "test_labels"))
MOST_CLASSES = 10_000
FEWEST = 2


def is_npz(base: str) -> bool:
    return base.lower().endswith(".npz") and not os.path.isdir(base)


@dataclass(frozen=True)
class Look:
    """What is known of a file when its labels and the shape of its samples were read. `counts` are the samples of each class
    that train (one count where there are no classes); `test` None if a test set is to be held out."""

    training: tuple[str, str]
    test: tuple[str, str] | None
    sample: Shape
    classes: int
    target: Shape
    counts: tuple[int, ...]
    test_size: int


@lru_cache(maxsize=8)
def look(path: str, stamp: Hashable) -> Look:
    """The file's look, kept while its `stamp` stays."""
    headers = arrays.headers(Path(path))
    training = _pair(headers, TRAINING)
    test = _pair(headers, TEST)
    if training is None:
        held = f"the arrays {', '.join(headers)}" if headers else "no arrays"
        raise DataError(f"‘{path}’ holds {held}: call them x_train, y_train, x_test and y_test, or samples and labels.")
    pairs = [pair for pair in (training, test) if pair]
    shapes = [sample_shape(*headers[samples]) for samples, _ in pairs]
    _check(path, pairs, headers, shapes)
    found = [label_values(array, shapes[0]) for array in arrays.chosen(Path(path), [labels for _, labels in pairs])]
    classes = _classes(path, pairs, found)
    if len({array.shape[1:] for array in found}) > 1:
        raise DataError(f"‘{path}’: its labels for training and test have different shapes: give both one shape.")
    counts = tuple(np.bincount(strata(found[0])).tolist())
    return Look(training, test, shapes[0], classes, found[0].shape[1:], counts, len(found[1]) if test else 0)


def _pair(headers: dict[str, arrays.Header], known: tuple[tuple[str, str], ...]) -> tuple[str, str] | None:
    return next((pair for pair in known if all(name in headers for name in pair)), None)


def _check(path: str, pairs: list[tuple[str, str]], headers: dict[str, arrays.Header], shapes: list[Shape]) -> None:
    """Samples and labels come in pairs, and training and test samples have one shape."""
    for samples, labels in pairs:
        counts = [headers[name][0][0] if headers[name][0] else 0 for name in (samples, labels)]
        if counts[0] != counts[1]:
            each = f"{counted(counts[0], 'sample')} in {samples} and {counted(counts[1], 'label')} in {labels}"
            raise DataError(f"‘{path}’ holds {each}: give every sample its label.")
        if counts[0] < FEWEST:
            raise DataError(f"‘{path}’ holds {counted(counts[0], 'sample')} in {samples}: give at least {FEWEST}.")
    if len(set(shapes)) > 1:
        both = f"{times(shapes[0])} in {pairs[0][0]} and {times(shapes[1])} in {pairs[1][0]}"
        raise DataError(f"‘{path}’: its samples are {both}: give both one shape.")


def sample_shape(shape: Shape, kind: np.dtype[Any]) -> Shape:
    """One sample's shape. Bytes in three axes are grey pictures (other numbers: steps × features); channels come first, as
    everywhere in Netwright, where they stood last."""
    if len(shape) < 2:
        return (1,)
    if len(shape) == 3 and kind == np.uint8:
        return (1, *shape[1:])
    return (shape[3], *shape[1:3]) if channels_last(shape) else shape[1:]


def channels_last(shape: Shape) -> bool:
    return len(shape) == 4 and shape[3] in (1, 3) and shape[1] not in (1, 3)


def sample_values(array: Array) -> Floats:
    """Samples float32 (N, *sample_shape); bytes from 0 to 255 become 0 to 1, other numbers are as they are."""
    shape = sample_shape(array.shape, array.dtype)
    moved = np.moveaxis(array, 3, 1) if channels_last(array.shape) else array.reshape(-1, *shape)
    with np.errstate(over="ignore"):
        return np.divide(moved, np.float32(255), dtype=np.float32) if array.dtype == np.uint8 else moved.astype(np.float32)


def label_values(array: Array, sample: Shape) -> Array:
    """Whole numbers are classes: one a sample, or one for every pixel of its pictures; all else is numbers to predict."""
    whole = array.dtype.kind in "bui"
    if array.ndim == 2 and array.shape[1] == 1 and whole:
        array = array[:, 0]
    if whole and (array.ndim == 1 or (len(sample) == 3 and array.shape[1:] == sample[1:])):
        return array.astype(np.int64)
    with np.errstate(over="ignore"):
        return array.reshape(len(array), -1).astype(np.float32) if array.ndim < 2 else array.astype(np.float32)


def _classes(path: str, pairs: list[tuple[str, str]], found: list[Array]) -> int:
    """How many classes there are; 0 for a regression."""
    if found[0].dtype != np.int64:
        return 0
    low, high = min(int(array.min()) for array in found), max(int(array.max()) for array in found)
    if low < 0 or high >= MOST_CLASSES:
        odd, limit = (low, "from 0") if low < 0 else (high, f"to {MOST_CLASSES - 1:,} at most")
        raise DataError(f"‘{path}’ holds the label {odd} in {pairs[0][1]}: count classes {limit}, or give floats to predict.")
    if high == 0:
        raise DataError(f"‘{path}’ holds one class, 0, and telling classes apart takes two: check its labels.")
    return high + 1


@dataset
class Npz(Family):
    """Any path that ends in .npz is its name."""

    name = "npz"
    listed = False

    def claims(self, base: str) -> bool:
        return is_npz(base)

    def describe(self, reference: Reference) -> DatasetInfo:
        found = self._look(reference)
        left, held = list(found.counts), found.test_size
        if not found.test:
            quota = quotas(left, TEST_DIVISOR)
            left, held = [count - part for count, part in zip(left, quota, strict=True)], sum(quota)
        validation = sum(quotas(left, VALIDATION_DIVISOR))
        return DatasetInfo(
            name=reference.name,
            title=Path(reference.base).name,
            sample_shape=found.sample,
            classes=tuple(map(str, range(found.classes))),
            target_shape=found.target,
            train_size=sum(left) - validation,
            validation_size=validation,
            test_size=held,
            help="Samples and labels from an .npz file.",
            source=reference.base,
            licence="As the owner of the file gives it",
        )

    def load(self, reference: Reference, seed: int) -> Dataset:
        found = self._look(reference)
        pairs = [pair for pair in (found.training, found.test) if pair]
        splits = [self._split(reference, pair, found.sample) for pair in pairs]
        if found.test:
            training, test = splits
        else:
            kept, held = hold_out(strata(splits[0].labels), TEST_DIVISOR, TEST_SEED, "test")
            training, test = splits[0].take(kept), splits[0].take(held)
        return with_validation(self.describe(reference), training, test, seed)

    def _split(self, reference: Reference, pair: tuple[str, str], shape: Shape) -> Split:
        samples, labels = arrays.chosen(Path(reference.base), pair)
        split = Split(sample_values(samples), label_values(labels, shape))
        for array, what in ((split.samples, "sample"), (split.labels, "label")):
            bad = np.argwhere(~np.isfinite(array))
            if len(bad):
                number = f"{what} {bad[0][0] + 1} of {len(array)}"
                raise DataError(f"‘{reference.base}’: {number} holds NaN, infinity or too large a number: replace it.")
        return split

    def fingerprint(self, reference: Reference) -> Hashable:
        if why := obstacle(Path(reference.base), "an .npz file"):
            raise DataError(why)
        stat = os.stat(reference.base)
        return os.path.abspath(reference.base), stat.st_mtime_ns, stat.st_size

    def _look(self, reference: Reference) -> Look:
        return look(os.path.abspath(reference.base), self.fingerprint(reference))
