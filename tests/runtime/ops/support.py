"""What the tests of operators share: a case, its graph, and the two ways to run it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import DTypeLike
from onnx import ModelProto, helper, numpy_helper

from runtime.autodiff import gradients
from runtime.graph import BATCH, IR_VERSION, OPSET, Array, Graph, Value
from runtime.inference import node_proto, type_proto
from runtime.ops.registry import evaluate


@dataclass(frozen=True)
class Case:
    """A small graph around one operator: its floating inputs, and how to build the output from them.

    `batch` names the inputs whose first axis is the symbolic batch. `opset` is that of the graph.
    """

    inputs: Sequence[Array]
    build: Callable[..., Value]
    batch: Sequence[int] = field(default=())
    opset: int = OPSET


def spread(rng: np.random.Generator, *shape: int) -> Array:
    """Numbers in (−2, 2), all at least 1e-3 apart and away from 0: no kink and no tie is within a small step."""
    size = int(np.prod(shape))
    numbers = (rng.permutation(size) + 0.25 + 0.5 * rng.random(size)) / size * 4 - 2
    numbers = np.where(np.abs(numbers) < 1e-3, 1e-3 * (3 + rng.random(size)), numbers)
    return numbers.reshape(shape)


def assemble(case: Case, dtype: DTypeLike = np.float64, training: bool = True) -> tuple[Graph, dict[str, Array]]:
    """The case's graph with a loss Σ w·y (w: fixed drawn weights) and, if training, the gradient of every input.

    Outputs are y, the loss, then the gradients.
    """
    g = Graph(dtype=dtype, opset=case.opset)
    values, feed = [], {}
    for i, array in enumerate(case.inputs):
        shape = (BATCH, *array.shape[1:]) if i in case.batch else array.shape
        values.append(g.input(f"x{i}", dtype, shape))
        feed[f"x{i}"] = np.asarray(array, dtype)
    y = g.output(case.build(g, *values))
    size = interpret(g, feed)[0].shape
    weights = g.constant(np.random.default_rng(7).standard_normal(size), dtype, "weights")
    loss = g.output(g.ReduceSum(g.Mul(y, weights), keepdims=0))
    if training:
        for gradient in gradients(g, loss, values).values():
            g.output(gradient)
    return g, feed


def interpret(g: Graph, feed: dict[str, Array]) -> list[Array]:
    """The graph's outputs by the NumPy kernels, each value's declared shape and type checked on the way."""
    known: dict[str, Array] = {**g.constants, **feed, "": None}  # type: ignore[dict-item]
    for op in g.ops:
        results = evaluate(op, [known[name] for name in op.inputs], known)
        for name, array in zip(op.outputs, results, strict=True):
            if not name:
                continue
            value = g.values[name]
            fits = len(value.shape) == array.ndim and all(
                not isinstance(d, int) or d == n for d, n in zip(value.shape, array.shape, strict=True)
            )
            assert fits, f"{op.type}: {value} came out as {array.shape}"
            assert value.dtype == array.dtype, f"{op.type}: {value.dtype} came out as {array.dtype}"
            known[name] = array
    return [known[value.name] for value in g.outputs]


def model(g: Graph) -> ModelProto:
    inputs = [helper.make_value_info(v.name, type_proto(v)) for v in g.inputs]
    outputs = [helper.make_value_info(v.name, type_proto(v)) for v in g.outputs]
    constants = [numpy_helper.from_array(array, name) for name, array in g.constants.items()]
    graph = helper.make_graph([node_proto(op) for op in g.ops], g.name, inputs, outputs, constants)
    opsets = [helper.make_opsetid("", g.opset)]
    ir = max(IR_VERSION, helper.find_min_ir_version_for(opsets))
    return helper.make_model(graph, ir_version=ir, opset_imports=opsets)


def run_onnxruntime(g: Graph, feed: dict[str, Array], threads: int = 1) -> list[Array]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(model(g).SerializeToString(), options, ["CPUExecutionProvider"])
    results: Any = session.run([v.name for v in g.outputs], feed)
    return list(results)
