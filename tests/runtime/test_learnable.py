"""Which initializers are weights: what was learnt is, what belongs to a formula is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper

from runtime.from_onnx import from_model
from runtime.gradient_check import compared, drawn
from runtime.learnable import learnable
from tests.runtime.test_interpreter import X, made

node = helper.make_node


def normalised(epsilon: Any, name: str = "epsilon", guard: str = "Add") -> onnx.ModelProto:
    """LayerNorm as exporters of before opset 17 wrote it, every constant an initializer."""
    nodes = [
        node("ReduceMean", ["x"], ["m"], axes=[-1]), node("Sub", ["x", "m"], ["c"]), node("Mul", ["c", "c"], ["cc"]),
        node("ReduceMean", ["cc"], ["v"], axes=[-1]), node(guard, ["v", name], ["ve"]), node("Sqrt", ["ve"], ["s"]),
        node("Div", ["c", "s"], ["n"]), node("Mul", ["n", "gamma"], ["g"]), node("Add", ["g", "beta"], ["y"]),
    ]  # fmt: skip
    weights = {name: np.float32(epsilon), "gamma": np.float32([1, 2, 1, 1]), "beta": np.float32([0, 0, 1, 0])}
    return made(nodes, {"x": X}, ["y"], weights=weights)


def names(model: onnx.ModelProto) -> set[str]:
    return {t.name for t in learnable(model)}


@pytest.mark.parametrize("guard", ["Add", "Max"])
@pytest.mark.parametrize("epsilon", [1e-5, [1e-5], [[[1e-5]]], 1e-12])
def test_an_epsilon_is_no_weight(epsilon: Any, guard: str) -> None:
    model = normalised(epsilon, guard=guard)
    assert names(model) == {"gamma", "beta"}
    assert set(from_model(model).parameters) == {"gamma", "beta"}
    assert max(c.error for c in compared(model, *drawn(model, "mean-squared"))) < 1e-5


def test_the_bias_of_a_single_output_is_one_even_under_a_root() -> None:
    assert "b" in names(normalised([0.7], name="b"))


@pytest.mark.parametrize("half", ["onnx::Mul_12", "/a/Constant_1_output_0", "val_3", "net/gelu/mul/x:0", "Const:0", "unity"])
def test_scalars_of_a_formula_are_told_by_their_names(half: str) -> None:
    model = made([node("Mul", ["x", half], ["y"])], {"x": X}, ["y"], weights={half: np.float32(0.5)})
    assert names(model) == set()


@pytest.mark.parametrize("gate", ["logit_scale", "blocks.0.gate", "net/scale/ReadVariableOp:0", "w", "constancy"])
@pytest.mark.parametrize("value", [0.5, [0.5]])
def test_other_scalars_are_weights(gate: str, value: Any) -> None:
    model = made([node("Mul", ["x", gate], ["y"])], {"x": X}, ["y"], weights={gate: np.float32(value)})
    assert names(model) == {gate}


def test_the_scale_that_attention_is_given_as_a_list() -> None:
    weights = {"val_68": np.float32([0.7]), "val_7": np.ones((1, 1), "f4")}
    nodes = [node("Mul", ["x", "val_68"], ["a"]), node("Mul", ["a", "val_7"], ["y"])]
    assert names(made(nodes, {"x": X}, ["y"], weights=weights)) == {"val_7"}


@pytest.mark.parametrize("name", ["onnx::MatMul_37", "const_fold_opt__5"])
def test_folded_weights_keep_their_place_whatever_their_name(name: str) -> None:
    """Exporters name a transposed kernel like a constant; it has axes."""
    model = made([node("MatMul", ["x", name], ["y"])], {"x": X}, ["y"], weights={name: np.ones((4, 2), "f4")})
    assert names(model) == {name}
