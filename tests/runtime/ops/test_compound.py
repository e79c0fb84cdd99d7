"""Compound operators where ONNX Runtime is no judge: forms it does not take, or means otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from runtime.autodiff import gradients
from runtime.errors import GraphError
from runtime.graph import Graph, Op, Value
from tests.runtime.ops.support import Case, assemble, interpret, spread
from tests.runtime.ops.test_gradients import agrees_with_finite_differences

RNG = np.random.default_rng(11)


def test_max_unpool_into_a_larger_map() -> None:
    """The positions are those in the map of 4×6 that was pooled, as ONNX's own test has it."""
    places = np.arange(24).reshape(1, 1, 4, 6)[:, :, ::2, 1::2]

    def build(g: Graph, x: Value) -> Value:
        inputs = [x, g.constant(places, "int64"), g.constant([1, 1, 5, 7], "int64")]
        like = Value("", x.dtype, (1, 1, 5, 7))
        result: Value = g.emit("MaxUnpool", inputs, like=like, kernel_shape=[2, 2], strides=[2, 2])
        return result

    case = Case([spread(RNG, 1, 1, 2, 3)], build)
    assert np.flatnonzero(interpret(*assemble(case, training=False))[0]).tolist() == [1, 3, 5, 15, 17, 19]
    agrees_with_finite_differences(case, 1)


@pytest.mark.parametrize("causal", [0, 1])
def test_attention_with_a_mask_shorter_than_the_keys(causal: int) -> None:
    mask = np.array([[True, False, True], [True, True, True]])

    def build(g: Graph, *xs: Value) -> Value:
        result: Value = g.Attention(*xs, g.constant(mask), is_causal=causal)
        return result

    agrees_with_finite_differences(Case([spread(RNG, 2, 1, n, 3) for n in (2, 4, 4)], build, opset=24), 1)


def test_attention_of_a_query_that_may_read_nothing_is_zero() -> None:
    mask = np.array([[False, False], [True, False]])
    case = Case([spread(RNG, 1, 1, 2, 3) for _ in range(3)], lambda g, *xs: g.Attention(*xs, g.constant(mask)), opset=24)
    found = interpret(*assemble(case))
    assert not found[0][0, 0, 0].any() and found[0][0, 0, 1].any()
    assert all(np.isfinite(a).all() for a in found)
    agrees_with_finite_differences(case, 1)


def test_the_same_value_as_query_key_and_value() -> None:
    """Self-attention: three gradients that meet in one."""
    case = Case([spread(RNG, 2, 3, 4)], lambda g, x: g.Attention(x, x, x, q_num_heads=2, kv_num_heads=2), opset=24)
    agrees_with_finite_differences(case, 1)


def test_dropout_while_training() -> None:
    case = Case([spread(RNG, 4, 5)], lambda g, x: g.Dropout(x, g.number(0.25), g.constant(True, bool), seed=3))
    found = interpret(*assemble(case, training=False))[0]
    assert 0 < np.count_nonzero(found) < 20
    agrees_with_finite_differences(case, 1)


@pytest.mark.parametrize("zeros", [0, 1, 2])
def test_product_with_zeros_among_its_factors(zeros: int) -> None:
    x = spread(RNG, 2, 4)
    x[0, :zeros] = 0
    agrees_with_finite_differences(Case([x], lambda g, a: g.ReduceProd(a, axes=[1])), 1)


REFUSED: list[tuple[str, list[Any], dict[str, Any], str]] = [
    ("LRN", [("N", "C", 4, 4)], {"size": 3}, "The gradient of LRN must know its channels"),
    ("Det", [("N", "M", "M")], {}, "The gradient of Det must know the size of its matrix"),
    ("Einsum", [("M", "M")], {"equation": "ii->i"}, "The gradient of Einsum over a diagonal must know its length"),
    ("GridSample", [("N", 1, "H", "W"), ("N", 2, 2, 2)], {}, "The gradient of GridSample must know the size of its map"),
]


@pytest.mark.parametrize("op_type, shapes, attributes, sentence", REFUSED)
def test_what_a_rule_must_know_is_said(op_type: str, shapes: list[Any], attributes: dict[str, Any], sentence: str) -> None:
    g = Graph(opset=17)
    inputs = [g.input("x", "float32", shape) for shape in shapes]
    y = g.emit(op_type, inputs, **attributes)
    with pytest.raises(GraphError, match=sentence):
        gradients(g, g.ReduceSum(y, keepdims=0), inputs[:1])


def test_a_loop_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    from runtime.ops import branching

    monkeypatch.setattr(branching, "MOST_ROUNDS", 10)
    body = Graph("body")
    for name, dtype in (("i", "int64"), ("goes_on", "bool")):
        body.input(name, dtype, ())
    body.outputs = [body.values["goes_on"]]
    with pytest.raises(GraphError, match="A Loop has not ended after 10 rounds"):
        branching.loop_kernel(None, np.array(True), body=body, outside={})


def test_loops_within_a_loop_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    from runtime.ops import branching

    monkeypatch.setattr(branching, "MOST_RUNS", 100)
    outer, inner = Graph("outer"), Graph("inner")
    for body in (outer, inner):
        for name, dtype in (("i", "int64"), ("goes_on", "bool")):
            body.input(name, dtype, ())
        body.outputs = [body.values["goes_on"]]
    outer.ops = [Op("Loop", ("n", ""), (), {"body": inner})]
    known = {"n": np.array(20)}
    branching.loop_kernel(np.array(4), None, body=outer, outside=known)
    branching.loop_kernel(np.array(4), None, body=outer, outside=known)
    with pytest.raises(GraphError, match="A Loop has not ended after 100 operators: give it fewer rounds"):
        branching.loop_kernel(np.array(5), None, body=outer, outside=known)
