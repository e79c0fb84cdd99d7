"""CIFAR-10, from the files that the user has put in the data folder: the binary version, or the one for Python."""

from __future__ import annotations

import tarfile
import zlib
from pathlib import Path

import numpy as np

from runtime import atomic
from runtime.data import cifar
from runtime.data.bytes import Bytes
from runtime.data.dataset import Dataset, DatasetInfo, with_validation
from runtime.data.naming import Reference
from runtime.data.owned import Download, Owned
from runtime.data.registry import dataset
from runtime.errors import DataError

PARTS = (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch")
BINARY = tuple(f"{part}.bin" for part in PARTS)
#: The folders that the two archives unpack to.
INNER = ("", "cifar-10-batches-bin", "cifar-10-batches-py")
ARCHIVE = Download(
    "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd", 170_052_171,
)  # fmt: skip


@dataset
class Cifar10(Owned):
    """SHA-256 as TensorFlow Datasets lists it."""

    name = "cifar10"
    downloads = (ARCHIVE,)

    def describe(self, reference: Reference) -> DatasetInfo:
        return DatasetInfo(
            name=reference.name,
            title="CIFAR-10 (60,000 small photographs)",
            sample_shape=cifar.PICTURE,
            classes=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
            target_shape=(),
            train_size=45_000,
            validation_size=5_000,
            test_size=10_000,
            help="Coloured photographs of 32×32 in ten classes. Its files are yours to download once.",
            source="CIFAR-10, by Alex Krizhevsky, Vinod Nair and Geoffrey Hinton, 2009",
            licence="None is given: for research, with citation",
        )

    def load(self, reference: Reference, seed: int) -> Dataset:
        read = [cifar.read_binary(path) if path.suffix == ".bin" else cifar.read_python(path) for path in self.files()]
        images, labels = ([getattr(part, what) for part in read[:-1]] for what in ("images", "labels"))
        training = Bytes(np.concatenate(images), np.concatenate(labels))
        return with_validation(self.describe(reference), training, read[-1].split(), seed)

    def files(self) -> list[Path]:
        found = [[self.folder() / inner / name for name in names] for names in (BINARY, PARTS) for inner in INNER]
        complete = next((paths for paths in found if all(path.is_file() for path in paths)), None)
        if complete is None:
            place = self.folder()
            begun = max(found, key=lambda paths: sum(path.is_file() for path in paths))
            missing = [path.name for path in begun if not path.is_file()]
            lacks = f"lacks {', '.join(missing)}" if place.is_dir() else "does not exist"
            how = f"put CIFAR-10’s binary version there, or fetch it (netwright data fetch {self.name})"
            raise DataError(f"Dataset ‘{self.name}’: the folder ‘{place}’ {lacks}: {how}.")
        return complete

    def missing(self) -> list[Download]:
        try:
            self.files()
            return []
        except DataError:
            return super().missing()

    def unpack(self) -> None:
        """The six files out of the archive, each whole or not at all; then the archive goes."""
        archive = self.folder() / ARCHIVE.name
        if not archive.is_file():
            return
        try:
            with tarfile.open(archive) as packed:
                for member in packed:
                    name = member.name.rpartition("/")[2]
                    if name in BINARY and member.isreg() and (content := packed.extractfile(member)):
                        atomic.write(self.folder() / name, content.read(cifar.LIMIT))
        except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
            raise DataError(f"‘{archive}’ is damaged: remove it, and fetch it again.") from error
        self.files()
        archive.unlink()
