"""Weight gradients of few kernels, summed over samples as channels: the same numbers, for whole blocks of samples only."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from runtime.engines.lowering import lowered
from runtime.engines.lowering.batch_gradients import lower_batch_gradients
from runtime.engines.lowering.blocks import NCHWC, block
from runtime.engines.lowering.folding import specialised
from runtime.engines.lowering.products import lower_products
from runtime.engines.ort import OrtEngine
from runtime.graph import Graph, Value
from tests.runtime.test_lowering import distance, feeds, run, start, step_of

blocks = pytest.mark.skipif(not block(), reason="this onnxruntime has no blocked convolutions here")


def net(pads: list[int], dtype: Any = np.float32) -> tuple[Graph, Value, Value]:
    """5×5 convolutions from 2 to 3 channels and from 3 to a block of them; the mean square is to be small."""
    g = Graph("few", dtype, True)
    y: Value = g.input("sample", dtype, ("N", 2, 13, 11))
    for i, outs in enumerate((3, block() or 16)):
        with g.scope(f"n{i}", f"conv{i}"):
            w = g.parameter("weight", (outs, y.shape[1], 5, 5), "he_normal")
            y = g.Tanh(g.Conv(y, w, g.parameter("bias", (outs,)), kernel_shape=[5, 5], pads=pads))
    return g, g.ReduceMean(g.Mul(y, y), keepdims=0), y


@blocks
@pytest.mark.parametrize("pads", [[0, 0, 0, 0], [2, 2, 2, 2], [1, 1, 3, 0]])
def test_equals_plain_to_rounding(pads: list[int]) -> None:
    step = step_of(lambda dtype: net(pads, dtype), "Momentum")
    given = feeds(step, [32] * 4)
    fast, plain = (run(OrtEngine("cpu", 2, lowering=on).stepper(step, start(step)), given) for on in (True, False))
    assert distance(fast, plain) < 1e-5


@blocks
@pytest.mark.parametrize("samples, kernels", [(32, 2), (31, 0), (33, 0)])
def test_needs_whole_blocks_of_samples(samples: int, kernels: int) -> None:
    step = step_of(lambda dtype: net([0] * 4, dtype), "SGD")
    graph = lowered(step.graph, {"N": samples}, (lower_products, lower_batch_gradients))
    assert sum(op.domain == NCHWC and op.type == "Conv" for op in graph.ops) == kernels


def test_without_blocked_operators_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.engines.lowering.batch_gradients.block", lambda: 0)
    graph, _ = lower_products(specialised(step_of(lambda dtype: net([0] * 4, dtype), "SGD").graph, {"N": 32}))
    assert lower_batch_gradients(graph) == (graph, False)
