"""Scan's gradient where the drawn cases do not reach: axes, two states, whole numbers, a Scan in a Scan, the checker."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import onnx
import pytest

from runtime.autodiff import gradients
from runtime.graph import Graph, Op, Value
from runtime.onnx_model import from_model
from runtime.ops.control import scan
from tests.runtime.ops.support import Case, assemble, interpret, model, spread
from tests.runtime.ops.test_gradients import agrees_with_finite_differences, engines_agree

RNG = np.random.default_rng(5)


def _counted(g: Graph, x: Value) -> Value:
    """A counter among the states, a constant in the body, a state that passes unchanged: y = x · 2^count."""
    body = g.body("body")
    count, factor = body.input("count", np.int64, ()), body.input("factor", x.dtype, (1,))
    slice_ = body.input("slice", x.dtype, x.shape[1:])
    body.output(body.Add(count, body.constant(1, "int64")))
    body.output(body.Identity(factor))
    body.output(body.Mul(slice_, body.Pow(factor, body.Cast(count, to=onnx.TensorProto.DOUBLE))))
    result: Value = scan(g, body, [g.constant(0, "int64"), g.constant([2.0], x.dtype)], [x])[2]
    return result


def _sideways(g: Graph, x: Value, s: Value) -> Value:
    """Slices along the last axis from the end, stacked in the middle from the end."""
    body = g.body("body")
    state, slice_ = body.input("s", s.dtype, s.shape), body.input("x", x.dtype, x.shape[:2])
    new = body.output(body.Sigmoid(body.Add(state, slice_)))
    body.output(body.Mul(new, slice_))
    outputs = [Value(g.fresh("last"), s.dtype, s.shape), Value(g.fresh("y"), s.dtype, (3, 4, 2))]
    attributes = {
        "body": body, "num_scan_inputs": 1, "scan_input_axes": [2], "scan_input_directions": [1],
        "scan_output_axes": [1], "scan_output_directions": [1],
    }  # fmt: skip
    g.append(Op("Scan", (s.name, x.name), tuple(v.name for v in outputs), attributes), outputs)
    result: Value = g.Mul(outputs[1], g.Unsqueeze(outputs[0], g.constant([1], "int64")))
    return result


def _nested(g: Graph, x: Value, w: Value) -> Value:
    """Running sums of running products, the inner body reading a value from outside both."""
    outer = g.body("outer")
    total, rows = outer.input("total", x.dtype, ()), outer.input("rows", x.dtype, x.shape[1:])
    inner = outer.body("inner")
    product, item = inner.input("product", x.dtype, ()), inner.input("item", x.dtype, ())
    inner.output(inner.Tanh(inner.Mul(inner.Add(item, w), inner.Add(product, total))))
    last = scan(outer, inner, [outer.ReduceSum(w, keepdims=0)], [rows])[0]
    outer.output(outer.Add(total, last))
    outer.output(outer.Mul(last, total))
    last, stack = scan(g, outer, [g.ReduceSum(w, keepdims=0)], [x])
    result: Value = g.Add(stack, last)
    return result


def _plain_sum(g: Graph, s: Value, x: Value) -> Value:
    """Its gradient reads nothing of the forward body."""
    body = g.body("body")
    state, slice_ = body.input("s", s.dtype, s.shape), body.input("x", x.dtype, x.shape[1:])
    body.output(body.Add(state, slice_))
    result: Value = scan(g, body, [s], [x])[0]
    return result


CASES = {
    "counted": Case([spread(RNG, 4, 3)], _counted),
    "sideways": Case([spread(RNG, 3, 2, 4), spread(RNG, 3, 2)], _sideways),
    "nested": Case([spread(RNG, 3, 2), spread(RNG)], _nested),
    "plain sum": Case([spread(RNG, 3), spread(RNG, 2, 3)], _plain_sum),
}


@pytest.mark.parametrize("name", CASES)
def test_gradient(name: str) -> None:
    agrees_with_finite_differences(CASES[name], 1)
    engines_agree(CASES[name], np.float64, 1e-12)
    onnx.checker.check_model(model(assemble(CASES[name])[0]), full_check=True)


def _scanning(build: Callable[..., Value], *arrays: np.ndarray) -> list[Op]:
    return [op for op in assemble(Case(arrays, build))[0].ops if op.type == "Scan"]


def test_the_forward_scan_keeps_its_place_and_names() -> None:
    forward, backward = _scanning(_sideways, spread(RNG, 3, 2, 4), spread(RNG, 3, 2))
    plain = assemble(CASES["sideways"], training=False)[0].ops[0]
    assert forward.outputs[:2] == plain.outputs
    assert (forward.phase, backward.phase) == ("forward", "backward")
    assert len(forward.outputs) == 3  # and Sigmoid, which its gradient reads; the slices are there already


def test_only_what_moves_is_differentiated() -> None:
    """The sequence is data: its gradient is not computed in the loop."""
    g = Graph()
    x, s = g.input("x", "float32", (5, 3)), g.parameter("s", (3,))
    gradients(g, g.ReduceSum(_plain_sum(g, s, x), keepdims=0), [s])
    backward = next(op for op in g.ops if op.type == "Scan" and op.phase == "backward")
    assert len(backward.outputs) == 1


@pytest.mark.parametrize("name", CASES)
def test_a_scan_from_a_file_is_differentiated(name: str) -> None:
    """The body's values are typed when a file is read: the same gradients as before it was written."""
    expected, feed = assemble(CASES[name])
    forward, _ = assemble(CASES[name], training=False)
    again = from_model(model(forward))
    constants = {n: a for n, a in forward.constants.items() if n in again.parameters}
    found = gradients(again, again.outputs[1], again.inputs)
    again.outputs += found.values()
    for ours, theirs in zip(interpret(again, feed | constants), interpret(expected, feed), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)
