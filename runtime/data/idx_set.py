"""A dataset in MNIST's form: four IDX files, grey pictures of 28×28 in ten classes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from runtime.data.bytes import Bytes
from runtime.data.dataset import Dataset, DatasetInfo, Labels, assemble, times, with_validation
from runtime.data.idx import read_idx
from runtime.data.naming import Option, Reference
from runtime.data.owned import Download, Owned
from runtime.data.splits import VALIDATION_DIVISOR, Indices, share
from runtime.errors import DataError
from runtime.randomness import generator

TRAINING = ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz")
TEST = ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")

TOTAL = 60_000  # pictures for training and validation


def downloads(base: str, *files: tuple[str, str, int]) -> tuple[Download, ...]:
    """What stands under the address `base`: names, SHA-256 and sizes."""
    return tuple(Download(base + name, sha256, size) for name, sha256, size in files)


def read_pair(images_path: Path, labels_path: Path) -> Bytes:
    """The images and labels of one pair of files, which must fit each other."""
    images, labels = read_idx(images_path, 3), read_idx(labels_path, 1)
    if images.shape[1:] != (28, 28):
        raise DataError(f"‘{images_path}’: its images are {times(images.shape[1:])}, not 28×28: download it again.")
    if len(images) != len(labels):
        counts = f"{len(images)} images, and ‘{labels_path.name}’ {len(labels)} labels"
        raise DataError(f"‘{images_path}’ holds {counts}: download both again.")
    if not len(labels) or labels.max() > 9:
        found = f"the label {labels.max()}" if len(labels) else "no labels"
        raise DataError(f"‘{labels_path}’ holds {found}, not classes from 0 to 9: download it again.")
    return Bytes(images, labels)


def few(labels: Labels, count: int, seed: int) -> Indices:
    """`count` indices into `labels` (N,), the classes in turn, drawn by `seed`."""
    drawn = generator(seed, "few").permutation(len(labels))
    rank = np.zeros(len(labels), np.int64)  # of each sample among those of its class
    for label in np.unique(labels):
        members = drawn[labels[drawn] == label]
        rank[members] = np.arange(len(members))
    return np.sort(np.lexsort((labels, rank))[:count]).astype(np.int64)


class IdxSet(Owned):
    """Its four files have MNIST's names, gzipped, or unpacked and without ``.gz``."""

    options = (
        Option("train", 0, 0, 59_000, "How many pictures train, as many of each class while there are enough. 0: all."),
        Option(
            "validation", VALIDATION_DIVISOR, 2, 60, "One picture in so many only judges during training: 60 lets 59,000 train."
        ),
    )
    title: str
    what: str  # its name in sentences
    classes: tuple[str, ...]
    help: str
    source: str
    licence: str

    def describe(self, reference: Reference) -> DatasetInfo:
        held = share(TOTAL, reference.options["validation"])
        return DatasetInfo(
            name=reference.name,
            title=self.title,
            sample_shape=(1, 28, 28),
            classes=self.classes,
            target_shape=(),
            train_size=min(reference.options["train"] or TOTAL, TOTAL - held),
            validation_size=held,
            test_size=10_000,
            help=self.help,
            source=self.source,
            licence=self.licence,
        )

    def load(self, reference: Reference, seed: int) -> Dataset:
        train_images, train_labels, test_images, test_labels = self.files()
        training, test = read_pair(train_images, train_labels), read_pair(test_images, test_labels)
        count, divisor = reference.options["train"], reference.options["validation"]
        found = with_validation(self.describe(reference), training, test.split(), seed, divisor)
        if not count:
            return found
        return assemble(found.info, found.train.take(few(found.train.labels, count, seed)), found.validation, found.test)

    def files(self) -> list[Path]:
        place = self.folder()
        found = [self._found(name) for name in TRAINING + TEST]
        missing = [name for name, path in zip(TRAINING + TEST, found, strict=True) if path is None]
        if missing:
            lacks = "does not exist" if not place.is_dir() else f"lacks {', '.join(missing)}"
            what = f"put {self.what}’s {', '.join(TRAINING + TEST)} there" if not place.is_dir() else "put them there"
            other = f"fetch them (netwright data fetch {self.name}), or use ‘digits’, which is built in"
            raise DataError(f"Dataset ‘{self.name}’: the folder ‘{place}’ {lacks}: {what}, {other}.")
        return [path for path in found if path]

    def missing(self) -> list[Download]:
        return [file for file in self.downloads if not self._found(file.name)]

    def _found(self, name: str) -> Path | None:
        paths = (self.folder() / name, self.folder() / name.removesuffix(".gz"))
        return next((path for path in paths if path.is_file()), None)
