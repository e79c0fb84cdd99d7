"""Arrays from .npy and .npz files: no pickles, and the declared sizes are checked before anything is read."""

from __future__ import annotations

import math
import struct
import tokenize
import zlib
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

import numpy as np
import numpy.typing as npt

from runtime.data.dataset import times
from runtime.errors import DataError

Header = tuple[tuple[int, ...], np.dtype[Any]]
LIMIT = 2 << 30  # bytes
KEYS = ("x", "sample", "input")
# what numpy's header parser and the zip reader raise on bytes that are not theirs; RuntimeError is an encrypted member
BROKEN = (
    *(OSError, ValueError, EOFError, RuntimeError, SyntaxError, TypeError, MemoryError),
    *(struct.error, zlib.error, tokenize.TokenError, BadZipFile),
)


def read_npy(path: Path) -> npt.NDArray[Any]:
    """The array in the .npy file at `path`."""
    try:
        with open(path, "rb") as stream:
            return _read(stream, str(path))
    except BROKEN as error:
        raise _unreadable(path, "a NumPy array (.npy)") from error


def read_npz(path: Path) -> npt.NDArray[Any]:
    """The only array in the .npz file at `path`, or the one called x, sample or input."""
    try:
        with ZipFile(path) as archive:
            key = _choose([name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")], path)
            with archive.open(f"{key}.npy") as stream:
                return _read(stream, f"{path}, {key}")
    except BROKEN as error:
        raise _unreadable(path, "NumPy arrays (.npz)") from error


def read_all(path: Path) -> dict[str, npt.NDArray[Any]]:
    """Every array in the .npz file at `path`, by name."""
    try:
        with ZipFile(path) as archive:
            return {name.removesuffix(".npy"): _member(archive, name, path) for name in archive.namelist()}
    except BROKEN as error:
        raise _unreadable(path, "NumPy arrays (.npz)") from error


def chosen(path: Path, names: Sequence[str]) -> list[npt.NDArray[Any]]:
    """The arrays of these names in the .npz file at `path`."""
    try:
        with ZipFile(path) as archive:
            return [_member(archive, f"{name}.npy", path) for name in names]
    except BROKEN as error:
        raise _unreadable(path, "NumPy arrays (.npz)") from error


def headers(path: Path) -> dict[str, Header]:
    """Shape and type of every array in the .npz file at `path`; none is read."""
    try:
        with ZipFile(path) as archive:
            found = {}
            for name in archive.namelist():
                with archive.open(name) as stream:
                    found[name.removesuffix(".npy")] = _header(stream)
            return found
    except BROKEN as error:
        raise _unreadable(path, "NumPy arrays (.npz)") from error


def _member(archive: ZipFile, name: str, path: Path) -> npt.NDArray[Any]:
    with archive.open(name) as stream:
        return _read(stream, f"{path}, {name.removesuffix('.npy')}")


def npz_bytes(arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """An .npz file of these arrays, under any names. (`np.savez` takes them as keywords, and fails for some.)"""
    held = BytesIO()
    with ZipFile(held, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, np.asanyarray(array), allow_pickle=False)
    return held.getvalue()


def _choose(keys: list[str], path: Path) -> str:
    if len(keys) == 1:
        return keys[0]
    found = next((key for key in KEYS if key in keys), None)
    if found is None:
        held = f"the arrays {', '.join(keys)}" if keys else "no arrays"
        raise DataError(f"‘{path}’ holds {held}: give one array, or call the samples ‘x’.")
    return found


def _read(stream: IO[bytes], where: str) -> npt.NDArray[Any]:
    shape, dtype = _header(stream)
    if dtype.kind not in "buif":
        raise DataError(f"‘{where}’ holds values of type {dtype}: give real numbers.")
    if math.prod(shape) * dtype.itemsize > LIMIT:
        raise DataError(f"‘{where}’ declares {times(shape)} values, more than {LIMIT >> 20} MiB: give fewer samples.")
    stream.seek(0)
    return np.asarray(np.lib.format.read_array(stream, allow_pickle=False))


def _header(stream: IO[bytes]) -> Header:
    """The declared shape and type; nothing is allocated yet."""
    version = np.lib.format.read_magic(stream)
    if version not in ((1, 0), (2, 0)):
        raise ValueError(version)
    reader = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = reader(stream)
    if any(size < 0 for size in shape):
        raise ValueError(shape)
    return tuple(shape), dtype


def _unreadable(path: Path, kind: str) -> DataError:
    if not path.exists():
        return DataError(f"The file ‘{path}’ does not exist: check its name.")
    return DataError(f"‘{path}’ cannot be read as {kind}: it is damaged, incomplete, or of another kind: write it anew.")
