"""The whole of MNIST, from the four files that the user has put in the data folder."""

from __future__ import annotations

import os
from collections.abc import Hashable
from pathlib import Path

from runtime.data.dataset import Dataset, DatasetInfo, times, with_validation
from runtime.data.idx import read_idx
from runtime.data.naming import Reference
from runtime.data.registry import Family, dataset
from runtime.data.sets.digits import CLASSES, Bytes
from runtime.errors import DataError

TRAINING = ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz")
TEST = ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")


def folder() -> Path:
    """Where MNIST's files belong: $NETWRIGHT_DATA/mnist, or the user's data folder."""
    chosen = os.environ.get("NETWRIGHT_DATA")
    if chosen:
        return Path(chosen, "mnist")
    from platformdirs import user_data_dir

    return Path(user_data_dir("netwright"), "mnist")


def files() -> list[Path]:
    """The four files, or a sentence that names the missing ones."""
    place = folder()
    missing = [name for name in TRAINING + TEST if not (place / name).is_file()]
    if missing:
        lacks = "does not exist" if not place.is_dir() else f"lacks {', '.join(missing)}"
        what = f"put MNIST’s {', '.join(TRAINING + TEST)} there" if not place.is_dir() else "put them there"
        raise DataError(f"Dataset ‘mnist’: the folder ‘{place}’ {lacks}: {what}, or use ‘digits’, which is built in.")
    return [place / name for name in TRAINING + TEST]


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
        raise DataError(f"‘{labels_path}’ holds {found}, not digits from 0 to 9: download it again.")
    return Bytes(images, labels)


@dataset
class Mnist(Family):
    """Described even where the files are missing: a network for it can be drawn before they are there."""

    name = "mnist"

    def describe(self, reference: Reference) -> DatasetInfo:
        return DatasetInfo(
            name=reference.name,
            title="MNIST (70,000 handwritten digits)",
            sample_shape=(1, 28, 28),
            classes=CLASSES,
            target_shape=(),
            train_size=54_000,
            validation_size=6_000,
            test_size=10_000,
            help="Grey pictures of handwritten digits, white on black. Its four files are yours to download once.",
            source="MNIST, by Yann LeCun, Corinna Cortes and Christopher J. C. Burges",
            licence="CC BY-SA 3.0",
        )

    def load(self, reference: Reference, seed: int) -> Dataset:
        train_images, train_labels, test_images, test_labels = files()
        training, test = read_pair(train_images, train_labels), read_pair(test_images, test_labels)
        return with_validation(self.describe(reference), training, test.split(), seed)

    def fingerprint(self, reference: Reference) -> Hashable:
        stats = [(str(path), path.stat()) for path in files()]
        return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)
