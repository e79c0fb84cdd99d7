"""An ONNX model read into a Graph whose values have no types yet: what the interpreter runs and `from_model` types.

Functions of the model are unfolded where they are called, bodies become Graphs, old forms of operators become modern ones
(`runtime.upgrade`). Every name is unique over the graph and all its bodies, so a name that shadows an outer one cannot be
mistaken for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from onnx import AttributeProto, GraphProto, NodeProto, TensorProto, helper, numpy_helper

from runtime.errors import FileError, GraphError
from runtime.graph import Array, Dim, Graph, Op, Value
from runtime.inference import schema
from runtime.ops import KERNELS
from runtime.upgrade import OLDEST, Draft, upgrade
from runtime.vocabulary import require_known_words

LAYER = "pkg.netwright.layer"
PHASE = "pkg.netwright.phase"

#: Operators after unfolding. A file of a few kilobytes whose functions call each other can claim billions.
MOST_OPERATORS = 100_000


def read(model: onnx.ModelProto) -> Graph:
    """The model's operators in modern forms; its initializers are constants, its inputs those without one.

    Raises `FileError` for a form older than opset 7 or a damaged file, `GraphError` for an operator that is not known.
    """
    return _Reader(model).graph(model.graph, _Scope(opsets(model.opset_import)))


def opsets(imports: Iterable[onnx.OperatorSetIdProto]) -> dict[str, int]:
    """Versions by domain; ONNX's own domain is the empty name."""
    return {"" if o.domain == "ai.onnx" else o.domain: o.version for o in imports}


@dataclass(frozen=True)
class _Scope:
    """What names and versions mean where an operator stands: names as written -> names in the graph."""

    opsets: Mapping[str, int]
    names: dict[str, str] = field(default_factory=lambda: {"": ""})
    attributes: Mapping[str, AttributeProto] = field(default_factory=dict)
    label: str = ""
    outermost: bool = True

    @property
    def opset(self) -> int:
        return self.opsets.get("", 1)


class _Reader:
    """Reads one model; counts what it has unfolded and knows every name it has given."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self._functions = {(f.domain, f.name, f.overload): f for f in model.functions}
        self._count = 0
        self._taken: set[str] = set()
        self._numbers: dict[str, int] = {}
        self._ranks = {
            v.name: len(v.type.tensor_type.shape.dim)
            for v in (*model.graph.value_info, *model.graph.input, *model.graph.output)
            if v.type.tensor_type.HasField("shape")
        }

    # -- graphs ----------------------------------------------------------------------------------------------------------
    def graph(self, proto: GraphProto, scope: _Scope) -> Graph:
        graph = Graph(proto.name or "graph")
        for tensor in proto.initializer:
            graph.constants[self._define(tensor.name, scope)] = array(tensor)
        if proto.sparse_initializer:
            raise FileError(f"‘{graph.name}’ holds sparse weights, which Netwright does not read: save them as plain tensors.")
        given = {t.name for t in proto.initializer}
        graph.inputs = [stated_value(i, self._define(i.name, scope)) for i in proto.input if i.name not in given]
        for node in proto.node:
            self._node(node, scope, graph)
        graph.outputs = [stated_value(o, self._known(o.name, scope, graph.name)) for o in proto.output]
        return graph

    def _define(self, name: str, scope: _Scope) -> str:
        """The name in the graph of a value that is made here: its own, unless that is taken."""
        if not name:
            return ""
        if scope.outermost and name in scope.names:
            raise FileError(f"The name ‘{name}’ is given twice in the model: export it again.")
        scope.names[name] = self._fresh(f"{scope.label}{name}")
        return scope.names[name]

    def _fresh(self, name: str) -> str:
        """`name`, or where that is taken ``name_2``, ``name_3`` …"""
        candidate = name
        while candidate in self._taken:
            self._numbers[name] = self._numbers.get(name, 1) + 1
            candidate = f"{name}_{self._numbers[name]}"
        self._taken.add(candidate)
        return candidate

    def _known(self, name: str, scope: _Scope, reader: str) -> str:
        if name not in scope.names:
            raise GraphError(f"{reader} reads ‘{name}’, which nothing before it makes: export the model again.")
        return scope.names[name]

    # -- nodes -----------------------------------------------------------------------------------------------------------
    def _node(self, node: NodeProto, scope: _Scope, graph: Graph) -> None:
        self._count += 1
        if self._count > MOST_OPERATORS:
            raise FileError(f"The model's functions unfold to more than {MOST_OPERATORS:,} operators: it is not run.")
        domain = "" if node.domain == "ai.onnx" else node.domain
        function = self._functions.get((node.domain, node.op_type, node.overload))
        if function is not None:
            self._call(function, node, scope, graph)
        elif node.op_type == "Constant" and not domain:
            graph.constants[self._define(node.output[0], scope)] = _constant(self._attributes(node, scope), node)
        elif domain:
            raise _unknown(node)
        else:
            self._operator(node, scope, graph)

    def _operator(self, node: NodeProto, scope: _Scope, graph: Graph) -> None:
        _check_age(node, scope.opset)
        inputs = tuple(self._known(n, scope, node.op_type) for n in node.input)
        attributes = self._attributes(node, scope)
        outputs = tuple(self._define(n, scope) for n in node.output)
        tags = {p.key: p.value for p in node.metadata_props}
        layer, phase = tags.get(LAYER, ""), tags.get(PHASE, "forward")
        op = Op(node.op_type, inputs, outputs, attributes, layer, phase, name=node.name)
        draft = upgrade(Draft(op, self._fresh, self._ranks.get), scope.opset)
        if any(o.type not in KERNELS for o in draft.ops):
            raise _unknown(node)
        for made in draft.ops:
            require_known_words(made)
        graph.constants.update(draft.constants)
        graph.ops.extend(draft.ops)

    def _attributes(self, node: NodeProto, scope: _Scope) -> dict[str, Any]:
        """By name; an empty list says nothing, and is left out."""
        found = [r for a in node.attribute if (r := _resolved(a, scope.attributes)) is not None]
        values = {a.name: self._attribute(a, scope) for a in found}
        return {name: v for name, v in values.items() if not (isinstance(v, list) and not v)}

    def _attribute(self, proto: AttributeProto, scope: _Scope) -> Any:
        if proto.type == AttributeProto.GRAPH:
            inner = _Scope(scope.opsets, dict(scope.names), scope.attributes, scope.label, False)
            return self.graph(proto.g, inner)
        value = helper.get_attribute_value(proto)
        if isinstance(value, bytes):
            return value.decode(errors="replace")
        return [v.decode() if isinstance(v, bytes) else v for v in value] if proto.type == AttributeProto.STRINGS else value

    # -- functions -------------------------------------------------------------------------------------------------------
    def _call(self, function: onnx.FunctionProto, node: NodeProto, scope: _Scope, graph: Graph) -> None:
        """Unfold a function: its operators, with the caller's values in place of its inputs."""
        label = f"{scope.label}{node.name or function.name}/"
        inputs = [self._known(n, scope, node.op_type) for n in node.input]
        inputs += [""] * (len(function.input) - len(inputs))
        names = {"": "", **dict(zip(function.input, inputs, strict=False))}
        attributes = {a.name: a for a in function.attribute_proto}
        attributes.update((a.name, found) for a in node.attribute if (found := _resolved(a, scope.attributes)) is not None)
        inner = _Scope({**scope.opsets, **opsets(function.opset_import)}, names, attributes, label, False)
        if label.count("/") > _DEEPEST:
            raise FileError(f"The function {function.name} calls itself, or too many others: it is not run.")
        for part in function.node:
            self._node(part, inner, graph)
        for outer, own in zip(node.output, function.output, strict=False):
            made = self._known(own, inner, function.name)
            if outer:
                graph.ops.append(Op("Identity", (made,), (self._define(outer, scope),)))


#: Functions that call functions, one within the other.
_DEEPEST = 64


def _unknown(node: NodeProto) -> GraphError:
    place = node.name or (node.output[0] if node.output else node.op_type)
    return GraphError(f"‘{place}’: Netwright does not know the operator {node.op_type}: remove it.")


def _check_age(node: NodeProto, opset: int) -> None:
    """Operators older than opset 7 are read where nothing about them changed until then."""
    if opset < OLDEST and node.op_type in KERNELS and schema(node.op_type, OLDEST).since_version > opset:
        raise FileError(f"{node.op_type} is written in the form of opset {opset}: export the model again with opset 13 to 24.")


def _resolved(attribute: AttributeProto, given: Mapping[str, AttributeProto]) -> AttributeProto | None:
    """An attribute of an operator in a function may stand for one of the function's own: None where nobody gave that."""
    if not attribute.ref_attr_name:
        return attribute
    if attribute.ref_attr_name not in given:
        return None
    found = AttributeProto()
    found.CopyFrom(given[attribute.ref_attr_name])
    found.name = attribute.name
    return found


def _constant(attributes: Mapping[str, Any], node: NodeProto) -> Array:
    """The tensor of a Constant operator, in whichever of its forms."""
    kind, value = next(iter(attributes.items()), ("value_floats", ()))
    if isinstance(value, TensorProto):
        return array(value)
    if kind not in ("value_float", "value_floats", "value_int", "value_ints"):
        raise GraphError(f"‘{node.output[0]}’: a Constant with {kind} is text or sparse: save it as a plain tensor.")
    return np.array(value, np.float32 if "float" in kind else np.int64)


def array(tensor: TensorProto) -> Array:
    """The numbers of a tensor. Raises `FileError` where they are not inside the model, or are none."""
    if tensor.data_location == TensorProto.EXTERNAL:
        raise FileError(f"The numbers of ‘{tensor.name}’ lie in another file: load the model with its external data.")
    try:
        return numpy_helper.to_array(tensor)
    except (TypeError, ValueError, KeyError) as error:
        raise FileError(f"The tensor ‘{tensor.name}’ is damaged ({error}): export the model again.") from None


def stated_value(info: onnx.ValueInfoProto, name: str) -> Value:
    """A value as the file states it; void, without a shape, where it states nothing."""
    kind = info.type.tensor_type
    dims: list[Dim] = [d.dim_value if d.HasField("dim_value") else (d.dim_param or None) for d in kind.shape.dim]
    try:
        dtype = np.dtype(helper.tensor_dtype_to_np_dtype(kind.elem_type)) if kind.elem_type else np.dtype("V")
    except KeyError:
        raise FileError(f"‘{info.name}’ has an unknown type: export the model again.") from None
    return Value(name, dtype, tuple(dims))
