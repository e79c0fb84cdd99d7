"""IDX files, gzipped or not: the format MNIST comes in. Sizes are checked before anything is inflated."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from runtime.data.dataset import times
from runtime.errors import DataError

LIMIT = 1 << 28  # bytes; MNIST's largest file holds 47 MB
AGAIN = "download it again."


def read_idx(path: Path, rank: int) -> npt.NDArray[np.uint8]:
    """The array of unsigned bytes in the file at `path`, which must have `rank` dimensions."""
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else open(path, "rb") as stream:
            shape = _shape(stream, path, rank)
            data = stream.read(math.prod(shape) + 1)
    except (OSError, EOFError, zlib.error, struct.error) as error:
        raise DataError(f"‘{path}’ is damaged or incomplete: {AGAIN}") from error
    if len(data) != math.prod(shape):
        found = "more" if len(data) > math.prod(shape) else f"{len(data)}"
        raise DataError(f"‘{path}’ declares {times(shape)} bytes, and {found} were found: {AGAIN}")
    return np.frombuffer(data, np.uint8).reshape(shape)


def _shape(stream: gzip.GzipFile | BinaryIO, path: Path, rank: int) -> tuple[int, ...]:
    """The declared sizes: the magic number is two zero bytes, 8 for unsigned bytes, and the rank."""
    magic = stream.read(4)
    wanted = bytes((0, 0, 8, rank))
    if magic != wanted:
        raise DataError(f"‘{path}’ begins with {magic.hex() or 'nothing'}, not with IDX's {wanted.hex()}: {AGAIN}")
    shape = tuple(int(size) for size in struct.unpack(f">{rank}I", stream.read(4 * rank)))
    if math.prod(shape) > LIMIT:
        raise DataError(f"‘{path}’ declares {times(shape)} bytes, more than the {LIMIT >> 20} MiB allowed: {AGAIN}")
    return shape
