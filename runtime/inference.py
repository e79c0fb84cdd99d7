"""Shapes and types of one operator's outputs, by ONNX's own per-operator inference, with errors in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import TypeProto, helper, numpy_helper, shape_inference

from runtime.errors import GraphError

if TYPE_CHECKING:
    from runtime.graph import Array, Dim, Graph, Op, Value

#: Operators for which ONNX infers nothing by itself, or refuses float64: their output is like their input.
LIKE_INPUT = {"GroupNormalization", "MeanVarianceNormalization", "Celu", "RotaryEmbedding"}
#: Inputs larger than this are never read by shape inference (it needs shapes, axes, pads: a few numbers); whole numbers may
#: be the lengths of a Split, one for each of a deep network's parameters.
_SMALL = 64
_MOST_LENGTHS = 4096
#: Attributes that can be compared.
PLAIN = (str, bytes, int, float)
Question = tuple[Any, ...]
Answer = tuple[np.dtype[Any], tuple["Dim", ...]] | None


@lru_cache(maxsize=512)
def schema(op_type: str, opset: int) -> Any:
    try:
        return onnx.defs.get_schema(op_type, opset, "")
    except onnx.defs.SchemaError:
        raise GraphError(f"ONNX has no operator ‘{op_type}’ in opset {opset}.") from None


def infer(
    graph: Graph, op: Op, inputs: Sequence[Value | None], arrays: Mapping[str, Array] | None = None
) -> tuple[Value, ...]:
    """The values of `op`'s outputs, of those that have a name. Raises `GraphError` naming layer, operator and shapes.

    `arrays` are the numbers of constant inputs; by default those that are constants of `graph`.
    """
    from runtime.graph import Value

    if op.type in LIKE_INPUT and inputs and inputs[0] is not None:
        return (Value(op.outputs[0], inputs[0].dtype, inputs[0].shape),)
    _require_hidden_size(graph, op, inputs)
    given = graph.constants if arrays is None else arrays
    question = _question(graph.opset, op, inputs, given)
    try:
        found = _answer(question) if question else _asked(graph.opset, op, inputs, given)
    except (shape_inference.InferenceError, onnx.checker.ValidationError, _Unknown):
        found = _told(graph, op, inputs, given)
    return tuple(Value(name, *answer) for name, answer in zip(op.outputs, found, strict=True) if name and answer)


class _Unknown(Exception):
    """ONNX found no shape for an output."""


def _told(graph: Graph, op: Op, inputs: Sequence[Value | None], arrays: Mapping[str, Array]) -> tuple[Answer, ...]:
    """Asked once more with the names as they are; what is wrong comes as a sentence."""
    try:
        return _asked(graph.opset, op, inputs, arrays)
    except (shape_inference.InferenceError, onnx.checker.ValidationError) as error:
        raise GraphError(_sentence(graph, op, inputs, str(error))) from None
    except _Unknown:
        raise GraphError(_sentence(graph, op, inputs, "the output's shape cannot be inferred")) from None


def _asked(opset: int, op: Op, inputs: Sequence[Value | None], arrays: Mapping[str, Array]) -> tuple[Answer, ...]:
    """Type and shape of each output, as ONNX infers them; None for one that has no name."""
    types = {v.name: type_proto(v) for v in inputs if v is not None}
    outputs = shape_inference.infer_node_outputs(
        schema(op.type, opset), node_proto(op), types, _data(arrays, inputs), None, [helper.make_opsetid("", opset)], 8,
    )  # fmt: skip
    if any(n and (n not in outputs or not _known(outputs[n])) for n in op.outputs):
        raise _Unknown
    return tuple(_read(outputs[n]) if n else None for n in op.outputs)


# -- what was asked before ---------------------------------------------------------------------------------------------
def _question(opset: int, op: Op, inputs: Sequence[Value | None], arrays: Mapping[str, Array]) -> Question | None:
    """All that an answer depends on: so without names. None where that is not quickly told (bodies, tensors)."""
    attributes = []
    for name, value in op.attributes.items():
        plain = tuple(value) if isinstance(value, list) else value
        if not all(isinstance(v, PLAIN) for v in (plain if isinstance(plain, tuple) else (plain,))):
            return None
        attributes.append((name, plain, repr(plain)))  # 1, 1.0 and True are equal, and ONNX tells them apart
    places = {v.name: i for i, v in enumerate(inputs) if v is not None}
    given = tuple(None if v is None else (places[v.name], v.dtype, v.shape, _numbers(arrays, v)) for v in inputs)
    return opset, op.domain, op.type, tuple(map(bool, op.outputs)), tuple(attributes), given


def _numbers(arrays: Mapping[str, Array], value: Value) -> tuple[Any, ...] | None:
    array = arrays.get(value.name)
    return None if array is None or array.size > _most(array) else (array.dtype.str, array.shape, array.tobytes())


@lru_cache(maxsize=8192)
def _answer(question: Question) -> tuple[Answer, ...]:
    """A network has the same layer on the same shape many times, and each edit builds all of it: asked once is enough."""
    from runtime.graph import Op, Value

    opset, domain, op_type, outputs, attributes, given = question
    inputs = [None if one is None else Value(f"i{one[0]}", one[1], one[2]) for one in given]
    arrays = {
        f"i{one[0]}": np.frombuffer(one[3][2], one[3][0]).reshape(one[3][1]) for one in given if one is not None and one[3]
    }
    names = tuple(f"o{i}" if there else "" for i, there in enumerate(outputs))
    op = Op(op_type, tuple(v.name if v else "" for v in inputs), names, {n: v for n, v, _ in attributes}, domain=domain)
    return _asked(opset, op, inputs, arrays)


def _require_hidden_size(graph: Graph, op: Op, inputs: Sequence[Value | None]) -> None:
    """ONNX's inference believes the attribute of RNN, GRU and LSTM, and their kernels the weights R (D, gates · H, H)."""
    stated = op.attributes.get("hidden_size")
    r = inputs[2] if len(inputs) > 2 else None
    if stated is not None and r is not None and isinstance(r.shape[-1], int) and r.shape[-1] != stated:
        raise GraphError(_sentence(graph, op, inputs, hidden_size_is_wrong(int(stated), r.shape[-1])))


def hidden_size_is_wrong(stated: int, found: int) -> str:
    return f"its hidden_size is {stated} and its weights are made for {found}, so set hidden_size to {found}"


def node_proto(op: Op) -> onnx.NodeProto:
    from runtime.graph import Graph

    attributes = {k: _body_proto(a) if isinstance(a, Graph) else a for k, a in op.attributes.items()}
    inputs, outputs = list(op.inputs), list(op.outputs)
    return helper.make_node(op.type, inputs, outputs, op.name or None, domain=op.domain or None, **attributes)


def _body_proto(body: Graph) -> onnx.GraphProto:
    """The body of a Scan, Loop or If. What it reads from outside keeps its name there."""
    constants = [numpy_helper.from_array(a, n) for n, a in body.constants.items()]
    inputs, outputs = ([helper.make_value_info(v.name, type_proto(v)) for v in vs] for vs in (body.inputs, body.outputs))
    return helper.make_graph([node_proto(op) for op in body.ops], body.name, inputs, outputs, constants)


def type_proto(value: Value) -> TypeProto:
    return helper.make_tensor_type_proto(helper.np_dtype_to_tensor_dtype(value.dtype), list(value.shape))


def _data(arrays: Mapping[str, Array], inputs: Sequence[Value | None]) -> dict[str, onnx.TensorProto]:
    named = {v.name: arrays[v.name] for v in inputs if v is not None and v.name in arrays}
    return {n: numpy_helper.from_array(a, n) for n, a in named.items() if a.size <= _most(a)}


def _most(array: Array) -> int:
    return _MOST_LENGTHS if array.dtype == np.int64 and array.ndim == 1 else _SMALL


def _known(proto: TypeProto) -> bool:
    return bool(proto.HasField("tensor_type") and proto.tensor_type.HasField("shape"))


def _read(proto: TypeProto) -> tuple[np.dtype[Any], tuple[Dim, ...]]:
    tensor = proto.tensor_type
    dims: list[Dim] = []
    for dim in tensor.shape.dim:
        dims.append(dim.dim_value if dim.HasField("dim_value") else (dim.dim_param or None))
    return np.dtype(helper.tensor_dtype_to_np_dtype(tensor.elem_type)), tuple(dims)


def _sentence(graph: Graph, op: Op, inputs: Sequence[Value | None], reason: str) -> str:
    from runtime.graph import describe_shape

    shapes = ", ".join(describe_shape(v.shape) for v in inputs if v is not None)
    place = graph.where.label or graph.where.layer or graph.name
    reason = reason.split("\n")[0].split("] ")[-1].strip().rstrip(".")
    return f"{place}: the operator {op.type} was given {shapes or 'no inputs'} and cannot take them: {reason}."
