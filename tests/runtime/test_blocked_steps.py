"""Recurrent layers in blocked steps: against the step as it was built and float64; which ones are, and which stay plain."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from runtime.engines.lowering import lowered
from runtime.engines.lowering.blocks import NCHWC
from runtime.engines.lowering.expansion import lower_expansion
from runtime.engines.lowering.folding import specialised
from runtime.engines.numpy_engine import NumpyEngine
from runtime.engines.ort import OrtEngine
from runtime.formulations import BLOCKED_STATE
from runtime.graph import Graph, Value
from runtime.ops.registry import ints
from runtime.recipe import Update
from runtime.training_step import StepGraph, training_step
from tests.runtime.test_blocked_maps import blocked
from tests.runtime.test_lowering import distance, feeds, run, start

GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
STEPS, WIDE = 5, 7


def step_of(kind: str, hidden: int, direction: str = "forward", last: bool = False, dtype: Any = np.float32) -> StepGraph:
    """A recurrent layer on (N, 5, 7), a Dense layer on every output or on the last one, squared error; Momentum."""
    g = Graph(kind, dtype, True)
    ways, x = 1 + (direction == "bidirectional"), g.input("sample", dtype, ("N", STEPS, WIDE))
    with g.scope("n1", "cells"):
        wide = GATES[kind] * hidden
        shapes = {"w": (ways, wide, WIDE), "r": (ways, wide, hidden), "b": (ways, 2 * wide)}
        weights = [g.parameter(n, s, "glorot_uniform" if n != "b" else "zeros") for n, s in shapes.items()]
        turned = g.Transpose(x, perm=[1, 0, 2])
        sequence, end = g.emit(kind, (turned, *weights), 2, hidden_size=hidden, direction=direction)
        y = g.Transpose(end, perm=[1, 0, 2]) if last else g.Transpose(sequence, perm=[2, 0, 1, 3])
        y = g.Reshape(y, ints(g, [0, ways * hidden] if last else [0, STEPS, ways * hidden], "shape"))
    with g.scope("n2", "dense"):
        y = g.Add(g.MatMul(y, g.parameter("weight", (ways * hidden, 3), "glorot_uniform")), g.parameter("bias", (3,)))
    error = g.Sub(y, g.input("label", dtype, y.shape))
    return training_step(g, g.ReduceMean(g.Mul(error, error), keepdims=0), Update(optimizer="Momentum"), [y])


def inside(graph: Graph) -> Counter[str]:
    """The operators of all Scans' bodies, blocked ones marked."""
    bodies = [body for op in graph.ops for body in op.bodies]
    return Counter("blocked " * (op.domain == NCHWC) + op.type for body in bodies for op in body.ops)


@pytest.mark.parametrize(("kind", "direction", "last"), [
    ("LSTM", "forward", False), ("LSTM", "reverse", False), ("LSTM", "bidirectional", False), ("LSTM", "forward", True),
    ("GRU", "forward", False), ("GRU", "bidirectional", True), ("RNN", "forward", False),
])  # fmt: skip
def test_blocked_steps_equal_plain_ones_to_rounding_and_both_float64(kind: str, direction: str, last: bool) -> None:
    """With batches of whole blocks and of others."""
    step, exact = (step_of(kind, BLOCKED_STATE, direction, last, dtype) for dtype in (np.float32, np.float64))
    sizes = [16, 16, 3, 16, 1]
    given = feeds(step, sizes)
    fast, plain = (run(OrtEngine("cpu", 2, lowering=on).stepper(step, start(step)), given) for on in (True, False))
    truth = run(NumpyEngine().stepper(exact, start(exact)), feeds(exact, sizes))
    assert distance(fast, plain) < 1e-5
    assert distance(fast, truth) < 1e-5


@blocked
@pytest.mark.parametrize("kind", GATES)
def test_products_in_the_loop_are_convolutions(kind: str) -> None:
    step = step_of(kind, BLOCKED_STATE)
    before, after = inside(step.graph), inside(lowered(step.graph, {"N": 16}))
    assert after["blocked Conv"] == before["Gemm"] > 0 and not after["Gemm"]


@blocked
def test_an_lstm_in_blocks() -> None:
    """Gates' functions are the convolutions' own, and the gradient of the weights is a convolution where batches are blocks."""
    step = step_of("LSTM", BLOCKED_STATE)
    whole, odd = (lowered(step.graph, {"N": n}) for n in (16, 3))
    assert not inside(whole)["Sigmoid"] and inside(whole)["Tanh"] == 1
    weights = [sum(op.type == "Conv" and op.phase == "backward" for op in graph.ops) for graph in (whole, odd)]
    assert weights == [1, 0]


@blocked
def test_narrow_and_odd_states_stay_plain() -> None:
    for hidden in (BLOCKED_STATE // 2, BLOCKED_STATE + 1):
        step = step_of("LSTM", hidden)
        graph = lowered(step.graph, {"N": 16})
        assert inside(graph) == inside(step.graph)
        assert not any(op.domain == NCHWC for op in graph.ops)


def test_sizes_are_known_inside_bodies() -> None:
    step = step_of("GRU", 4)
    known = specialised(step.graph, {"N": 6})
    shapes = [v.shape for op in known.ops for body in op.bodies for v in body.values.values()]
    assert shapes and not any("N" in shape for shape in shapes)
    assert any("N" in v.shape for op in step.graph.ops for body in op.bodies for v in body.values.values())


def test_nothing_is_expanded_to_meet_what_is_large() -> None:
    g = Graph("expanded", np.float32, False)
    x, y = g.input("x", np.float32, (2, 1)), g.input("y", np.float32, (2, 3))

    def wide(value: Value) -> Value:
        result: Value = g.Expand(value, ints(g, [2, 3], "shape"))
        return result

    g.outputs = [g.Mul(wide(x), y), g.Sub(y, wide(x)), g.Add(wide(x), wide(x))]
    after, changed = lower_expansion(g)
    fed = {"x": np.float32([[1], [2]]), "y": np.arange(6, dtype=np.float32).reshape(2, 3)}
    assert changed and sum(op.type == "Expand" for op in after.ops) == 2  # the sum needs its own shape
    for graph in (g, after):
        found = OrtEngine("cpu", 1).load(graph).run(fed)
        np.testing.assert_array_equal(found[g.outputs[0].name], fed["x"] * fed["y"])
        np.testing.assert_array_equal(found[g.outputs[1].name], fed["y"] - fed["x"])
        np.testing.assert_array_equal(found[g.outputs[2].name], np.broadcast_to(2 * fed["x"], (2, 3)))
