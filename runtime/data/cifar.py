"""CIFAR-10's files: the binary version, and the Python version without trusting its pickles.

Source of both formats: Alex Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009, and its web page.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.data.bytes import Bytes
from runtime.errors import DataError, counted
from runtime.obstacles import words

RECORDS = 10_000  # in every file
PICTURE = (3, 32, 32)
PIXELS = 3 * 32 * 32
RECORD = 1 + PIXELS  # the label, then red, green and blue
LIMIT = 64 << 20  # bytes; the Python version's files hold 31 MB
AGAIN = "download it again."
#: What a pickle of an array names. None of them is called: see `_Reader`.
ALLOWED = {
    (f"numpy{core}.multiarray", "_reconstruct") for core in (".core", "._core")
} | {("numpy", "ndarray"), ("numpy", "dtype")}  # fmt: skip


def read_binary(path: Path) -> Bytes:
    """The pictures and labels of one file of the binary version."""
    data = np.frombuffer(_content(path), np.uint8)
    if data.size != RECORDS * RECORD:
        wanted = f"{RECORDS:,} pictures take {RECORDS * RECORD:,}"
        raise DataError(f"‘{path}’ holds {counted(data.size, 'byte')}, and {wanted}: {AGAIN}")
    records = data.reshape(RECORDS, RECORD)
    return _labelled(path, records[:, 1:], records[:, 0])


def read_python(path: Path) -> Bytes:
    """The same of the Python version: a pickled dictionary with ``data`` (N, 3072) and ``labels``."""
    try:
        held = _Reader(path).load()
        images, labels = _pixels(held[b"data"]), np.array(held[b"labels"], np.int64)
    except DataError:
        raise
    except Exception as error:  # damaged bytes may ask the unpickler for anything
        raise DataError(f"‘{path}’ is damaged, or no file of CIFAR-10: {AGAIN}") from error
    if images.shape != (RECORDS, PIXELS) or labels.shape != (RECORDS,):
        found = f"{counted(len(images), 'picture')} and {counted(labels.size, 'label')}"
        raise DataError(f"‘{path}’ holds {found}, and {RECORDS:,} of each were expected: {AGAIN}")
    return _labelled(path, images, labels)


def _labelled(path: Path, pixels: npt.NDArray[np.uint8], labels: npt.NDArray[Any]) -> Bytes:
    odd = labels[(labels < 0) | (labels > 9)]
    if odd.size:
        raise DataError(f"‘{path}’ holds the label {odd[0]}, not classes from 0 to 9: {AGAIN}")
    return Bytes(pixels.reshape(-1, *PICTURE), labels.astype(np.uint8))


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > LIMIT:
            raise DataError(f"‘{path}’ is larger than {LIMIT >> 20} MiB, and no file of CIFAR-10 is: {AGAIN}")
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"‘{path}’ cannot be read: {words(error)}.") from error


class _Held:
    """What a pickle would have made by a call: kept, never called."""

    def __init__(self, *arguments: Any) -> None:
        self.arguments, self.state = arguments, ()

    def __setstate__(self, state: Any) -> None:
        self.state = state


class _Reader(pickle._Unpickler):
    """An unpickler that runs nothing: every name becomes a note of what it was given, and unknown names are refused.

    Python's own and not the C one, whose memo takes as much memory as the file cares to name."""

    def __init__(self, path: Path) -> None:
        from io import BytesIO

        super().__init__(BytesIO(_content(path)), encoding="bytes")
        self._path = path

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in ALLOWED:
            what = f"asks to run {module}.{name}, which no file of CIFAR-10 does"
            raise DataError(f"‘{self._path}’ {what}: delete it, and take another copy.")
        return lambda *arguments: _Held(*arguments)


def _pixels(held: Any) -> npt.NDArray[np.uint8]:
    """The array that a pickle describes: version, shape, type, order, bytes. Raises ValueError unless it is rows of bytes."""
    _, shape, kind, by_columns, content = held.state
    if kind.arguments[0] not in ("u1", b"u1") or by_columns or not isinstance(content, bytes):
        raise ValueError(kind.arguments)
    rows, columns = (int(side) for side in shape)
    return np.frombuffer(content, np.uint8).reshape(rows, columns)
