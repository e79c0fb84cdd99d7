"""What a model file claims, checked before anything is believed: sizes, names, order. Nothing is run.

`onnx.load` accepts empty files, cycles, tensors that claim 10¹² elements and functions that expand a billionfold; the full
checker hangs on some of them. Here every answer takes time and memory in proportion to the file's own size.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from runtime.errors import FileError, counted
from runtime.external_data import is_external
from runtime.graph import Array
from runtime.obstacles import obstacle, words

#: A single protobuf message cannot be larger than 2 GiB.
LARGEST = 2**31 - 1


def read_model(path: Path, functions: bool = False) -> onnx.ModelProto:
    """The model in the file, its structure checked, with `functions` also of one that defines its own. What lies in other
    files is left there, for `runtime.external_data.embed`. Raises `FileError`."""
    data = read_bytes(path)
    model = onnx.ModelProto()
    try:
        model.ParseFromString(data)
    except Exception:  # protobuf's DecodeError has no public common base over its implementations
        raise FileError(f"{path.name} is no ONNX model, or it is cut off: open another file, or an older copy.") from None
    check(model, path, functions)
    return model


def read_bytes(path: Path) -> bytes:
    if why := obstacle(path, "an .onnx file"):
        raise FileError(why)
    try:
        size = path.stat().st_size
        if size == 0:
            raise FileError(f"{path.name} is empty (0 bytes): open an older copy.")
        if size > LARGEST:
            raise FileError(f"{path.name} has {size:,} bytes, more than the 2 GiB of an ONNX file: save its weights beside it.")
        return path.read_bytes()
    except OSError as error:
        raise FileError(f"{path} cannot be read: {words(error)}.") from None


def check(model: onnx.ModelProto, path: Path, functions: bool = False) -> None:
    """Raises `FileError` for what no honest model has."""
    if not model.graph.ByteSize() or not model.ir_version:
        raise FileError(f"{path.name} holds no graph: it is no ONNX model. Open another file.")
    if model.functions and not functions:
        raise FileError(
            f"{path.name} defines {counted(len(model.functions), 'function')} of its own, which Netwright does not expand: "
            "export it again with its functions inlined."
        )
    _check_nodes(model, path)
    tensors = [*model.graph.initializer, *(t for i in model.training_info for t in i.algorithm.initializer)]
    for tensor in tensors:
        check_tensor(tensor, path)


def _check_nodes(model: onnx.ModelProto, path: Path) -> None:
    known = {i.name for i in model.graph.input} | {t.name for t in model.graph.initializer} | {""}
    for node in model.graph.node:
        missing = [n for n in node.input if n not in known]
        if missing:
            raise FileError(
                f"{path.name}: the operator {node.op_type} ‘{node.name or ', '.join(node.output)}’ reads ‘{missing[0]}’ before "
                "anything writes it (a cycle, or a missing part): export the model again."
            )
        known.update(node.output)


def check_tensor(tensor: TensorProto, path: Path) -> None:
    """The numbers a tensor claims must be in the file, unless it says that they lie in another one."""
    if is_external(tensor):
        return  # compared with its own file, when that is read
    count = int(np.prod([int(d) for d in tensor.dims], dtype=object)) if tensor.dims else 1
    try:
        width = np.dtype(helper.tensor_dtype_to_np_dtype(tensor.data_type)).itemsize
    except (KeyError, TypeError, ValueError):
        raise FileError(f"{path.name}: the tensor ‘{tensor.name}’ has an unknown type: export the model again.") from None
    held = len(tensor.raw_data) // width if tensor.raw_data else _typed_count(tensor)
    if any(d < 0 for d in tensor.dims) or (count != held and tensor.data_type != TensorProto.STRING):
        claim = f"claims {counted(count, 'number')} and holds {held:,}"
        raise FileError(f"{path.name}: the tensor ‘{tensor.name}’ {claim}: the file is damaged.")


def _typed_count(tensor: TensorProto) -> int:
    lists = (tensor.float_data, tensor.int32_data, tensor.int64_data, tensor.double_data, tensor.uint64_data)
    return max(len(values) for values in lists)


def array(tensor: TensorProto) -> Array:
    return numpy_helper.to_array(tensor)
