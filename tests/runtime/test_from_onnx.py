"""Foreign models as typed graphs: shapes, folded shape arithmetic, bodies, old forms, newer opsets."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

import runtime
from runtime.autodiff import gradients
from runtime.engines.numpy_engine import interpret, walk
from runtime.errors import GraphError
from runtime.graph import Array, Graph
from runtime.onnx_model import from_model, to_model, weights
from tests.runtime.ops.test_official import array, official
from tests.runtime.test_interpreter import OLD_FORMS, made

node = helper.make_node
FLOAT = TensorProto.FLOAT


def model(
    nodes: list[onnx.NodeProto], shape: list[Any], outputs: list[str], opset: int = 17, **weights: Any
) -> onnx.ModelProto:
    """A model of one input ``x`` with symbolic dimensions."""
    result = made(nodes, {}, outputs, opset, weights=weights)
    result.graph.input.append(helper.make_tensor_value_info("x", FLOAT, shape))
    return result


def flattening() -> list[onnx.NodeProto]:
    """What PyTorch writes for ``x.view(x.size(0), -1)`` and for ``x.view(x.size(0), x.size(1) * x.size(2))``."""
    return [
        node("Shape", ["x"], ["shape"]), node("Gather", ["shape", "zero"], ["n"]), node("Unsqueeze", ["n", "first"], ["n1"]),
        node("Concat", ["n1", "rest"], ["target"], axis=0), node("Reshape", ["x", "target"], ["y"]),
        node("Slice", ["shape", "first", "three", "first"], ["s"]), node("Split", ["s", "ones"], ["a", "b", "c"]),
        node("Mul", ["b", "c"], ["bc"]), node("Concat", ["a", "bc"], ["target2"], axis=0),
        node("Reshape", ["x", "target2"], ["z"]),
    ]  # fmt: skip


NUMBERS = {"zero": 0, "first": [0], "rest": [-1], "three": [3], "ones": [1, 1, 1]}
CONSTANTS = {n: np.asarray(v, np.int64) for n, v in NUMBERS.items()}


def test_shape_arithmetic_is_followed_through_a_symbolic_batch() -> None:
    graph = from_model(model(flattening(), ["N", 3, 4], ["y", "z"], **CONSTANTS))
    assert [v.shape for v in graph.outputs] == [("N", 12), ("N", 12)]
    x = np.arange(24, dtype="f4").reshape(2, 3, 4)
    assert interpret(graph, {"x": x})["z"].shape == (2, 12)


def test_shape_arithmetic_folds_away_once_the_batch_is_a_number() -> None:
    graph = from_model(model(flattening(), ["N", 3, 4], ["y", "z"], **CONSTANTS), shapes={"x": (5, 3, 4)})
    assert [op.type for op in graph.ops] == ["Reshape", "Reshape"]
    assert [v.shape for v in graph.outputs] == [(5, 12), (5, 12)]
    assert graph.constants["target"].tolist() == [5, -1]


def test_a_shape_that_does_not_fit_is_refused() -> None:
    with pytest.raises(GraphError, match=r"The model's input x N×3×4 was given \(5, 3, 5\): give it an array of its shape\."):
        from_model(model(flattening(), ["N", 3, 4], ["y"], **CONSTANTS), shapes={"x": (5, 3, 5)})


def test_weights_stay_weights() -> None:
    """An operator on a weight alone is not folded: the weight is to be trained."""
    w = np.ones((3, 2), "f4")
    nodes = [node("Transpose", ["w"], ["t"]), node("MatMul", ["x", "w"], ["a"]), node("MatMul", ["a", "t"], ["y"])]
    found = model(nodes, ["N", 3], ["y"], w=w)
    graph = from_model(found)
    assert list(graph.parameters) == list(weights(found)) == ["w"]
    assert [op.type for op in graph.ops] == ["Transpose", "MatMul", "MatMul"]


@pytest.mark.parametrize("name", OLD_FORMS)
def test_old_forms_are_typed_too(name: str) -> None:
    opset, operator, x, others = OLD_FORMS[name]
    old = made([operator], {"x": x}, list(operator.output), opset, weights=others)
    graph = from_model(old)
    assert graph.opset == max(17, opset)
    ours, theirs = interpret(graph, {"x": x, **weights(old)}), runtime.interpret(old, {"x": x})
    for value in graph.outputs:
        np.testing.assert_array_equal(ours[value.name], theirs[value.name])
        assert (value.dtype, value.shape) == (theirs[value.name].dtype, theirs[value.name].shape)


def test_softmax_of_the_last_axis_stays_one_operator() -> None:
    """Its old form means two axes; with the rank known nothing is reshaped, and a loss finds the logits under it."""
    graph = from_model(model([node("Relu", ["x"], ["r"]), node("Softmax", ["r"], ["y"])], ["N", 5], ["y"], 9))
    assert [(op.type, op.attributes.get("axis")) for op in graph.ops] == [("Relu", None), ("Softmax", -1)]


@pytest.mark.parametrize("opset", range(13, 25))
def test_opsets_there_and_back(opset: int) -> None:
    nodes = [node("Gemm", ["x", "w"], ["a"]), node("Relu", ["a"], ["y"])]
    graph = from_model(model(nodes, ["N", 3], ["y"], opset, w=np.eye(3, dtype="f4")))
    again = to_model(graph, {"w": np.eye(3, dtype="f4")})
    assert again.opset_import[0].version == graph.opset == max(17, opset)
    onnx.checker.check_model(again)


def bodied(kind: str) -> tuple[list[onnx.NodeProto], dict[str, Array]]:
    """y = x + w, twice, by If, Loop or Scan; w comes from outside."""
    info = helper.make_tensor_value_info
    if kind == "If":
        branches = [
            helper.make_graph([node(op, ["x", "w"], ["t"])], op, [], [info("t", FLOAT, ["N", 3])]) for op in ("Add", "Sub")
        ]
        condition = [node("ReduceMax", ["x"], ["most"], keepdims=0), node("Greater", ["most", "least"], ["true"])]
        branch = node("If", ["true"], ["y"], then_branch=branches[0], else_branch=branches[1])
        return [*condition, branch], {"least": np.array(-1, "f4")}
    add, same = node("Add", ["s", "w"], ["t"]), node("Identity", ["t"], ["u"])
    ends = [info("t", FLOAT, None), info("u", FLOAT, None)]
    if kind == "Loop":
        begin = [info("i", TensorProto.INT64, []), info("c", TensorProto.BOOL, []), info("s", FLOAT, None)]
        go = node("Identity", ["c"], ["go"])
        body = helper.make_graph([go, add, same], "body", begin, [info("go", TensorProto.BOOL, []), *ends])
        return [node("Loop", ["two", "", "x"], ["y", "z"], body=body)], {"two": np.array(2)}
    body = helper.make_graph([add, same], "body", [info("s", FLOAT, None), info("k", FLOAT, None)], ends)
    return [node("Scan", ["x", "steps"], ["y", "z"], body=body, num_scan_inputs=1)], {"steps": np.zeros((2, 1), "f4")}


@pytest.mark.parametrize("kind, stacked", [("If", None), ("Loop", (None, "N", 3)), ("Scan", (2, "N", 3))])
def test_bodies_are_typed_graphs(kind: str, stacked: Any) -> None:
    nodes, arrays = bodied(kind)
    found = model(nodes, ["N", 3], list(nodes[-1].output), w=np.ones(3, "f4"), **arrays)
    graph = from_model(found)
    assert [v.shape for v in graph.outputs] == [("N", 3), *([stacked] if stacked else [])]
    body = graph.ops[-1].bodies[0]
    assert isinstance(body, Graph) and body.values[body.outputs[-1].name].shape == ("N", 3)
    x = np.zeros((2, 3), "f4")
    ours, theirs = interpret(graph, {"x": x, **weights(found)}), runtime.interpret(found, {"x": x})
    for name, wanted in theirs.items():
        np.testing.assert_array_equal(ours[name], wanted)


def test_a_foreign_scan_is_differentiated() -> None:
    nodes, arrays = bodied("Scan")
    found = model(nodes, ["N", 3], ["y"], w=np.ones(3, "f4"), **arrays)
    graph = from_model(found, shapes={"x": (2, 3)})
    loss = graph.ReduceSum(graph.outputs[0], keepdims=0)
    gradient = graph.output(gradients(graph, loss, [graph.values["w"]])["w"])
    result = interpret(graph, {"x": np.zeros((2, 3), "f4"), **weights(found)})
    assert result[gradient.name].tolist() == [4, 4, 4]


@pytest.mark.parametrize("channels, first", [(1, 2.0), (3, 0.0)])
def test_an_if_about_shapes_is_one_of_its_branches(channels: int, first: float) -> None:
    """PyTorch writes ``squeeze(1)`` of LocalResponseNorm so: squeeze if the axis is 1 long, else leave it."""
    info = helper.make_tensor_value_info
    squeeze = helper.make_graph([node("Mul", ["a", "two"], ["s"])], "then", [], [info("s", FLOAT, None)])
    same = helper.make_graph([node("Identity", ["zero"], ["s"])], "else", [], [info("s", FLOAT, None)])
    nodes = [
        node("Mul", ["x", "w"], ["a"]), node("Shape", ["a"], ["shape"]), node("Gather", ["shape", "place"], ["n"]),
        node("Equal", ["n", "one"], ["is_one"]), node("If", ["is_one"], ["y"], then_branch=squeeze, else_branch=same),
    ]  # fmt: skip
    arrays = {"place": np.array(1), "one": np.array(1), "two": np.array(2, "f4"), "zero": np.zeros((2, 1), "f4")}
    found = model(nodes, ["N", channels], ["y"], w=np.ones(channels, "f4"), **arrays)
    graph = from_model(found)
    assert "If" not in [op.type for op in graph.ops]
    x = np.ones((2, channels), "f4")
    ours, theirs = interpret(graph, {"x": x, **weights(found)}), runtime.interpret(found, {"x": x})
    np.testing.assert_array_equal(ours["y"], theirs["y"])
    assert ours["y"][0, 0] == first


def test_single_numbers_are_weights_where_a_gradient_reaches_them() -> None:
    """A learnt factor is one; a bound, an exponent, and a factor of shape arithmetic are not."""
    nodes = [
        node("Mul", ["x", "factor"], ["a"]), node("Clip", ["a", "low", "high"], ["b"]), node("Pow", ["b", "power"], ["c"]),
        node("Shape", ["c"], ["shape"]), node("Cast", ["shape"], ["sides"], to=FLOAT), node("Mul", ["sides", "times"], ["t"]),
        node("Cast", ["t"], ["sizes"], to=TensorProto.INT64), node("Resize", ["c", "", "", "sizes"], ["y"]),
    ]  # fmt: skip
    numbers = {"factor": 1.7, "low": -9, "high": 9, "power": 2, "times": 2}
    found = model(nodes, [1, 1, 2, 2], ["y"], **{n: np.array(v, "f4") for n, v in numbers.items()})
    assert list(weights(found)) == ["factor"]
    graph = from_model(found)
    assert graph.outputs[0].shape == (2, 2, 4, 4) and list(graph.parameters) == ["factor"]


def test_an_operator_without_a_rule_is_named() -> None:
    nodes, arrays = bodied("If")
    graph = from_model(model(nodes, [2, 3], ["y"], w=np.ones(3, "f4"), **arrays))
    with pytest.raises(GraphError, match=r"‘y’: the operator If has no gradient rule, so nothing before it can be trained\."):
        gradients(graph, graph.ReduceSum(graph.outputs[0], keepdims=0), [graph.values["w"]])


@pytest.mark.slow
def test_official_cases_as_typed_graphs() -> None:
    """What is inferred of every value of every official case is what comes out. (Run-time axes cannot be inferred.)"""
    problems, count = [], 0
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        for case in official():
            if not any(part in case.name for part in ("bfloat16", "affine_grid_", "reduce_l2_", "reduce_log_sum_")):
                count += 1
                problems += [f"{case.name}: {p}"] if (p := mistyped(case)) else []
    assert not problems, f"{len(problems)} of {count}\n" + "\n".join(problems)


def mistyped(case: Any) -> str | None:
    model = onnx.ModelProto()
    model.CopyFrom(case.model)
    model.opset_import[0].version = min(24, model.opset_import[0].version)
    feeds = {v.name: array(a, False) for v, a in zip(model.graph.input, case.data_sets[0][0], strict=False)}
    try:
        graph = from_model(model) if model.opset_import[0].version >= 7 else None
        for _, found in walk(graph, {**weights(model), **feeds}) if graph else ():
            for value, result in ((graph.values[n], a) for n, a in found.items()):
                sizes = zip(value.shape, result.shape, strict=True)
                assert value.dtype == result.dtype and all(d == n or not isinstance(d, int) for d, n in sizes), str(value)
    except (GraphError, AssertionError, ValueError) as error:
        return str(error)
    return None
