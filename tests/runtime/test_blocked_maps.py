"""The passes that keep maps in ONNX Runtime's blocks: each against the step before it, all of them against float64."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from runtime.engines.lowering import PASSES, blocks, lowered
from runtime.engines.lowering.blocks import NCHWC
from runtime.engines.lowering.folding import specialised
from runtime.engines.lowering.fusing import fuse
from runtime.engines.lowering.joining import join
from runtime.engines.lowering.layout import lower_layout
from runtime.engines.lowering.rewriting import Old
from runtime.engines.lowering.statistics import lower_statistics
from runtime.engines.lowering.unfolding import unfolded
from runtime.engines.numpy_engine import NumpyEngine
from runtime.engines.ort import OrtEngine
from runtime.graph import Array, Graph, Value
from runtime.recipe import Update
from runtime.training_step import StepGraph, training_step
from tests.runtime.test_lowering import distance, feeds, run, start

blocked = pytest.mark.skipif(blocks.block() != 16, reason="needs ONNX Runtime's blocked operators, 16 wide (AVX-512)")


def _conv(g: Graph, name: str, x: Value, filters: int, kernel: int, stride: int, pads: Sequence[int]) -> Value:
    with g.scope(name, name):
        assert isinstance(x.shape[1], int)
        w = g.parameter("weight", (filters, x.shape[1], kernel, kernel), "he_normal")
        result: Value = g.Conv(x, w, kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=list(pads))
        return result


def _normal(g: Graph, name: str, x: Value) -> Value:
    with g.scope(name, name):
        shape = (x.shape[1],)
        scale, bias = g.parameter("scale", shape, "ones"), g.parameter("bias", shape)
        mean = g.parameter("mean", shape, kind="carried")
        variance = g.parameter("variance", shape, "ones", kind="carried")
        y, *running = g.emit("BatchNormalization", (x, scale, bias, mean, variance), 3, training_mode=1, momentum=0.8)
        g.carry(mean, running[0])
        g.carry(variance, running[1])
        assert isinstance(y, Value)
        return y


def _ended(g: Graph, x: Value) -> tuple[Graph, Value, Value]:
    """The loss: the mean square of the pooled maps' distance from the label."""
    y = g.Flatten(g.GlobalAveragePool(x))
    error = g.Sub(y, g.input("label", g.dtype, ("N", x.shape[1])))
    return g, g.ReduceMean(g.Mul(error, error), keepdims=0), y


def residual(dtype: Any = np.float32, size: int = 16) -> tuple[Graph, Value, Value]:
    """Two residual blocks, the second of stride 2 with a 1×1 shortcut, as in ResNet-20."""
    g = Graph("residual", dtype, True)
    x = g.Relu(_normal(g, "bn0", _conv(g, "conv0", g.input("sample", dtype, ("N", 3, size, size)), 16, 3, 1, [1] * 4)))
    for i, stride in ((1, 1), (2, 2)):
        pads = [1] * 4 if stride == 1 else [0, 0, 1, 1]
        y = g.Relu(_normal(g, f"bn{i}a", _conv(g, f"conv{i}a", x, 16 * i, 3, stride, pads)))
        y = _normal(g, f"bn{i}b", _conv(g, f"conv{i}b", y, 16 * i, 3, 1, [1] * 4))
        skip = x if stride == 1 else _normal(g, f"bn{i}c", _conv(g, f"conv{i}c", x, 16 * i, 1, stride, [0] * 4))
        x = g.Relu(g.Add(y, skip))
    return _ended(g, x)


def step_of(net: tuple[Graph, Value, Value]) -> StepGraph:
    graph, loss, output = net
    return training_step(graph, loss, Update(optimizer="Momentum"), [output], graph.carried)


def kinds(graph: Graph) -> Counter[str]:
    return Counter(op.type for op in graph.ops)


@blocked
@pytest.mark.parametrize(("size", "batches"), [(16, [4, 4, 3]), (32, [4]), (8, [6, 5])])
def test_a_lowered_residual_net_equals_the_plain_one_and_float64(size: int, batches: list[int]) -> None:
    step, exact = step_of(residual(size=size)), step_of(residual(np.float64, size))
    given = feeds(step, batches)
    fast, plain = (run(OrtEngine("cpu", 2, lowering=on).stepper(step, start(step)), given) for on in (True, False))
    truth = run(NumpyEngine().stepper(exact, start(exact)), feeds(exact, batches))
    assert distance(fast, plain) < 1e-4
    assert distance(fast, truth) < 1e-4


@blocked
def test_maps_are_reordered_only_at_the_ends() -> None:
    """Of the residual net nothing needs plain order but the image's own weight gradient."""
    found = kinds(lowered(step_of(residual(size=32)).graph, {"N": 4}))
    assert found["ReorderInput"] <= 1, "the gradient of the pooled maps, where it is spread over them"
    assert not found["BatchNormalization"] and not found["ConvTranspose"] and not found["Relu"]


CASES = [
    # channels, filters, size, kernel, stride, pads
    (16, 16, 32, 3, 1, [1, 1, 1, 1]), (32, 16, 16, 3, 1, [1, 1, 1, 1]), (16, 48, 8, 3, 1, [1, 1, 1, 1]),
    (16, 32, 32, 3, 2, [0, 0, 1, 1]), (32, 32, 16, 3, 2, [1, 1, 0, 0]), (16, 32, 32, 1, 2, [0, 0, 0, 0]),
    (16, 16, 4, 3, 1, [1, 1, 1, 1]), (16, 16, 12, 3, 1, [1, 1, 1, 1]), (16, 16, 16, 5, 1, [2, 2, 2, 2]),
    (16, 16, 16, 4, 2, [1, 1, 1, 1]),
]  # fmt: skip


@blocked
@pytest.mark.parametrize(("channels", "filters", "size", "kernel", "stride", "pads"), CASES)
@pytest.mark.parametrize("batch", [4, 6, 3])
def test_gradients_of_one_convolution(
    channels: int, filters: int, size: int, kernel: int, stride: int, pads: list[int], batch: int
) -> None:
    """dX and dW, whether the pass takes them or leaves them: two convolutions, so that the second has a dX."""

    def net(dtype: Any) -> StepGraph:
        g = Graph("conv", dtype, True)
        x = _conv(g, "first", g.input("sample", dtype, ("N", 16, size, size)), channels, 1, 1, [0] * 4)
        y = g.Relu(_conv(g, "second", g.Tanh(x), filters, kernel, stride, pads))
        return step_of(_ended(g, y))

    step, exact = net(np.float32), net(np.float64)
    given = feeds(step, [batch])
    fast = run(OrtEngine("cpu", 1).stepper(step, start(step)), given)
    truth = run(NumpyEngine().stepper(exact, start(exact)), feeds(exact, [batch]))
    velocity = {n: a for n, a in truth.items() if n.count(".") > 1}
    assert velocity and all(np.abs(fast[n] - a).max() < 2e-5 * np.abs(a).max() for n, a in velocity.items())


@blocked
@pytest.mark.parametrize(("channels", "filters", "size", "kernel", "stride", "pads"), CASES[:6])
def test_these_gradients_are_convolutions_over_rows(
    channels: int, filters: int, size: int, kernel: int, stride: int, pads: list[int]
) -> None:
    g = Graph("conv", np.float32, True)
    x = g.input("sample", np.float32, ("N", channels, size, size))
    step = step_of(_ended(g, g.Relu(_conv(g, "conv", x, filters, kernel, stride, pads))))
    before, after = lowered(step.graph, {"N": 4}, PASSES[: PASSES.index(lower_layout)]), lowered(step.graph, {"N": 4})
    found = [u for op in before.ops if (u := unfolded(Old(before), op))]
    assert [(u.x, u.stride, u.before) for u in found] == [("sample", stride, pads[0])]
    assert kinds(before)["FusedMatMul"] == 1 and not kinds(after)["FusedMatMul"]


def _one_by_one(step: StepGraph) -> list[Graph]:
    """The step before and after each of the passes, in their order."""
    return [lowered(step.graph, {"N": 4}, PASSES[:count]) for count in range(len(PASSES) + 1)]


@blocked
@pytest.mark.parametrize("chosen", [lower_statistics, join, lower_layout, fuse])
def test_each_pass_does_its_own_and_changes_the_numbers_by_rounding_only(chosen: Any) -> None:
    from runtime.engines.ort import ort

    step = step_of(residual())
    at = PASSES.index(chosen)
    before, after = list(pairwise(_one_by_one(step)))[at]
    names = [step.loss, *step.state.values()]
    data = {**start(step), **feeds(step, [4])[0]}
    results: list[list[Array]] = []
    for graph in (before, after):
        session = OrtEngine("cpu", 1).session(graph, {}, ort.GraphOptimizationLevel.ORT_DISABLE_ALL)
        fed = {i.name: np.asarray(data[i.name], step.graph.values[i.name].dtype) for i in session.get_inputs()}
        results.append(session.run(names, fed))
    for one, other in zip(*results, strict=True):
        assert np.linalg.norm(one - other) <= 1e-4 * np.linalg.norm(one) + 1e-7
    was, now = kinds(before), kinds(after)
    assert {
        "lower_statistics": was["BatchNormalization"] > 0 and not any(len(op.outputs) > 1 for op in after.ops),
        "join": now["ReduceSum"] < was["ReduceSum"],
        "lower_layout": any(op.domain == NCHWC for op in after.ops),
        "fuse": now["Relu"] < was["Relu"] and now["Add"] < was["Add"] and now["Conv"] == was["Conv"],
    }[chosen.__name__]


def test_equal_expressions_are_joined_and_draws_are_not() -> None:
    g = Graph("twice", np.float32, False)
    x = g.input("x", np.float32, (3,))
    g.output(g.Add(g.Exp(x), g.Exp(x)))
    g.output(g.Add(*(g.RandomUniform(shape=[3]) for _ in range(2))))
    joined, changed = join(g)
    assert changed and kinds(joined) == {"Exp": 1, "Add": 2, "RandomUniform": 2}


def test_nothing_blocked_where_the_operators_are_wrong(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The trial finds a wrong block; the step stays plain, and a line in the log says so."""
    monkeypatch.setattr(blocks, "_width", lambda: 4)
    blocks.block.cache_clear()
    try:
        step = step_of(residual())
        assert not any(op.domain == NCHWC for op in lowered(step.graph, {"N": 4}).ops)
        assert lower_statistics(specialised(step.graph, {"N": 4}))[1] is False
    finally:
        blocks.block.cache_clear()
    assert len(caplog.messages) == 1 and caplog.messages[0].startswith("Blocked convolutions are not used: ")
