"""`runtime.interpret`: whole models, with everything that exporters put in them beside plain operators."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

import runtime
from runtime.errors import FileError, GraphError
from runtime.graph import Array

FLOAT, INT, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
RNG = np.random.default_rng(5)


def made(
    nodes: list[onnx.NodeProto], inputs: dict[str, Array], outputs: list[str], opset: int = 17, ir: int = 8,
    weights: dict[str, Any] | None = None, functions: list[onnx.FunctionProto] | None = None,
) -> onnx.ModelProto:
    stated = [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(a.dtype), a.shape) for n, a in inputs.items()]
    arrays = [numpy_helper.from_array(np.asarray(a), n) for n, a in (weights or {}).items()]
    results = [onnx.ValueInfoProto(name=n) for n in outputs]
    graph = helper.make_graph(nodes, "made", stated, results, arrays)
    domains = [helper.make_opsetid("", opset), helper.make_opsetid("own", 1)]
    return helper.make_model(graph, opset_imports=domains, ir_version=ir, functions=functions or [])


def as_onnxruntime_does(model: onnx.ModelProto, inputs: dict[str, Array]) -> None:
    """ONNX Runtime needs to be told the outputs' types: what we found is stated, and must be what it finds."""
    found = runtime.interpret(model, inputs)
    for value in model.graph.output:
        kind = helper.np_dtype_to_tensor_dtype(found[value.name].dtype)
        value.CopyFrom(helper.make_tensor_value_info(value.name, kind, found[value.name].shape))
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
    for ours, theirs in zip(found.values(), session.run(list(found), inputs), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


X = RNG.standard_normal((2, 3, 4)).astype("f4")
MAPS = RNG.standard_normal((2, 4, 5, 6)).astype("f4")
node = helper.make_node

#: Operators as exporters wrote them: opset, node, further inputs.
OLD_FORMS: dict[str, tuple[int, onnx.NodeProto, Array, dict[str, Any]]] = {
    "Squeeze-1": (11, node("Squeeze", ["x"], ["y"], axes=[1]), X[:, :1], {}),
    "Squeeze-1, all": (11, node("Squeeze", ["x"], ["y"]), X[:, :1], {}),
    "Unsqueeze-1": (9, node("Unsqueeze", ["x"], ["y"], axes=[0, 2]), X, {}),
    "ReduceSum-1": (11, node("ReduceSum", ["x"], ["y"], axes=[1], keepdims=0), X, {}),
    "ReduceMean-1": (11, node("ReduceMean", ["x"], ["y"], axes=[-1]), X, {}),
    "ReduceMean-18": (18, node("ReduceMean", ["x", "axes"], ["y"]), X, {"axes": [1]}),
    "Split-2": (9, node("Split", ["x"], ["y", "z"], axis=2, split=[1, 3]), X, {}),
    "Split-2, equal": (9, node("Split", ["x"], ["y", "z"], axis=2), X, {}),
    "Split-18": (18, node("Split", ["x"], ["y", "z"], axis=1, num_outputs=2), X, {}),
    "Slice-1": (9, node("Slice", ["x"], ["y"], starts=[0, 1], ends=[-1, 99], axes=[1, 2]), X, {}),
    "Pad-2": (10, node("Pad", ["x"], ["y"], pads=[0, 1, 2, 0, 0, -1], value=1.5), X, {}),
    "Pad-2, reflect": (9, node("Pad", ["x"], ["y"], pads=[0, 1, 2, 0, 0, 1], mode="reflect"), X, {}),
    "Clip-6": (9, node("Clip", ["x"], ["y"], min=-0.5, max=0.25), X, {}),
    "Clip-6, below": (10, node("Clip", ["x"], ["y"], min=0.0), X, {}),
    "TopK-1": (9, node("TopK", ["x"], ["y", "z"], axis=2, k=2), X, {}),
    "TopK-10": (10, node("TopK", ["x", "k"], ["y", "z"], axis=1), X, {"k": [2]}),
    "Dropout-7": (7, node("Dropout", ["x"], ["y"], ratio=0.3), X, {}),
    "Dropout-10": (10, node("Dropout", ["x"], ["y"], ratio=0.3), X, {}),
    "Softmax-1": (11, node("Softmax", ["x"], ["y"]), X, {}),
    "Softmax-1, last": (9, node("Softmax", ["x"], ["y"], axis=2), X, {}),
    "LogSoftmax-11": (11, node("LogSoftmax", ["x"], ["y"], axis=0), X, {}),
    "Hardmax-1": (9, node("Hardmax", ["x"], ["y"], axis=1), X, {}),
    "Upsample-7": (7, node("Upsample", ["x"], ["y"], scales=[1.0, 1.0, 2.0, 3.0]), MAPS, {}),
    "Upsample-9": (9, node("Upsample", ["x", "s"], ["y"], mode="linear"), MAPS, {"s": np.float32([1, 1, 2, 2])}),
    "Resize-10": (10, node("Resize", ["x", "s"], ["y"]), MAPS, {"s": np.float32([1, 1, 2, 2])}),
    "BatchNormalization-7": (7, node("BatchNormalization", ["x", "s", "s", "m", "v"], ["y"], spatial=1), MAPS, {
        "s": np.float32([1, 2, 3, 4]), "m": np.float32([0, 1, 0, 1]), "v": np.float32([1, 2, 1, 2]),
    }),
    "GroupNormalization-18": (18, node("GroupNormalization", ["x", "s", "b"], ["y"], num_groups=2), MAPS, {
        "s": np.float32([1, 2]), "b": np.float32([0, 1]),
    }),
}  # fmt: skip


@pytest.mark.parametrize("name", OLD_FORMS)
def test_old_forms_mean_what_they_mean_to_onnxruntime(name: str) -> None:
    opset, operator, x, others = OLD_FORMS[name]
    as_onnxruntime_does(made([operator], {"x": x}, list(operator.output), opset, weights=others), {"x": x})


def test_batch_normalization_for_every_place() -> None:
    x, s = MAPS, RNG.random(MAPS.shape[1:]).astype("f4")
    bn = node("BatchNormalization", ["x", "s", "s", "s", "s"], ["y"], spatial=0)
    found = runtime.interpret(made([bn], {"x": x}, ["y"], 7, weights={"s": s}), {"x": x})["y"]
    np.testing.assert_allclose(found, (x - s) / np.sqrt(s + 1e-5) * s + s, rtol=1e-5)


def test_initializers_among_the_inputs_may_be_given_or_not() -> None:
    x, w = np.float32([1, 2]), np.float32([10, 20])
    model = made([node("Add", ["x", "w"], ["y"])], {"x": x, "w": w}, ["y"], 9, 3, weights={"w": w})
    assert runtime.interpret(model, {"x": x})["y"].tolist() == [11, 22]
    assert runtime.interpret(model, {"x": x, "w": x})["y"].tolist() == [2, 4]


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
def test_types_are_those_of_the_arrays(dtype: str) -> None:
    x = np.ones((2, 2), dtype)
    model = made([node("MatMul", ["x", "w"], ["a"]), node("Clip", ["a"], ["y"], max=1.5)], {"x": x}, ["y"], 9, weights={"w": x})
    assert runtime.interpret(model, {"x": x})["y"].dtype == dtype


def scaled() -> onnx.FunctionProto:
    """own.Scaled(x, w?) = x · factor, with an attribute that has a default, and a call of another function."""
    factor = node("Constant", [], ["f"])
    factor.attribute.append(onnx.AttributeProto(name="value_float", ref_attr_name="factor", type=onnx.AttributeProto.FLOAT))
    nodes = [factor, node("Mul", ["x", "f"], ["t"]), node("Twice", ["t"], ["y"], domain="own")]
    function = helper.make_function("own", "Scaled", ["x", "w"], ["y"], nodes, [helper.make_opsetid("", 17)])
    function.attribute_proto.append(helper.make_attribute("factor", 3.0))
    return function


def twice() -> onnx.FunctionProto:
    return helper.make_function("own", "Twice", ["t"], ["y"], [node("Add", ["t", "t"], ["y"])], [helper.make_opsetid("", 17)])


def test_functions_of_the_model() -> None:
    x = np.float32([1, 2])
    calls = [node("Scaled", ["x"], ["a"], domain="own"), node("Scaled", ["a"], ["t"], domain="own", factor=0.5)]
    model = made(calls, {"x": x}, ["a", "t"], functions=[scaled(), twice()])
    found = runtime.interpret(model, {"x": x})
    assert (found["a"].tolist(), found["t"].tolist()) == ([6, 12], [6, 12])


def test_functions_that_call_themselves_are_refused() -> None:
    bad = helper.make_function("own", "F", ["x"], ["y"], [node("F", ["x"], ["y"], domain="own")], [helper.make_opsetid("", 17)])
    model = made([node("F", ["x"], ["y"], domain="own")], {"x": X}, ["y"], functions=[bad])
    with pytest.raises(FileError, match="The function F calls itself"):
        runtime.interpret(model, {"x": X})


def test_functions_that_explode_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.reading.MOST_OPERATORS", 1000)
    own = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    functions = [
        helper.make_function("own", f"F{i}", ["x"], ["y"], [
            *[node(f"F{i + 1}", ["x"], [f"t{k}"], domain="own") for k in range(40)], node("Identity", ["t0"], ["y"]),
        ], own) for i in range(20)
    ]  # fmt: skip
    last = helper.make_function("own", "F20", ["x"], ["y"], [node("Relu", ["x"], ["y"])], own)
    model = made([node("F0", ["x"], ["y"], domain="own")], {"x": X}, ["y"], functions=[*functions, last])
    with pytest.raises(FileError, match="unfold to more than"):
        runtime.interpret(model, {"x": X})


def test_names_in_a_body_may_shadow_those_outside() -> None:
    """`t` in the body is not the `t` outside, and `w` in it is."""
    state, step = (helper.make_tensor_value_info(n, FLOAT, []) for n in ("x", "s"))
    nodes = [node("Add", ["x", "s"], ["t"]), node("Mul", ["t", "w"], ["next"]), node("Identity", ["next"], ["stack"])]
    ends = [helper.make_tensor_value_info(n, FLOAT, []) for n in ("next", "stack")]
    body = helper.make_graph(nodes, "body", [state, step], ends)
    operators = [
        node("Identity", ["x"], ["t"]), node("Scan", ["first", "x"], ["last", "all"], body=body, num_scan_inputs=1),
        node("Add", ["last", "t"], ["y"]),
    ]  # fmt: skip
    x = np.float32([1, 2, 3])
    model = made(operators, {"x": x}, ["y", "all"], weights={"w": np.float32(2), "first": np.float32(0)})
    found = runtime.interpret(model, {"x": x})
    assert (found["y"].tolist(), found["all"].tolist()) == ([23, 24, 25], [2, 8, 22])


def test_scan_of_opset_8_runs_sample_by_sample() -> None:
    inner = [node("Add", ["s", "x"], ["t"]), node("Identity", ["t"], ["o"])]
    begin, end = ([helper.make_tensor_value_info(n, FLOAT, [2]) for n in names] for names in (("s", "x"), ("t", "o")))
    scan = node("Scan", ["", "first", "x"], ["y", "z"], body=helper.make_graph(inner, "body", begin, end), num_scan_inputs=1)
    x = RNG.standard_normal((3, 4, 2)).astype("f4")
    found = runtime.interpret(made([scan], {"x": x}, ["y", "z"], 8, weights={"first": np.zeros((3, 2), "f4")}), {"x": x})
    np.testing.assert_allclose(found["z"], x.cumsum(1), rtol=1e-5)
    np.testing.assert_allclose(found["y"], x.sum(1), rtol=1e-5)


REFUSED: list[tuple[onnx.NodeProto, dict[str, Array], str]] = [
    (node("Hardmix", ["x"], ["y"], name="odd"), {"x": X}, r"‘odd’: Netwright does not know the operator Hardmix: remove it\."),
    (
        node("MatMul", ["x", "x"], ["y"], name="fc"), {"x": X},
        r"‘fc’: the operator MatMul was given float32 2×3×4, float32 2×3×4 and cannot take them: "
        r"the first has 4 columns, and the second 3 rows\.",
    ),
    (
        node("Gemm", ["x", "x"], ["y"]), {"x": X},
        "‘y’: the operator Gemm was given float32 2×3×4, float32 2×3×4 and cannot take them: its factors must be matrices",
    ),
    (
        node("Conv", ["x", "x"], ["y"], auto_pad="SAME"), {"x": X},
        r"‘y’: Conv has auto_pad ‘SAME’, which is unknown: use NOTSET, VALID, SAME_UPPER, SAME_LOWER\.",
    ),
    (node("Resize", ["x"], ["y"], mode="lanczos"), {"x": X}, "‘y’: Resize has mode ‘lanczos’, which is unknown: use nearest"),
    (
        node("Resize", ["x"], ["y"], coordinate_transformation_mode="centre"), {"x": X},
        "Resize has coordinate_transformation_mode ‘centre’, which is unknown",
    ),
    (node("Relu", ["z"], ["y"]), {"x": X}, "Relu reads ‘z’, which nothing before it makes: export the model again"),
    (node("Relu", ["x"], ["y"]), {}, "The model's input ‘x’ was given nothing: give it an array"),
    (node("Relu", ["x"], ["y"]), {"x": X, "z": X}, "The model has no input ‘z’: its inputs are: x"),
    (node("Relu", ["x"], ["y", "z"]), {"x": X}, "‘y’: Relu gives 1 outputs, and 2 are asked for: ask for fewer"),
    (node("Relu", ["x"], ["x"]), {"x": X}, "The name ‘x’ is given twice in the model: export it again"),
]  # fmt: skip


@pytest.mark.parametrize("operator, inputs, sentence", REFUSED)
def test_refusals_in_words(operator: onnx.NodeProto, inputs: dict[str, Array], sentence: str) -> None:
    with pytest.raises((GraphError, FileError), match=sentence):
        runtime.interpret(made([operator], {"x": X}, [operator.output[0]]), inputs)


SHAPE = "The model's input x 2×3×4 was given "
MISGIVEN: list[tuple[Any, str]] = [
    (None, "The inputs are of type NoneType: give a dictionary of arrays by the inputs' names"),
    ({"x": X[0]}, f"{SHAPE}3×4: give it an array of its shape"),
    ({"x": X[:, :2]}, f"{SHAPE}2×2×4: give it an array of its shape"),
    ({"x": X > 0}, "The model's input ‘x’ takes float32 and was given bool: give floating numbers"),
    ({"x": X.astype(int)}, "The model's input ‘x’ takes float32 and was given int64: give floating numbers"),
    ({"x": X.astype(complex)}, "The model's input ‘x’ takes float32 and was given complex128: give floating numbers"),
    ({"x": [[1.0], [1.0, 2.0]]}, "The model's input ‘x’ was given rows of different lengths: give an array"),
]


@pytest.mark.parametrize("inputs, sentence", MISGIVEN)
def test_inputs_that_the_model_does_not_take(inputs: Any, sentence: str) -> None:
    with pytest.raises(GraphError, match=sentence):
        runtime.interpret(made([node("Relu", ["x"], ["y"])], {"x": X}, ["y"]), inputs)


def test_a_model_must_be_loaded() -> None:
    with pytest.raises(FileError, match=r"The model is of type bytes: load it with onnx\.load first\."):
        runtime.interpret(b"model", {})  # type: ignore[arg-type]


def test_float64_goes_where_float32_is_stated() -> None:
    found = runtime.interpret(made([node("Relu", ["x"], ["y"])], {"x": X}, ["y"]), {"x": X.astype("f8")})
    assert found["y"].dtype == np.float64


def refused(operator: onnx.NodeProto, sentence: str, **arrays: Any) -> None:
    with pytest.raises(GraphError, match=sentence):
        runtime.interpret(made([operator], {}, [operator.output[0]], weights=arrays), {})


def test_kernels_that_do_not_fit_their_map() -> None:
    x, w = np.zeros((1, 3, 5, 5), "f4"), np.zeros((4, 2, 3, 3), "f4")
    given = r"‘y’: the operator Conv was given float32 1×3×5×5, float32 4×2×3×3 and cannot take them: "
    refused(node("Conv", ["x", "w"], ["y"]), f"{given}the map has 3 channels, and the kernels are for 2\\.", x=x, w=w)
    sentence = "kernel_shape is 2×2, and the kernels are 3×3"
    refused(node("Conv", ["x", "w"], ["y"], kernel_shape=[2, 2]), sentence, x=x[:, :2], w=w)
    refused(node("ConvTranspose", ["x", "w"], ["y"]), "the map has 3 channels, and the kernels are for 4", x=x, w=w)


#: What asks for a million billion numbers.
HUGE: list[tuple[onnx.NodeProto, dict[str, Any]]] = [
    (node("ConstantOfShape", ["n"], ["y"]), {"n": [10**15]}),
    (node("Expand", ["x", "n"], ["y"]), {"x": np.float32(1), "n": [10**15]}),
    (node("Range", ["zero", "end", "one"], ["y"]), {"zero": 0, "end": 10**15, "one": 1}),
    (node("Tile", ["x", "n"], ["y"]), {"x": np.float32([1]), "n": [10**15]}),
    (node("Pad", ["x", "n"], ["y"]), {"x": np.float32([1]), "n": [0, 10**15]}),
    (node("OneHot", ["i", "n", "x"], ["y"]), {"i": [0], "n": 10**15, "x": np.float32([0, 1])}),
    (node("Resize", ["x", "", "", "n"], ["y"]), {"x": np.float32([1]), "n": [10**15]}),
    (node("Conv", ["x", "x"], ["y"], pads=[0, 10**15]), {"x": np.ones((1, 1, 1), "f4")}),
]


@pytest.mark.parametrize("operator, arrays", HUGE, ids=lambda o: getattr(o, "op_type", ""))
def test_results_that_no_memory_holds(operator: onnx.NodeProto, arrays: dict[str, Any]) -> None:
    sentence = f"‘y’: the operator {operator.op_type} was given .* and needs more memory than there is: make its result smaller"
    refused(operator, sentence, **arrays)


def test_shapes_that_do_not_fit_are_said_without_numpys_words() -> None:
    sentence = r"Add was given float32 2, float32 3 and cannot take them: their shapes do not fit together\."
    refused(node("Add", ["a", "b"], ["y"]), sentence, a=np.zeros(2, "f4"), b=np.zeros(3, "f4"))


def test_resize_with_tf_half_pixel_for_nn() -> None:
    operator = node("Resize", ["x", "", "s"], ["y"], coordinate_transformation_mode="tf_half_pixel_for_nn")
    scales = np.float32([1, 1, 1.7, 0.6])
    as_onnxruntime_does(made([operator], {"x": MAPS}, ["y"], weights={"s": scales}), {"x": MAPS})


def test_a_form_older_than_opset_7_is_refused() -> None:
    model = made([node("Add", ["x", "x"], ["y"], broadcast=1)], {"x": X}, ["y"], 6)
    with pytest.raises(FileError, match=r"Add is written in the form of opset 6: export the model again with opset 13 to 24\."):
        runtime.interpret(model, {"x": X})


def test_importing_runtime_imports_nothing_else() -> None:
    script = "import sys, runtime; print(sorted({'numpy', 'onnx'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout.strip() == "[]"
