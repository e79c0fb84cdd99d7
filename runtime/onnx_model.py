"""Graph to and from an ONNX ModelProto: IR 8 and opset 17 (more only where the graph has more), symbolic batch, every
operator tagged with its layer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import onnx
from onnx import helper, numpy_helper

from runtime.errors import GraphError
from runtime.from_onnx import from_model as from_model
from runtime.from_onnx import weights as weights
from runtime.graph import IR_VERSION, Array, Graph, Op, Value
from runtime.inference import node_proto
from runtime.reading import LAYER as LAYER
from runtime.reading import PHASE as PHASE

PRODUCER = "netwright"


def to_model(
    graph: Graph, initial: Mapping[str, Array] | None = None, inputs: Sequence[str] | None = None, name: str = "",
    shapes: bool = True, tensor: Callable[[Array, str], onnx.TensorProto] = numpy_helper.from_array,
) -> onnx.ModelProto:
    """`graph` as a model. Constants and the arrays of `initial` (by value name) become initializers, every other
    parameter that is read becomes an input after the graph's own; behind them all, its states are inputs with initializers.

    `inputs` chooses which of the graph's inputs are declared, and in which order (None: all that have no initial
    array). `shapes` states every tensor's shape besides. `tensor` makes a tensor of an array and its name. Raises
    `GraphError` where an array does not have its value's shape.
    """
    initial = initial or {}
    used = {n for op in graph.ops for n in op.reads} | {v.name for v in graph.outputs}
    own = [v.name for v in graph.inputs if v.name not in initial] if inputs is None else list(inputs)
    declared = [*own, *(n for n in graph.parameters if n in used and n not in initial and n not in own)]
    declared += [n for n in graph.states if n in used and n not in declared]
    ops = [_read_outputs(op, used) for op in graph.ops]
    proto = helper.make_graph(
        [_node(op) for op in ops], name or graph.name,
        [_info(graph.values[n]) for n in declared], [_info(v) for v in graph.outputs],
        [tensor(a, n) for n, a in (*_constants(graph, used), *_initial(graph, initial, used))],
        value_info=_between(graph, ops) if shapes else [],
    )
    domains = {op.domain for op in _all(graph) if op.domain}
    opsets = [helper.make_opsetid("", graph.opset), *(helper.make_opsetid(d, 1) for d in sorted(domains))]
    ir = max(IR_VERSION, helper.find_min_ir_version_for(opsets, ignore_unknown=True))
    return helper.make_model(proto, opset_imports=opsets, ir_version=ir, producer_name=PRODUCER)


def _read_outputs(op: Op, used: set[str]) -> Op:
    """`op`, a MaxPool without its Indices if nobody reads them: it is slower when asked for them."""
    if op.type != "MaxPool" or not used.isdisjoint(op.outputs[1:]):
        return op
    return replace(op, outputs=op.outputs[:1])


def _all(graph: Graph) -> Iterator[Op]:
    """The operators of a graph and of its bodies."""
    for op in graph.ops:
        yield op
        for body in op.bodies:
            yield from _all(body)


def _between(graph: Graph, ops: Sequence[Op]) -> list[onnx.ValueInfoProto]:
    ends = {v.name for v in graph.outputs}
    return [_info(graph.values[n]) for op in ops for n in op.outputs if n and n not in ends]


def _node(op: Op) -> onnx.NodeProto:
    node = node_proto(op)
    tags = {LAYER: op.layer, PHASE: "" if op.phase == "forward" else op.phase}
    node.metadata_props.extend(onnx.StringStringEntryProto(key=k, value=v) for k, v in tags.items() if v)
    return node


def _info(value: Value) -> onnx.ValueInfoProto:
    kind = helper.np_dtype_to_tensor_dtype(value.dtype)
    return helper.make_tensor_value_info(value.name, kind, list(value.shape))


def _constants(graph: Graph, used: set[str]) -> Iterator[tuple[str, Array]]:
    return ((n, a) for n, a in graph.constants.items() if n in used)


def _initial(graph: Graph, initial: Mapping[str, Array], used: set[str]) -> Iterator[tuple[str, Array]]:
    for name, array in initial.items():
        if name not in used:
            continue
        value = graph.values[name]
        if array.shape != value.shape:
            raise GraphError(f"{value}: its numbers are {array.shape}: give an array of the tensor's shape.")
        yield name, np.ascontiguousarray(array, value.dtype).reshape(array.shape)
