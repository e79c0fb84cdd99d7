"""Gradients of an ONNX model against finite differences, in float64, weight by weight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import onnx

from runtime.from_onnx import from_model, weights
from runtime.graph import Array, Graph, Value, prune
from runtime.model_gradients import Arrays, is_binary, logits, loss_of, model_gradients, require_memory, typed_for
from runtime.ops.walk import interpret
from runtime.precision import in_double
from runtime.reading import read

#: Relative disagreement from which a gradient is called wrong, and the steps of the finite differences: where a kink lies
#: within one of them, it does not lie within the next.
TOLERANCE = 1e-5
STEPS = (1e-5, 1e-6, 1e-7)


@dataclass(frozen=True)
class Comparison:
    """One weight's gradient along a drawn direction: ours, by finite differences, and how far apart they are."""

    weight: str
    gradient: float
    difference: float
    error: float

    @property
    def agrees(self) -> bool:
        return self.error <= TOLERANCE


def compared(
    model: onnx.ModelProto, inputs: Mapping[str, Array], target: Array, loss: str = "mean-squared", seed: int = 0
) -> list[Comparison]:
    """Every weight's gradient against finite differences, all in float64; the worst first."""
    model = in_double(model)
    inputs = {n: a.astype(np.float64) if a.dtype == np.float32 else a for n, a in inputs.items()}
    level, found = model_gradients(model, inputs, target, loss)
    graph, feeds = typed_for(model, inputs)
    graph.outputs = [loss_of(graph, target, loss)]
    prune(graph, inputs=False)
    known = {**weights(model), **feeds}
    rng = np.random.default_rng(seed)
    drawn = {name: np.asarray(rng.standard_normal(dw.shape)) for name, dw in found.items()}
    results = [_compared(graph, known, name, dw, drawn[name], level) for name, dw in found.items()]
    return sorted(results, key=lambda c: -np.nan_to_num(c.error, nan=np.inf))


def _compared(graph: Graph, known: Arrays, name: str, dw: Array, direction: Array, level: float) -> Comparison:
    ours, tries = float(np.sum(dw * direction)), []
    for step in STEPS:
        ends = [_level(graph, {**known, name: known[name] + sign * step * direction}) for sign in (1, -1)]
        slope = (ends[0] - ends[1]) / (2 * step)
        error = abs(slope - ours) / max(abs(slope), abs(ours), 1e-3 * max(1.0, abs(level)))
        tries.append(Comparison(name, ours, slope, error))
        if tries[-1].agrees:
            break
    return min(tries, key=lambda c: np.nan_to_num(c.error, nan=np.inf))


def _level(graph: Graph, known: Arrays) -> float:
    return float(interpret(graph, known)[graph.outputs[0].name])


# -- when nothing is given -----------------------------------------------------------------------------------------------
def drawn(model: onnx.ModelProto, loss: str, seed: int = 0) -> tuple[Arrays, Array]:
    """Inputs and a target of the model's own shapes: two samples, eight steps or places where a length is open."""
    rng = np.random.default_rng(seed)
    sizes = {v.name: _size(v) for v in read(model).inputs}
    graph = from_model(model, shapes=sizes)
    require_memory(graph)
    inputs = {v.name: _drawn(rng, v.dtype, sizes[v.name]) for v in graph.inputs}
    y = interpret(graph, {**weights(model), **inputs})[graph.outputs[0].name]
    if loss == "mean-squared":
        return inputs, np.asarray(rng.standard_normal(y.shape))
    if is_binary(graph, graph.outputs[0], y.shape):
        return inputs, np.asarray(rng.integers(0, 2, y.shape))
    _, axis = logits(graph, graph.outputs[0])
    axis = (1 if y.ndim > 3 else y.ndim - 1) if axis is None else axis
    return inputs, np.asarray(rng.integers(0, max(1, y.shape[axis]), np.delete(np.array(y.shape), axis)))


def _size(value: Value) -> tuple[int, ...]:
    return tuple(d if isinstance(d, int) else 2 if i == 0 else 8 for i, d in enumerate(value.shape))


def _drawn(rng: np.random.Generator, dtype: np.dtype[np.generic], shape: tuple[int, ...]) -> Array:
    return rng.standard_normal(shape).astype(dtype) if dtype.kind == "f" else rng.integers(0, 2, shape).astype(dtype)
