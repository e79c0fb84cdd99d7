"""A model on the disk: one file, or beyond a limit two: the model, and ``NAME.onnx.HASH.data`` with its large tensors.

The data is written first, under a name that its content gives it; then the model is replaced in one step; then the data of the
old model goes. So at every moment the file that stands there is whole, the old one or the new one. `onnx.save_model` does
none of that, and passes over the tensors of `training_info`.
"""

from __future__ import annotations

import hashlib
import mmap
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from runtime.atomic import Stamp, real, require_writable, write
from runtime.external_data import is_external, put, tensors
from runtime.graph import Array

#: Bytes of tensors in one file, at most. (A protobuf message ends at 2 GiB.)
LIMIT = 3 << 29
#: Bytes of a tensor that is never put outside: checkers look at small ones, such as shapes.
SMALL = 1024
#: Tensors begin at multiples of this in their file, so that they can be mapped into memory.
ALIGNMENT = 4096
_HASH_LENGTH = 16


class Arrays:
    """The large arrays of a model under construction. Its tensors name them by number, so that building a model copies none;
    `embed` or `place` ends that."""

    def __init__(self) -> None:
        self._arrays: list[Array] = []

    def tensor(self, array: Array, name: str) -> TensorProto:
        """A tensor for `array`, which must not change any more. (What `to_model` takes as `tensor`.)"""
        if array.nbytes < SMALL or array.dtype.kind not in "fiub":
            return numpy_helper.from_array(array, name)
        self._arrays.append(array)
        kind = helper.np_dtype_to_tensor_dtype(array.dtype)
        tensor = TensorProto(name=name, data_type=kind, dims=array.shape, data_location=TensorProto.EXTERNAL)
        tensor.external_data.add(key="location", value=str(len(self._arrays) - 1))
        return tensor

    def of(self, model: onnx.ModelProto) -> list[tuple[TensorProto, Array]]:
        """The model's tensors that stand for arrays, with these."""
        return [(t, self._arrays[int(t.external_data[0].value)]) for t in tensors(model) if is_external(t)]

    def size(self, model: onnx.ModelProto) -> int:
        """Bytes of the arrays that the model's tensors stand for."""
        return sum(array.nbytes for _, array in self.of(model))

    def embed(self, model: onnx.ModelProto) -> None:
        """Put the arrays into the model."""
        for tensor, array in self.of(model):
            put(tensor, _bytes(array).tobytes())


def write_model(path: Path, model: onnx.ModelProto, arrays: Arrays, limit: int | None = None) -> Stamp | None:
    """Write a model that was built with `arrays`, whole or not at all; beyond `limit` bytes of them (None: `LIMIT`) in two
    files. Raises `FileError`."""
    path = real(path)
    old = _data_of(path)
    data = None
    if arrays.size(model) > (LIMIT if limit is None else limit):
        data = _write_data(path, model, arrays)
    else:
        arrays.embed(model)
    try:
        done = write(path, model.SerializeToString())
    except BaseException:
        _remove({data} - old if data else ())
        raise
    _remove(old - {data})
    return done


def _write_data(path: Path, model: onnx.ModelProto, arrays: Arrays) -> Path:
    """Write the second file of the model that `path` is going to be, and say in the model where each tensor lies."""
    require_writable(path)
    parts = [a for _, a in arrays.of(model)]
    digest = _digest(parts)
    data = path.with_name(f"{path.name}.{digest[:_HASH_LENGTH]}.data")
    _place(arrays.of(model), data.name, digest)
    write(data, _layout(parts), like=path)
    return data


# -- the data ------------------------------------------------------------------------------------------------------------
def _bytes(array: Array) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """The array's memory, as files have it: row by row, the low byte first."""
    return np.ascontiguousarray(array, array.dtype.newbyteorder("<")).reshape(-1).view(np.uint8)


def _layout(arrays: Iterable[Array]) -> Iterator[memoryview]:
    for array in arrays:
        yield _bytes(array).data
        yield memoryview(bytes(-array.nbytes % ALIGNMENT))


def _digest(arrays: Iterable[Array]) -> str:
    """SHA-1 of the data file, the checksum of the ONNX specification."""
    digest = hashlib.sha1(usedforsecurity=False)
    for part in _layout(arrays):
        digest.update(part)
    return digest.hexdigest()


def _place(parts: Iterable[tuple[TensorProto, Array]], location: str, checksum: str) -> None:
    """Say of every tensor where it lies in the file that `_layout` makes."""
    offset = 0
    for tensor, array in parts:
        del tensor.external_data[:]
        said = {"location": location, "offset": offset, "length": array.nbytes, "checksum": checksum}
        for key, value in said.items():
            tensor.external_data.add(key=key, value=str(value))
        offset += array.nbytes + -array.nbytes % ALIGNMENT


# -- data that no model reads any more ---------------------------------------------------------------------------------------
def _data_of(path: Path) -> set[Path]:
    """The data files of our own that the model at `path` names."""
    name = re.compile(re.escape(path.name) + rf"\.[0-9a-f]{{{_HASH_LENGTH}}}\.data")
    with suppress(OSError):
        return {f for f in path.parent.iterdir() if name.fullmatch(f.name) and path.exists() and _names(path, f.name)}
    return set()


def _remove(files: Iterable[Path]) -> None:
    """Remove data files, except those that another model in the folder names: a copy that somebody made of the old one."""
    for file in files:
        with suppress(OSError):
            if not any(_names(model, file.name) for model in file.parent.glob("*.onnx")):
                file.unlink()


def _names(model: Path, name: str) -> bool:
    """Whether a model file has this name in it."""
    if not model.is_file() or not model.stat().st_size:
        return False
    with model.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(name.encode()) >= 0
