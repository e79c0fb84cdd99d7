"""A model in float64 in place of float32: to compare gradients with finite differences, which float32 cannot resolve."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper

#: Attributes that name an element type.
_TYPES = ("to", "dtype", "softmax_precision")


def in_double(model: ModelProto) -> ModelProto:
    """A copy of `model` in which every float32 is a float64: weights, inputs, constants, types of casts."""
    wide = ModelProto()
    wide.CopyFrom(model)
    _widen(wide.graph)
    for function in wide.functions:
        _widen_nodes(function.node)
    return wide


def _widen(graph: GraphProto) -> None:
    for value in (*graph.input, *graph.output, *graph.value_info):
        if value.type.tensor_type.elem_type == TensorProto.FLOAT:
            value.type.tensor_type.elem_type = TensorProto.DOUBLE
    for tensor in graph.initializer:
        _widen_tensor(tensor)
    _widen_nodes(graph.node)


def _widen_nodes(nodes: Any) -> None:
    """Of a graph or a function: a protobuf list."""
    for node in nodes:
        for attribute in node.attribute:
            _widen_attribute(attribute)
    parts = [part for node in nodes for part in _with_casts(node)]
    del nodes[:]
    nodes.extend(parts)


def _widen_tensor(tensor: TensorProto) -> None:
    if tensor.data_type == TensorProto.FLOAT and tensor.data_location != TensorProto.EXTERNAL:
        tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float64), tensor.name))


def _widen_attribute(attribute: AttributeProto) -> None:
    if attribute.type == AttributeProto.GRAPH:
        _widen(attribute.g)
    elif attribute.type == AttributeProto.TENSOR:
        _widen_tensor(attribute.t)
    elif attribute.name in _TYPES and attribute.i == TensorProto.FLOAT:
        attribute.i = TensorProto.DOUBLE


def _with_casts(node: NodeProto) -> list[NodeProto]:
    """Two things are float32 whatever the rest is: a Constant's number, cast behind it, and Resize's scales, cast before."""
    if node.op_type == "Constant" and node.attribute[0].name in ("value_float", "value_floats"):
        name = node.output[0]
        node.output[0] = f"{name}.float32"
        return [node, helper.make_node("Cast", [node.output[0]], [name], to=TensorProto.DOUBLE)]
    index = {"Upsample": 1, "Resize": 1 if len(node.input) == 2 else 2}.get(node.op_type, len(node.input))
    if index >= len(node.input) or not node.input[index]:
        return [node]
    name = f"{node.output[0]}.{node.input[index]}.float32"
    cast = helper.make_node("Cast", [node.input[index]], [name], to=TensorProto.FLOAT)
    node.input[index] = name
    return [cast, node]
