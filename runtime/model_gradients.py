"""The gradient of a loss by every weight of any ONNX model of known operators."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnx

from runtime import memory
from runtime.autodiff import gradients
from runtime.errors import GraphError, TrainingError
from runtime.from_onnx import from_model, weights
from runtime.graph import Array, Graph, Value, describe_shape, prune
from runtime.ops.walk import interpret

LOSSES = ("mean-squared", "cross-entropy")
Arrays = dict[str, Array]


def model_gradients(
    model: onnx.ModelProto, inputs: Mapping[str, Array], target: Array, loss: str = "mean-squared"
) -> tuple[float, Arrays]:
    """The loss of the model's first output, and its gradient by every floating weight, by the weight's name.

    ``mean-squared``: the mean over all elements of (y − target)². ``cross-entropy``: the mean over the batch of
    −log softmax(y) at the target's classes, which are numbers or one-hot; where y comes from a Softmax, its input counts.
    Computed in the model's own types by the NumPy kernels. Raises `GraphError`, `FileError` or `TrainingError` in words.
    """
    graph, feeds = typed_for(model, inputs)
    value = graph.output(loss_of(graph, target, loss))
    found = gradients(graph, value, [graph.values[n] for n in graph.parameters])
    graph.outputs = [value, *found.values()]
    prune(graph, inputs=False)
    _require_memory(graph)
    results = interpret(graph, {**weights(model), **feeds})
    return float(results[value.name]), {name: results[v.name] for name, v in found.items()}


def typed_for(model: onnx.ModelProto, inputs: Mapping[str, Array]) -> tuple[Graph, Arrays]:
    """The model for inputs of these shapes, and the inputs in its types."""
    graph = from_model(model, shapes={n: a.shape for n, a in inputs.items()})
    missing = [v.name for v in graph.inputs if v.name not in inputs]
    if missing:
        given = ", ".join(inputs) or "nothing"
        raise GraphError(f"The model's input ‘{missing[0]}’ is missing among the arrays ({given}): give one of this name.")
    if not graph.parameters:
        raise GraphError("The model holds no weights of type float32 or float64: there is nothing to differentiate by.")
    feeds = {v.name: _fitting(inputs[v.name], v) for v in graph.inputs}
    return graph, feeds


def _fitting(array: Array, value: Value) -> Array:
    if array.dtype != value.dtype and value.dtype.kind in "iub" and not np.array_equal(array, array.astype(value.dtype)):
        raise GraphError(f"The model's input {value} takes {value.dtype} and was given {array.dtype}: give whole numbers.")
    return array.astype(value.dtype)


def _require_memory(graph: Graph) -> None:
    need, there = memory.graph_needs(graph), memory.physical()
    if there is not None and need > there:
        raise TrainingError(
            f"The model and its gradients need {memory.in_words(need)} of memory, and this machine has "
            f"{memory.in_words(there)}: give fewer samples."
        )


# -- losses --------------------------------------------------------------------------------------------------------------
def loss_of(g: Graph, target: Array, loss: str) -> Value:
    y = g.outputs[0]
    known = tuple(d for d in y.shape if isinstance(d, int))
    if y.dtype.kind != "f" or len(known) != y.rank:
        raise GraphError(f"The model's first output {y} is {y.dtype}: a loss needs floating numbers of a known shape.")
    if target.dtype.kind not in "iufb":
        raise GraphError(f"The target is of type {target.dtype}: give numbers.")
    return _mean_squared(g, y, known, target) if loss == "mean-squared" else _cross_entropy(g, y, known, target)


def _mean_squared(g: Graph, y: Value, shape: tuple[int, ...], target: Array) -> Value:
    if _bare(target.shape) != _bare(shape):
        raise GraphError(_misfit(target, y))
    difference = g.Sub(y, g.constant(target.reshape(shape), y.dtype, "target"))
    result: Value = g.Div(g.ReduceSum(g.Mul(difference, difference), keepdims=0), float(max(1, int(np.prod(shape)))))
    return result


def _cross_entropy(g: Graph, y: Value, shape: tuple[int, ...], target: Array) -> Value:
    scores, axis = logits(g, y)
    axis = _class_axis(shape, target.shape) if axis is None else axis % y.rank
    one_hot = _one_hot(y, shape, axis, target)
    logarithm = g.Mul(g.LogSoftmax(scores, axis=axis), g.constant(one_hot, y.dtype, "target"))
    count = max(1, int(np.prod(shape)) // max(1, shape[axis]))
    result: Value = g.Div(g.Neg(g.ReduceSum(logarithm, keepdims=0)), float(count))
    return result


def logits(g: Graph, y: Value) -> tuple[Value, int | None]:
    """What the output's Softmax reads, and its axis; without one the output itself."""
    makers = g.producer()
    op = makers.get(y.name)
    while op is not None and op.type == "Identity":
        op = makers.get(op.inputs[0])
    if op is None or op.type != "Softmax":
        return y, None
    return g.values[op.inputs[0]], int(op.attributes.get("axis", -1))


def _class_axis(shape: tuple[int, ...], target: tuple[int, ...]) -> int:
    """The last axis; that of the channels where maps are classified place by place."""
    if len(shape) < 3:
        return len(shape) - 1
    channels = target == (shape[0], *shape[2:])
    last = target == shape[:-1]
    return 1 if (channels and not last) or (len(shape) > 3 and (channels or target == shape)) else len(shape) - 1


def _one_hot(y: Value, shape: tuple[int, ...], axis: int, target: Array) -> Array:
    if target.shape == shape:
        return target
    classes, places = shape[axis], (*shape[:axis], *shape[axis + 1 :])
    if _bare(target.shape) != _bare(places):
        raise GraphError(_misfit(target, y))
    chosen = target.reshape(places).astype(np.int64)
    if not np.array_equal(chosen, target.reshape(places)) or np.any((chosen < 0) | (chosen >= classes)):
        raise GraphError(f"The target holds no classes from 0 to {classes - 1}: give class numbers, or one-hot rows.")
    return np.asarray(np.moveaxis(np.eye(classes)[chosen], -1, axis))


def _bare(shape: tuple[int, ...]) -> list[int]:
    return [d for d in shape if d != 1]


def _misfit(target: Array, y: Value) -> str:
    return f"The target is {describe_shape(target.shape)} and the model's first output {y}: give one that fits it."
