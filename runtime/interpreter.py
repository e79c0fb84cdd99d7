"""Any ONNX model, run operator by operator with the NumPy kernels: the reference that other engines are checked against."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnx

from runtime.errors import GraphError
from runtime.graph import Array, Graph
from runtime.ops.walk import interpret as run
from runtime.reading import read


def interpret(model: onnx.ModelProto, inputs: Mapping[str, Array]) -> dict[str, Array]:
    """The model's outputs by name, for `inputs` by name.

    Any opset from 7 on; initializers may stand among the inputs, and are then what an input is if nobody gives it.
    Everything is computed in the types that the arrays have. Raises `GraphError` for an operator that is not known or
    refuses its inputs, and for an input that is missing or not the model's; `FileError` for a damaged model.
    """
    graph = read(model)
    _check_inputs(graph, model, inputs)
    names = [v.name for v in graph.outputs]
    results = run(graph, {n: np.asarray(a) for n, a in inputs.items()})
    return {stated.name: results[name] for stated, name in zip(model.graph.output, names, strict=True)}


def _check_inputs(graph: Graph, model: onnx.ModelProto, inputs: Mapping[str, Array]) -> None:
    known = {v.name for v in graph.inputs} | {i.name for i in model.graph.input} | {t.name for t in model.graph.initializer}
    missing = [v.name for v in graph.inputs if v.name not in inputs]
    foreign = [n for n in inputs if n not in known]
    if missing:
        raise GraphError(f"The model's input ‘{missing[0]}’ was given nothing: give it an array.")
    if foreign:
        there = ", ".join(v.name for v in graph.inputs) or "none"
        raise GraphError(f"The model has no input ‘{foreign[0]}’: its inputs are: {there}.")
