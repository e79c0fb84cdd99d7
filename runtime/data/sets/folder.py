"""A folder of pictures as a dataset: one subfolder a class.

All pictures get the first one's size (or the option `size`), and are grey if all are grey, RGB otherwise. Every fifth
picture, drawn by a fixed seed so that it never trains, is the test split.
"""

from __future__ import annotations

import math
import os
from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from runtime.data import pictures
from runtime.data.dataset import Dataset, DatasetInfo, Floats, Split, with_validation
from runtime.data.naming import Option, Reference, is_path
from runtime.data.registry import Family, dataset
from runtime.data.sets.npz import is_npz
from runtime.data.sets.text import is_text
from runtime.data.splits import TEST_DIVISOR, TEST_SEED, VALIDATION_DIVISOR, hold_out, quotas
from runtime.errors import DataError, counted

LIMIT = 4 << 30  # bytes that the samples of one folder may take in memory
Stamp = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Listing:
    """The pictures of a folder, by class: `files[c]` are those of `classes[c]`. Sorted, so the same everywhere."""

    classes: tuple[str, ...]
    files: tuple[tuple[Path, ...], ...]

    @property
    def paths(self) -> list[Path]:
        return [path for files in self.files for path in files]


@dataclass(frozen=True)
class Look:
    """A listing, and the shape that its samples will have."""

    listing: Listing
    first: tuple[int, int]  # width and height
    grey: bool


def stamp(folder: str) -> Stamp:
    """The subfolders and when each was last changed: adding, removing or renaming a picture shows here."""
    try:
        with os.scandir(folder) as entries:
            folders = [entry for entry in entries if entry.is_dir() and not entry.name.startswith((".", "__"))]
            found = [(entry.name, entry.stat().st_mtime_ns) for entry in folders]
    except FileNotFoundError as error:
        raise DataError(f"The folder ‘{folder}’ does not exist: check its name.") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise DataError(f"‘{folder}’ cannot be read as a folder: give a folder with one subfolder a class.") from error
    if not found:
        raise DataError(f"The folder ‘{folder}’ has no subfolders: put the pictures in one subfolder a class.")
    return tuple(sorted(found))


@lru_cache(maxsize=8)
def listing(folder: str, when: Stamp) -> Listing:
    """The pictures in `folder`, scanned anew only if its stamp `when` is new."""
    classes = tuple(name for name, _ in when)
    if len(classes) == 1:
        one = f"has one class, ‘{classes[0]}’, and telling classes apart takes two"
        raise DataError(f"The folder ‘{folder}’ {one}: put the pictures of each class in a subfolder of its own.")
    files = tuple(_pictures(Path(folder, name)) for name in classes)
    total, needed = sum(map(len, files)), 6
    if total < needed:
        why = f"three splits need {needed} at least"
        raise DataError(f"The folder ‘{folder}’ holds {counted(total, 'picture')}, and {why}: add some.")
    test, validation, _ = _sizes([len(found) for found in files])
    if not test or not validation:
        raise DataError(f"The folder ‘{folder}’ has too few pictures a class to hold some out: add some.")
    return Listing(classes, files)


def _pictures(folder: Path) -> tuple[Path, ...]:
    try:
        names = sorted(name for name in os.listdir(folder) if not name.startswith("."))
    except OSError as error:
        raise DataError(f"The folder ‘{folder}’ cannot be read: check its permissions.") from error
    found = tuple(folder / name for name in names if name.lower().endswith(pictures.SUFFIXES))
    if not found:
        kinds = "PNG, JPEG, BMP, GIF, WebP, TIFF"
        raise DataError(f"The class folder ‘{folder}’ holds no pictures ({kinds}): put some in it, or remove it.")
    return found


def _sizes(counts: list[int]) -> tuple[int, int, int]:
    """(test, validation, training) sizes, given the pictures of each class: as the draws will give, without drawing."""
    test = quotas(counts, TEST_DIVISOR)
    rest = [count - held for count, held in zip(counts, test, strict=True)]
    validation = sum(quotas(rest, VALIDATION_DIVISOR))
    return sum(test), validation, sum(rest) - validation


@lru_cache(maxsize=8)
def _look(folder: str, when: Stamp, first_changed: int) -> Look:
    found = listing(folder, when)
    headers = (pictures.header(path) for path in found.paths)
    first = next(headers)
    # grey needs every header, but the first coloured one settles it
    return Look(found, (first.width, first.height), first.grey and all(header.grey for header in headers))


def look(folder: str) -> Look:
    """The pictures and their shape. Kept while no folder, and not the picture that sets the size, has changed."""
    when = stamp(folder)
    try:
        first_changed = listing(folder, when).files[0][0].stat().st_mtime_ns
    except OSError:  # a dangling link; opening it says so
        first_changed = 0
    return _look(folder, when, first_changed)


def read(found: Look, size: tuple[int, int]) -> Floats:
    """All pictures, float32 (N, 1 or 3, height, width)."""
    paths = found.listing.paths
    shape = (len(paths), 1 if found.grey else 3, size[1], size[0])
    if 4 * math.prod(shape) > LIMIT:
        room = f"{4 * math.prod(shape) / 2**30:.1f} GiB, more than the {LIMIT / 2**30:.1f} GiB allowed"
        raise DataError(
            f"{len(paths)} pictures of {size[0]}×{size[1]} take {room}: add ‘:size=64’ to the folder’s name."
        )
    samples = np.empty(shape, np.float32)
    for row, path in zip(samples, paths, strict=True):
        with pictures.opened(path) as image:
            row[...] = pictures.pixels(image, size, found.grey)
    return samples


@dataset
class Folder(Family):
    """Any other path is its name."""

    name = "folder"
    listed = False
    options = (Option("size", 0, 0, 4096, "Width and height of every picture; 0 takes the first one's."),)

    def claims(self, base: str) -> bool:
        return is_path(base) and not is_npz(base) and not is_text(base)

    def describe(self, reference: Reference) -> DatasetInfo:
        found = look(os.path.abspath(reference.base))
        width, height = self._size(reference, found)
        test, validation, train = _sizes([len(files) for files in found.listing.files])
        return DatasetInfo(
            name=reference.name,
            title=Path(os.path.abspath(reference.base)).name,
            sample_shape=(1 if found.grey else 3, height, width),
            classes=found.listing.classes,
            target_shape=(),
            train_size=train,
            validation_size=validation,
            test_size=test,
            help="Pictures from a folder, one subfolder a class.",
            source=reference.base,
            licence="As the owner of the pictures gives it",
        )

    def load(self, reference: Reference, seed: int) -> Dataset:
        found = look(os.path.abspath(reference.base))
        labels = np.repeat(np.arange(len(found.listing.classes)), [len(files) for files in found.listing.files])
        whole = Split(read(found, self._size(reference, found)), labels.astype(np.int64))
        training, test = hold_out(whole.labels, TEST_DIVISOR, TEST_SEED, "test")
        return with_validation(self.describe(reference), whole.take(training), whole.take(test), seed)

    def fingerprint(self, reference: Reference) -> Hashable:
        """Every picture's date and size: loading is slow enough that asking all of them is cheap beside it."""
        folder = os.path.abspath(reference.base)
        paths = listing(folder, stamp(folder)).paths
        stats = [path.stat() for path in paths if path.exists()]
        return folder, tuple(map(str, paths)), tuple((stat.st_mtime_ns, stat.st_size) for stat in stats)

    def _size(self, reference: Reference, found: Look) -> tuple[int, int]:
        side = reference.options["size"]
        return (side, side) if side else found.first
