"""What finite differences cannot see: ties, places that meet, optional outputs, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from runtime.autodiff import gradients
from runtime.errors import GraphError
from runtime.graph import Graph, Op
from runtime.ops.registry import evaluate
from tests.runtime.ops.support import Case, assemble, interpret, run_onnxruntime

POOLS: list[dict[str, Any]] = [
    {"kernel_shape": [2, 2], "strides": [2, 2]},
    {"kernel_shape": [3, 3], "strides": [2, 2]},
    {"kernel_shape": [3, 3], "strides": [1, 1], "pads": [1, 1, 1, 1]},
    {"kernel_shape": [2, 2], "strides": [2, 2], "pads": [1, 1, 1, 1]},
]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("attributes", POOLS)
def test_max_pool_sends_each_gradient_to_one_of_equals(attributes: dict[str, Any], dtype: type) -> None:
    """A constant map: the gradient's sum is kept, and both engines choose the same places."""
    case = Case([np.full((3, 2, 6, 6), 0.5)], lambda g, x: g.MaxPool(x, **attributes), [0])
    g, feed = assemble(case, dtype)
    weights = next(array for name, array in g.constants.items() if name == "weights")
    ours, theirs = interpret(g, feed)[2], run_onnxruntime(g, feed)[2]
    assert np.sum(ours, dtype=float) == pytest.approx(np.sum(weights, dtype=float), rel=1e-5)
    assert np.count_nonzero(ours) <= weights.size
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)


def test_max_pool_keeps_its_place_and_name_when_asked_for_indices() -> None:
    g, _ = assemble(Case([np.ones((1, 1, 4, 4))], lambda g, x: g.MaxPool(x, kernel_shape=[2, 2], strides=[2, 2])))
    op = g.ops[0]
    assert (op.type, op.outputs[0], op.phase, len(op.outputs)) == ("MaxPool", g.outputs[0].name, "forward", 2)
    assert g.values[op.outputs[1]].dtype == np.int64


def test_max_pool_with_indices_already_asked_for_stays_as_it_is() -> None:
    g = Graph()
    x = g.input("x", "float32", ("N", 1, 4, 4))
    y, _ = g.MaxPool(x, kernel_shape=[2, 2], strides=[2, 2], outputs=2)
    forward = g.ops[0]
    gradients(g, g.ReduceSum(y, keepdims=0), [x])
    assert g.ops[0] is forward


@pytest.mark.parametrize("op_type", ["ReduceMax", "GlobalMaxPool", "Max"])
def test_equal_largest_numbers_share_the_gradient(op_type: str) -> None:
    """Σ dx is what came in, also where several are the largest."""
    inputs = [np.ones((2, 3, 4))] * (2 if op_type == "Max" else 1)
    g, feed = assemble(Case(inputs, lambda g, *xs: g.emit(op_type, xs)))
    found = interpret(g, feed)[2:]
    assert sum(dx.sum() for dx in found) == pytest.approx(g.constants["weights"].sum())


@pytest.mark.parametrize("rows", [5, 500])
def test_rows_gathered_many_times_lose_no_gradient(rows: int) -> None:
    """On two threads ONNX Runtime's ScatterND loses rows that meet; the rule must not use it (a short table multiplies)."""
    indices = np.random.default_rng(0).integers(0, 5, 4000)
    g, feed = assemble(Case([np.ones((rows, 16))], lambda g, x: g.Gather(x, g.constant(indices, "int64"))), np.float32)
    assert "ScatterND" not in {op.type for op in g.ops}
    ours, theirs = interpret(g, feed)[2], run_onnxruntime(g, feed, threads=2)[2]
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-3)


def test_split_parts_are_counted_by_the_outputs() -> None:
    parts = evaluate(Op("Split", ("x",), ("a", "b", "c"), {"axis": 0}), [np.arange(7)])
    assert [p.tolist() for p in parts] == [[0, 1, 2], [3, 4, 5], [6]]


def test_a_missing_kernel_is_named() -> None:
    with pytest.raises(GraphError, match=r"The operator RoiAlign has no NumPy kernel: run this network with ONNX Runtime\."):
        evaluate(Op("RoiAlign", ("x",), ("y",)), [np.eye(2)])


def test_a_map_of_unknown_size_is_refused_in_words() -> None:
    g = Graph()
    x = g.input("x", "float32", ("N", 1, "H", "W"))
    loss = g.ReduceSum(g.Conv(x, g.parameter("w", (1, 1, 3, 3))), keepdims=0)
    sentence = r"the gradient of Conv must know the size of its map, and it is x N×1×H×W: give the input a fixed height"
    with pytest.raises(GraphError, match=sentence):
        gradients(g, loss, [x])


@pytest.mark.parametrize("op_type", ["ScatterElements", "ScatterND"])
@pytest.mark.parametrize(("reduction", "x", "u", "dx", "du"), [
    ("mul", [0, 2, 3, 5], [4, 5, 7], [20, 1, 7, 1], [0, 0, 3]),
    ("mul", [2, 2, 0, 5], [4, 0, 7], [0, 1, 7, 1], [0, 8, 0]),
    ("mul", [2, 2, 3, 5], [0, 0, 7], [0, 1, 7, 1], [0, 0, 3]),
    ("max", [4, 2, 7, 5], [4, 9, 7], [0, 1, 0.5, 1], [0, 1, 0.5]),
    ("min", [4, 2, 7, 5], [4, 4, 9], [1 / 3, 1, 1, 1], [1 / 3, 1 / 3, 0]),
])  # fmt: skip
def test_scattered_numbers_that_meet(op_type: str, reduction: str, x: list[float], u: list[float], dx: Any, du: Any) -> None:
    """Zeros in a product, and equal ones: what finite differences cannot see."""
    places = [[0], [0], [2]] if op_type == "ScatterND" else [0, 0, 2]
    g = Graph(dtype=np.float64, opset=18)
    values = [g.input(n, g.dtype, (len(a),)) for n, a in (("x", x), ("u", u))]
    y = g.emit(op_type, (values[0], g.constant(places, "int64"), values[1]), reduction=reduction)
    g.outputs = list(gradients(g, g.ReduceSum(y, keepdims=0), values).values())
    feed = {"x": np.array(x, float), "u": np.array(u, float)}
    for run in (interpret, run_onnxruntime):
        for found, expected in zip(run(g, feed), (dx, du), strict=True):
            np.testing.assert_allclose(found, expected)
