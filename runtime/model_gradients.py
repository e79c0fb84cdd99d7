"""The gradient of a loss by every weight of any ONNX model of known operators."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnx

from runtime import memory
from runtime.autodiff import gradients
from runtime.errors import GraphError, TrainingError
from runtime.from_onnx import from_model, weights
from runtime.graph import Array, Graph, Op, Value, describe_shape, prune
from runtime.ops.walk import interpret

LOSSES = ("mean-squared", "cross-entropy")
Arrays = dict[str, Array]


def model_gradients(
    model: onnx.ModelProto, inputs: Mapping[str, Array], target: Array, loss: str = "mean-squared"
) -> tuple[float, Arrays]:
    """The loss of the model's first output, and its gradient by every floating weight, by the weight's name.

    ``mean-squared``: the mean over all elements of (y − target)². ``cross-entropy``: the mean over the batch of
    −log softmax(y) at the target's classes, which are numbers or one-hot; where y comes from a Softmax, its input counts.
    Of a single number, and under a Sigmoid of a target as large as y, it is binary: the mean over all elements, the
    Sigmoid's input counting. Computed in the model's own types by the NumPy kernels. Raises `GraphError`, `FileError` or
    `TrainingError` in words.
    """
    graph, feeds = typed_for(model, inputs)
    value = graph.output(loss_of(graph, target, loss))
    found = gradients(graph, value, [graph.values[n] for n in graph.parameters])
    graph.outputs = [value, *found.values()]
    prune(graph, inputs=False)
    require_memory(graph)
    known = weights(model)
    results = interpret(graph, {**known, **feeds})
    level, by_name = float(results[value.name]), {name: results[v.name] for name, v in found.items()}
    _require_finite(level, by_name, {**feeds, **known})
    return level, by_name


def _require_finite(level: float, found: Arrays, known: Arrays) -> None:
    """Raises `GraphError` for a result that is no number, and says where that comes from if it was given."""
    wrong = next((f"its gradient by ‘{n}’" for n, a in found.items() if not np.isfinite(a).all()), "")
    wrong = wrong if np.isfinite(level) else "the loss"
    if not wrong:
        return
    source = next((n for n, a in known.items() if a.dtype.kind == "f" and not np.isfinite(a).all()), None)
    if source is not None:
        raise GraphError(f"‘{source}’ holds NaN or infinity, so {wrong} is no number: give finite numbers.")
    raise GraphError(f"Of these inputs {wrong} is no number (NaN or infinity): give inputs nearer to zero.")


def typed_for(model: onnx.ModelProto, inputs: Mapping[str, Array]) -> tuple[Graph, Arrays]:
    """The model for inputs of these shapes, and the inputs in its types."""
    graph = from_model(model, shapes={n: a.shape for n, a in inputs.items()})
    missing = [v.name for v in graph.inputs if v.name not in inputs]
    if missing:
        given = ", ".join(inputs) or "nothing"
        raise GraphError(f"The model's input ‘{missing[0]}’ is missing among the arrays ({given}): give one of this name.")
    foreign = next((n for n in inputs if n not in {v.name for v in graph.inputs}), None)
    if foreign is not None:
        there = ", ".join(v.name for v in graph.inputs) or "none"
        raise GraphError(f"The model has no input ‘{foreign}’: its inputs are: {there}.")
    if not graph.parameters:
        raise GraphError("The model holds no weights of type float32 or float64: there is nothing to differentiate by.")
    feeds = {v.name: _fitting(inputs[v.name], v) for v in graph.inputs}
    return graph, feeds


def _fitting(array: Array, value: Value) -> Array:
    if array.shape[:1] == (0,):
        raise GraphError(f"The model's input ‘{value.name}’ was given {describe_shape(array.shape)}: give one sample at least.")
    if array.dtype.kind == "f" and np.isnan(array).any():
        raise GraphError(f"The model's input ‘{value.name}’ was given NaN: give finite numbers.")
    if array.dtype != value.dtype and value.dtype.kind in "iub" and not np.array_equal(array, array.astype(value.dtype)):
        raise GraphError(f"The model's input {value} takes {value.dtype} and was given {array.dtype}: give whole numbers.")
    return array.astype(value.dtype)


def require_memory(graph: Graph) -> None:
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
    if target.dtype.kind == "f" and not np.isfinite(target).all():
        raise GraphError("The target holds NaN or infinity: give finite numbers.")
    if 0 in known:
        raise GraphError(f"The model's first output {y} holds no numbers: give one sample at least.")
    return _mean_squared(g, y, known, target) if loss == "mean-squared" else _cross_entropy(g, y, known, target)


def _mean_squared(g: Graph, y: Value, shape: tuple[int, ...], target: Array) -> Value:
    if _bare(target.shape) != _bare(shape):
        raise GraphError(_misfit(target, y))
    difference = g.Sub(y, g.constant(target.reshape(shape), y.dtype, "target"))
    result: Value = g.Div(g.ReduceSum(g.Mul(difference, difference), keepdims=0), float(max(1, int(np.prod(shape)))))
    return result


def _cross_entropy(g: Graph, y: Value, shape: tuple[int, ...], target: Array) -> Value:
    scores, axis = logits(g, y)
    if axis is not None and shape[axis] == 1:
        raise GraphError(f"The Softmax of the first output {y} has one class, whose share is always 1: give it two.")
    if is_binary(g, y, shape, target.shape):
        return _binary(g, y, shape, target)
    axis = _class_axis(shape, target.shape) if axis is None else axis % y.rank
    one_hot = _one_hot(y, shape, axis, target)
    logarithm = g.Mul(g.LogSoftmax(scores, axis=axis), g.constant(one_hot, y.dtype, "target"))
    count = max(1, int(np.prod(shape)) // max(1, shape[axis]))
    result: Value = g.Div(g.Neg(g.ReduceSum(logarithm, keepdims=0)), float(count))
    return result


def is_binary(g: Graph, y: Value, shape: tuple[int, ...], target: tuple[int, ...] | None = None) -> bool:
    """Whether each number of the output is a probability, or the logit of one, by itself."""
    by_itself = _under(g, y, "Sigmoid") is not None and (target is None or _bare(target) == _bare(shape))
    alone = _under(g, y, "Softmax") is None and len(shape) > 1 and shape[_class_axis(shape, target or ())] == 1
    return by_itself or alone


def _binary(g: Graph, y: Value, shape: tuple[int, ...], target: Array) -> Value:
    """The mean of softplus(z) − t·z = −t·log σ(z) − (1 − t)·log(1 − σ(z)), z the logit."""
    if _bare(target.shape) != _bare(shape):
        raise GraphError(_misfit(target, y))
    if np.any((target < 0) | (target > 1)):
        raise GraphError("The target of a single output holds numbers outside 0 to 1: give the probability of its class.")
    op = _under(g, y, "Sigmoid")
    z = y if op is None else g.values[op.inputs[0]]
    parts = g.Sub(g.Softplus(z), g.Mul(z, g.constant(target.reshape(shape), y.dtype, "target")))
    result: Value = g.Div(g.ReduceSum(parts, keepdims=0), float(np.prod(shape)))
    return result


def logits(g: Graph, y: Value) -> tuple[Value, int | None]:
    """What the output's Softmax reads, and its axis; without one the output itself."""
    op = _under(g, y, "Softmax")
    return (y, None) if op is None else (g.values[op.inputs[0]], int(op.attributes.get("axis", -1)))


def _under(g: Graph, y: Value, op_type: str) -> Op | None:
    """The operator of this type that makes the output, perhaps through Identity operators."""
    makers = g.producer()
    op = makers.get(y.name)
    while op is not None and op.type == "Identity":
        op = makers.get(op.inputs[0])
    return op if op is not None and op.type == op_type else None


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
