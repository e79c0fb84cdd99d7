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
    types = {v.name: type_proto(v) for v in inputs if v is not None}
    try:
        data = _data(graph.constants if arrays is None else arrays, inputs)
        outputs = shape_inference.infer_node_outputs(
            schema(op.type, graph.opset), node_proto(op), types, data, None,
            [helper.make_opsetid("", graph.opset)], 8,
        )
    except (shape_inference.InferenceError, onnx.checker.ValidationError) as error:
        raise GraphError(_sentence(graph, op, inputs, str(error))) from None
    missing = [n for n in op.outputs if n and (n not in outputs or not _known(outputs[n]))]
    if missing:
        raise GraphError(_sentence(graph, op, inputs, "the output's shape cannot be inferred"))
    return tuple(Value(name, *_read(outputs[name])) for name in op.outputs if name)


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
