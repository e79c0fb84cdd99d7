"""The learning rate of plain descent goes in once, and through all layers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from runtime.engines.lowering import lowered
from runtime.engines.lowering.accumulation import lower_accumulation
from runtime.engines.ort import OrtEngine
from runtime.graph import Graph, Value
from tests.runtime.test_lowering import distance, feeds, run, start, step_of


def deep(layers: int, tied: bool = False, dtype: Any = np.float32) -> tuple[Graph, Value, Value]:
    """So many layers of 4 units with tanh; with `tied` they share one weight."""
    g = Graph("deep", dtype, True)
    y: Value = g.input("sample", dtype, ("N", 4))
    shared = g.parameter("shared.weight", (4, 4), "glorot_uniform") if tied else None
    for i in range(layers):
        with g.scope(f"n{i}", f"fc{i}"):
            w = shared or g.parameter("weight", (4, 4), "glorot_uniform")
            y = g.Tanh(g.Add(g.MatMul(y, w), g.parameter("bias", (4,))))
    return g, g.ReduceMean(g.Mul(y, y), keepdims=0), y


def scalings(layers: int, tied: bool = False) -> int:
    """How often something is multiplied by minus the learning rate."""
    step = step_of(lambda dtype: deep(layers, tied, dtype), "SGD")
    graph = lowered(step.graph, {"N": 8}, (lower_accumulation,))
    negated = {op.outputs[0] for op in graph.ops if op.type == "Neg" and op.inputs[0] == step.rate}
    return sum(op.type == "Mul" and not negated.isdisjoint(op.inputs) for op in graph.ops)


def test_the_rate_goes_in_once() -> None:
    assert scalings(1) == scalings(3) == 1


def test_far_layers_and_tied_ones_have_it_anew() -> None:
    assert 1 < scalings(60) < 20
    assert scalings(3, tied=True) > 1


@pytest.mark.parametrize("layers, tied", [(3, False), (3, True), (60, False)])
def test_equals_plain_to_rounding(layers: int, tied: bool) -> None:
    step = step_of(lambda dtype: deep(layers, tied, dtype), "SGD")
    given = feeds(step, [8] * 6)
    fast, plain = (run(OrtEngine("cpu", 1, lowering=on).stepper(step, start(step)), given) for on in (True, False))
    assert distance(fast, plain) < 3e-5


def test_a_thousand_layers_pass() -> None:
    assert scalings(1000) > 1
