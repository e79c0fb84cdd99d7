"""Graph to and from an ONNX ModelProto: IR 8, opset 17, symbolic batch, every operator tagged with its layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from runtime.errors import FileError, GraphError
from runtime.graph import IR_VERSION, OPSET, Array, Dim, Graph, Op, Parameter, Value
from runtime.inference import infer, node_proto
from runtime.ops import KERNELS

LAYER = "pkg.netwright.layer"
PHASE = "pkg.netwright.phase"
PRODUCER = "netwright"
#: Between these two, no operator that Netwright knows changed its meaning.
OLDEST_OPSET = 13


def to_model(
    graph: Graph, initial: Mapping[str, Array] | None = None, inputs: Sequence[str] | None = None, name: str = "",
    shapes: bool = True,
) -> onnx.ModelProto:
    """`graph` as a model. Constants and the arrays of `initial` (by value name) become initializers, every other
    parameter that is read becomes an input after the graph's own.

    `inputs` chooses which of the graph's inputs are declared, and in which order (None: all that have no initial
    array). `shapes` states every tensor's shape besides. Raises `GraphError` where an array does not have its value's
    shape.
    """
    initial = initial or {}
    used = {n for op in graph.ops for n in op.inputs} | {v.name for v in graph.outputs}
    own = [v.name for v in graph.inputs if v.name not in initial] if inputs is None else list(inputs)
    declared = [*own, *(n for n in graph.parameters if n in used and n not in initial and n not in own)]
    proto = helper.make_graph(
        [_node(op) for op in graph.ops], name or graph.name,
        [_info(graph.values[n]) for n in declared], [_info(v) for v in graph.outputs],
        [*_constants(graph, used), *_initial(graph, initial, used)],
        value_info=_between(graph) if shapes else [],
    )
    domains = {op.domain for op in graph.ops if op.domain}
    opsets = [helper.make_opsetid("", OPSET), *(helper.make_opsetid(d, 1) for d in sorted(domains))]
    return helper.make_model(proto, opset_imports=opsets, ir_version=IR_VERSION, producer_name=PRODUCER)


def _between(graph: Graph) -> list[onnx.ValueInfoProto]:
    ends = {v.name for v in graph.outputs}
    return [_info(graph.values[n]) for op in graph.ops for n in op.outputs if n and n not in ends]


def _node(op: Op) -> onnx.NodeProto:
    node = node_proto(op)
    tags = {LAYER: op.layer, PHASE: "" if op.phase == "forward" else op.phase}
    node.metadata_props.extend(onnx.StringStringEntryProto(key=k, value=v) for k, v in tags.items() if v)
    return node


def _info(value: Value) -> onnx.ValueInfoProto:
    kind = helper.np_dtype_to_tensor_dtype(value.dtype)
    return helper.make_tensor_value_info(value.name, kind, list(value.shape))


def _constants(graph: Graph, used: set[str]) -> Iterator[onnx.TensorProto]:
    return (numpy_helper.from_array(a, n) for n, a in graph.constants.items() if n in used)


def _initial(graph: Graph, initial: Mapping[str, Array], used: set[str]) -> Iterator[onnx.TensorProto]:
    for name, array in initial.items():
        if name not in used:
            continue
        value = graph.values[name]
        if array.shape != value.shape:
            raise GraphError(f"{value}: its numbers are {array.shape}: give an array of the tensor's shape.")
        yield numpy_helper.from_array(np.ascontiguousarray(array, value.dtype).reshape(array.shape), name)


# -- the other way -----------------------------------------------------------------------------------------------------
def from_model(model: onnx.ModelProto, training: bool = False) -> Graph:
    """A model of known operators as a Graph, names kept, shapes inferred anew.

    Initializers of whole numbers, and scalars, are constants; all others are trained parameters, whose numbers
    `weights` gives. Raises `FileError` for an opset outside 13 to 17, and `GraphError` for an unknown operator or a
    wrong shape.
    """
    _check_opset(model)
    graph = Graph(model.graph.name or "graph", _floating(model), training)
    for tensor in model.graph.initializer:
        _add_initializer(graph, tensor)
    graph.inputs = [_value(i) for i in model.graph.input if i.name not in graph.values]
    graph.values.update((v.name, v) for v in graph.inputs)
    stated = {i.name: _value(i) for i in [*model.graph.value_info, *model.graph.output]}
    for node in model.graph.node:
        _add_node(graph, node, stated)
    graph.outputs = [graph.values[o.name] for o in model.graph.output]
    return graph


def weights(model: onnx.ModelProto) -> dict[str, Array]:
    """The numbers of those initializers that `from_model` makes parameters, by value name."""
    return {t.name: numpy_helper.to_array(t) for t in model.graph.initializer if _is_parameter(t)}


def _check_opset(model: onnx.ModelProto) -> None:
    versions = {o.domain: o.version for o in model.opset_import}
    found = versions.get("", versions.get("ai.onnx", 0))
    if not OLDEST_OPSET <= found <= OPSET:
        raise FileError(f"The model uses opset {found}: export it again with opset {OLDEST_OPSET} to {OPSET}.")


def _floating(model: onnx.ModelProto) -> np.dtype[np.generic]:
    kinds = {t.data_type for t in model.graph.initializer} | {i.type.tensor_type.elem_type for i in model.graph.input}
    double = onnx.TensorProto.DOUBLE in kinds and onnx.TensorProto.FLOAT not in kinds
    return np.dtype(np.float64 if double else np.float32)


def _is_parameter(tensor: onnx.TensorProto) -> bool:
    return tensor.data_type in (onnx.TensorProto.FLOAT, onnx.TensorProto.DOUBLE) and len(tensor.dims) > 0


def _value(info: onnx.ValueInfoProto) -> Value:
    kind = info.type.tensor_type
    dims: list[Dim] = [d.dim_value if d.HasField("dim_value") else (d.dim_param or None) for d in kind.shape.dim]
    return Value(info.name, np.dtype(helper.tensor_dtype_to_np_dtype(kind.elem_type)), tuple(dims))


def _add_initializer(graph: Graph, tensor: onnx.TensorProto) -> None:
    if _is_parameter(tensor):
        shape = tuple(tensor.dims)
        graph.parameters[tensor.name] = Parameter(tensor.name, tensor.name, shape)
        dtype = np.dtype(helper.tensor_dtype_to_np_dtype(tensor.data_type))
        graph.values[tensor.name] = Value(tensor.name, dtype, shape)
    else:
        _add_constant(graph, tensor.name, numpy_helper.to_array(tensor))


def _add_constant(graph: Graph, name: str, array: Array) -> None:
    """Under the model's own name: `Graph.constant` would share equal ones."""
    graph.constants[name] = array
    graph.values[name] = Value(name, array.dtype, array.shape)


def _add_node(graph: Graph, node: onnx.NodeProto, stated: Mapping[str, Value]) -> None:
    attributes = {a.name: _attribute(a) for a in node.attribute}
    if node.op_type == "Constant" and "value" in attributes:
        _add_constant(graph, node.output[0], numpy_helper.to_array(attributes["value"]))
        return
    if node.domain not in ("", "ai.onnx") or node.op_type not in KERNELS:
        place = node.name or node.output[0]
        raise GraphError(f"‘{place}’: Netwright does not know the operator {node.op_type}: remove it.")
    tags = {p.key: p.value for p in node.metadata_props}
    op = Op(
        node.op_type, tuple(node.input), tuple(node.output), attributes, tags.get(LAYER, ""), tags.get(PHASE, "forward")
    )
    with graph.scope(layer=op.layer, label=node.name or node.output[0]):
        graph.append(op, _outputs(graph, op, stated))


def _outputs(graph: Graph, op: Op, stated: Mapping[str, Value]) -> Sequence[Value]:
    """By inference; where it cannot tell (Reshape to a run-time shape), what the model states."""
    missing = [n for n in op.inputs if n and n not in graph.values]
    if missing:
        raise GraphError(f"{op.type} reads ‘{missing[0]}’, which nothing before it makes: export the model again.")
    try:
        return infer(graph, op, [graph.values[n] if n else None for n in op.inputs])
    except GraphError:
        if all(n in stated for n in op.outputs if n):
            return [stated[n] for n in op.outputs if n]
        raise


def _attribute(proto: onnx.AttributeProto) -> Any:
    value = helper.get_attribute_value(proto)
    return value.decode() if isinstance(value, bytes) else value
