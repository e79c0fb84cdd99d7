"""Tensors whose numbers lie in a second file: looked for in the model's own folder, checked, and put into the model.

Nobody else follows a name that a model gives: `onnx` and ONNX Runtime are handed the numbers themselves. What is claimed is
compared with what there is before anything is allocated. The form: https://onnx.ai/onnx/repo-docs/ExternalData.html
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path, PurePosixPath, PureWindowsPath

import numpy as np
import onnx
from onnx import AttributeProto, GraphProto, NodeProto, TensorProto, helper

from runtime.errors import FileError, counted
from runtime.memory import in_words, physical
from runtime.obstacles import obstacle, words


@dataclass(frozen=True)
class _Place:
    """Where a tensor's numbers lie: a file by its name in the model, the first byte and how many; the file's SHA-1 in hex, if
    the model says it."""

    tensor: TensorProto
    location: str
    offset: int
    length: int
    checksum: str


def embed(model: onnx.ModelProto, path: Path) -> None:
    """Put the numbers of the model's external tensors into it; `path` is the file that it came from.

    Raises `FileError` for a file that is missing, unreadable, too short, not the one that was saved, or not in the model's
    folder; for sizes that contradict each other; for more than half of this machine's memory.
    """
    places = [_place(t, path.name) for t in tensors(model) if is_external(t)]
    _require_memory(sum(p.length for p in places), path.name)
    for location in dict.fromkeys(p.location for p in places):
        _take([p for p in places if p.location == location], path)


def sources(model: onnx.ModelProto, path: Path) -> list[Path]:
    """The files in which the numbers of the model at `path` lie besides, there or not. Raises `FileError` as `embed`."""
    places = (_place(t, path.name) for t in tensors(model) if is_external(t))
    return [_resolved(path, location, tensor) for location, tensor in {p.location: p.tensor.name for p in places}.items()]


def is_external(tensor: TensorProto) -> bool:
    return tensor.data_location == TensorProto.EXTERNAL


def put(tensor: TensorProto, numbers: bytes) -> None:
    """Make an external tensor one that has its numbers itself."""
    tensor.raw_data = numbers
    tensor.ClearField("external_data")
    tensor.ClearField("data_location")


# -- every tensor of a model ---------------------------------------------------------------------------------------------
def tensors(model: onnx.ModelProto) -> Iterator[TensorProto]:
    """Initializers and attributes, in bodies, functions and training steps too."""
    for graph in (model.graph, *(g for i in model.training_info for g in (i.initialization, i.algorithm))):
        yield from _of_graph(graph)
    for function in model.functions:
        yield from _of_attributes(function.attribute_proto)
        yield from _of_nodes(function.node)


def _of_graph(graph: GraphProto) -> Iterator[TensorProto]:
    yield from graph.initializer
    yield from (part for sparse in graph.sparse_initializer for part in (sparse.values, sparse.indices))
    yield from _of_nodes(graph.node)


def _of_nodes(nodes: Iterable[NodeProto]) -> Iterator[TensorProto]:
    for node in nodes:
        yield from _of_attributes(node.attribute)


def _of_attributes(attributes: Iterable[AttributeProto]) -> Iterator[TensorProto]:
    for attribute in attributes:
        yield attribute.t
        yield from attribute.tensors
        for sparse in (attribute.sparse_tensor, *attribute.sparse_tensors):
            yield from (sparse.values, sparse.indices)
        for body in (attribute.g, *attribute.graphs):
            yield from _of_graph(body)


# -- what a tensor says --------------------------------------------------------------------------------------------------
def _place(tensor: TensorProto, name: str) -> _Place:
    said = {e.key: e.value for e in tensor.external_data}
    location, need = said.get("location", ""), _needed(tensor, name)
    offset, length = _number(said, "offset", 0, tensor, name), _number(said, "length", need, tensor, name)
    if not isinstance(location, str) or _leaves(location):
        where = f"the weights ‘{tensor.name}’ lie in ‘{location}’, which is outside the model's folder"
        raise FileError(f"{name}: {where} and is not read: save the model again, with its data beside it.")
    if length != need:
        claim = f"needs {counted(need, 'byte')} of {location}, and the model gives it {length:,}"
        raise FileError(f"{name}: the tensor ‘{tensor.name}’ {claim}: the file is damaged, export it again.")
    return _Place(tensor, location, offset, length, str(said.get("checksum", "")))


def _needed(tensor: TensorProto, name: str) -> int:
    """Bytes of the numbers that a tensor claims."""
    try:
        kind = np.dtype(helper.tensor_dtype_to_np_dtype(tensor.data_type))
    except (KeyError, TypeError, ValueError):
        raise FileError(f"{name}: the tensor ‘{tensor.name}’ has an unknown type: export the model again.") from None
    if kind.hasobject or any(d < 0 for d in tensor.dims):
        what = f"{list(tensor.dims)} of {kind}" if not kind.hasobject else "text"
        raise FileError(f"{name}: the tensor ‘{tensor.name}’ in another file is {what}: export the model again.")
    return int(np.prod([int(d) for d in tensor.dims], dtype=object)) * kind.itemsize


def _number(said: Mapping[str, str], key: str, usual: int, tensor: TensorProto, name: str) -> int:
    """A number of bytes, written as text."""
    text = said.get(key)
    if text is None:
        return usual
    if not isinstance(text, str) or not (text.isascii() and text.isdecimal() and len(text) < 20):
        raise FileError(f"{name}: the tensor ‘{tensor.name}’ has the {key} ‘{text}’, which is no number: export it again.")
    return int(text)


def _leaves(location: str) -> bool:
    """Whether a name leads out of the folder, as either family of systems reads it; links are seen by `_resolved`."""
    kinds = PurePosixPath(location), PureWindowsPath(location)
    return not location or "\0" in location or any(p.anchor or ".." in p.parts for p in kinds)


def _require_memory(size: int, name: str) -> None:
    """A model of a kilobyte can claim a file with a hole of terabytes."""
    there = physical()
    if there is not None and size > there / 2:
        claim = f"its weights take {in_words(size)}, more than half of this machine's {in_words(there)} of memory"
        raise FileError(f"{name}: {claim}: open it on a larger one.")


# -- the file --------------------------------------------------------------------------------------------------------------
def _resolved(path: Path, location: str, tensor: str) -> Path:
    """The data file: beside the model's name or, if that is a link, beside the model itself. Raises `FileError` for a link
    that leads out of the folder."""
    named, real = path.parent, Path(os.path.realpath(path)).parent
    folder = real if not os.path.lexists(named / location) else named
    found = Path(os.path.realpath(folder / location))
    if not found.is_relative_to(os.path.realpath(folder)):
        what = f"the weights ‘{tensor}’ lie behind ‘{location}’, a link that leads out of the model's folder"
        raise FileError(f"{path.name}: {what} and is not followed: put the file itself there.")
    return found


def _take(places: list[_Place], path: Path) -> None:
    """Read what lies in one file."""
    location, first = places[0].location, places[0].tensor.name
    file = _resolved(path, location, first)
    if not os.path.lexists(file):
        missing = f"the weights ‘{first}’ lie in {location}, which is not there"
        raise FileError(f"{path.name}: {missing}: put that file beside {path.name}, in {path.absolute().parent}.")
    if why := obstacle(file, "a file with the weights"):
        raise FileError(f"{path.name}: {why}")
    try:
        with file.open("rb") as data:
            _require_length(places, os.fstat(data.fileno()).st_size, path.name)
            _require_checksum(places, data, path.name)
            for place in places:
                _read(place, data, path.name)
    except OSError as error:
        raise FileError(f"{file} cannot be read: {words(error)}.") from None


def _require_length(places: list[_Place], size: int, name: str) -> None:
    for place in places:
        if place.offset + place.length > size:
            raise FileError(_too_short(place, size, name))


def _too_short(place: _Place, size: int, name: str) -> str:
    needed = f"lie in {place.location} up to byte {place.offset + place.length:,}, and that file has {counted(size, 'byte')}"
    return f"{name}: the weights ‘{place.tensor.name}’ {needed}: it is cut off or another one, copy it again."


def _require_checksum(places: list[_Place], data: BufferedReader, name: str) -> None:
    said = {p.checksum.lower() for p in places} - {""}
    if said and said != {hashlib.file_digest(data, _sha1).hexdigest()}:
        what = f"{places[0].location} is damaged, or not the file that {name} was saved with (its SHA-1 is another)"
        raise FileError(f"{what}: copy it again, or open an older copy of both.")


def _sha1() -> hashlib._Hash:
    return hashlib.sha1(usedforsecurity=False)


def _read(place: _Place, data: BufferedReader, name: str) -> None:
    data.seek(place.offset)
    numbers = data.read(place.length)
    if len(numbers) != place.length:  # it has become shorter meanwhile
        raise FileError(_too_short(place, place.offset + len(numbers), name))
    put(place.tensor, numbers)
