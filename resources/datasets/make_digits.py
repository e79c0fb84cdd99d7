"""Make digits.npz, the 10,000 handwritten digits that come with Netwright, from the four files of MNIST.

    python resources/datasets/make_digits.py TRAIN_IMAGES TRAIN_LABELS TEST_IMAGES TEST_LABELS [--output digits.npz]

Of each class it takes 800 images of the training file and 200 of the test file, evenly spaced within the class's
occurrences: writers follow one another in the files, so the first ones of a class would be few hands, and easier or
harder than the rest. The order of the files is kept. The same inputs give the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import math
import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
PER_CLASS = {"train": 800, "test": 200}


def read_idx(path: Path) -> Bytes:
    """The array in the gzipped IDX file at `path`: a magic number whose last byte is the rank, the sizes, the bytes."""
    data = gzip.decompress(path.read_bytes())
    rank = data[3]
    shape = struct.unpack_from(f">{rank}I", data, 4)
    return np.frombuffer(data, np.uint8, math.prod(shape), 4 + 4 * rank).reshape(shape)


def evenly(labels: Bytes, per_class: int) -> npt.NDArray[np.int64]:
    """Indices, ascending, of `per_class` samples of each digit, evenly spaced within the digit's occurrences."""
    members = [np.flatnonzero(labels == digit) for digit in range(10)]
    chosen = [found[np.arange(per_class) * len(found) // per_class] for found in members]
    return np.sort(np.concatenate(chosen)).astype(np.int64)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Make digits.npz from the four IDX .gz files of MNIST.")
    for name in ("train_images", "train_labels", "test_images", "test_labels"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("digits.npz"))
    return parser.parse_args()


def main() -> None:
    given = arguments()
    arrays: dict[str, Bytes] = {}
    for split, per_class in PER_CLASS.items():
        images = read_idx(getattr(given, f"{split}_images"))
        labels = read_idx(getattr(given, f"{split}_labels"))
        chosen = evenly(labels, per_class)
        arrays[f"{split}_samples"], arrays[f"{split}_labels"] = images[chosen], labels[chosen]
    np.savez_compressed(given.output, allow_pickle=False, **arrays)
    data = given.output.read_bytes()
    print(f"{given.output}: {len(data):,} bytes, sha256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
