"""Any ONNX model, run operator by operator with the NumPy kernels: the reference that other engines are checked against."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnx

from runtime.errors import FileError, GraphError
from runtime.graph import Array, Graph, Value, describe_shape
from runtime.ops.walk import interpret as run
from runtime.reading import read, stated_value


def interpret(model: onnx.ModelProto, inputs: Mapping[str, Array]) -> dict[str, Array]:
    """The model's outputs by name, for `inputs` by name.

    Any opset from 7 on; initializers may stand among the inputs, and are then what an input is if nobody gives it.
    Everything is computed in the types that the arrays have: float64 goes where the model states float32. Raises
    `GraphError` for an operator that is not known or refuses its inputs, and for an input that is missing, not the model's,
    or not of the kind, rank and sides that the model states; `FileError` for a damaged model.
    """
    if not isinstance(model, onnx.ModelProto):
        raise FileError(f"The model is of type {type(model).__name__}: load it with onnx.load first.")
    if not isinstance(inputs, Mapping):
        raise GraphError(f"The inputs are of type {type(inputs).__name__}: give a dictionary of arrays by the inputs' names.")
    graph = read(model)
    _check_inputs(graph, model, inputs)
    arrays = {n: _array(n, a) for n, a in inputs.items()}
    for info in model.graph.input:
        if info.name in arrays and info.type.HasField("tensor_type"):
            _check_type(stated_value(info, info.name), info.type.tensor_type.HasField("shape"), arrays[info.name])
    names = [v.name for v in graph.outputs]
    results = run(graph, arrays)
    return {stated.name: results[name] for stated, name in zip(model.graph.output, names, strict=True)}


def _array(name: str, given: Array) -> Array:
    try:
        return np.asarray(given)
    except (ValueError, TypeError):
        raise GraphError(f"The model's input ‘{name}’ was given rows of different lengths: give an array.") from None


#: Kinds of numbers of which one may stand for another.
_KINDS = {"f": "floating numbers", "i": "whole numbers", "u": "whole numbers", "b": "true or false"}


def _check_type(stated: Value, shaped: bool, given: Array) -> None:
    """Raises `GraphError` for an array whose kind, rank or sides are not what the model states of its input."""
    wanted = _KINDS.get(stated.dtype.kind)
    if wanted and wanted != _KINDS.get(given.dtype.kind, "") and given.dtype.kind != "V":
        raise GraphError(f"The model's input ‘{stated.name}’ takes {stated.dtype} and was given {given.dtype}: give {wanted}.")
    pairs = zip(stated.shape, given.shape, strict=False)
    fits = len(stated.shape) == given.ndim and all(not isinstance(d, int) or d <= 0 or d == n for d, n in pairs)
    if shaped and not fits:
        raise GraphError(f"The model's input {stated} was given {describe_shape(given.shape)}: give it an array of its shape.")


def _check_inputs(graph: Graph, model: onnx.ModelProto, inputs: Mapping[str, Array]) -> None:
    known = {v.name for v in graph.inputs} | {i.name for i in model.graph.input} | {t.name for t in model.graph.initializer}
    missing = [v.name for v in graph.inputs if v.name not in inputs]
    foreign = [n for n in inputs if n not in known]
    if missing:
        raise GraphError(f"The model's input ‘{missing[0]}’ was given nothing: give it an array.")
    if foreign:
        there = ", ".join(v.name for v in graph.inputs) or "none"
        raise GraphError(f"The model has no input ‘{foreign[0]}’: its inputs are: {there}.")
