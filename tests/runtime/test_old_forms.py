"""Forms of older opsets whose meaning takes more than one operator now, against ONNX Runtime and by hand."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import helper

import runtime
from runtime.gradient_check import compared
from runtime.graph import Array
from tests.runtime.ops.test_gradients import drawn
from tests.runtime.test_interpreter import MAPS, as_onnxruntime_does, made

node = helper.make_node
SCALES = [1.0, 2.0, 3.0, 1.5, 2.5, 1.3, 0.5, 1 / 3, 0.6, 0.7, 0.25, 0.9]


def clear(size: int, scale: float) -> bool:
    """Not where ONNX Runtime leaves the standard: it copies what keeps its length, whatever the scale, and takes 10 · 0.7
    for 7, where ONNX's inference (and its own) says 6, since the scale is a float32 below 0.7."""
    length = int(size * float(np.float32(scale)))
    return length not in (0, size) and length == int(np.float32(size) * np.float32(scale))


@pytest.mark.parametrize("mode", ["nearest", "linear"])
def test_resize_of_opset_10_reads_where_onnxruntime_reads(mode: str) -> None:
    """Rounded down where an axis grows, up where it shrinks."""
    edge = st.integers(2, 11)

    @given(edge, edge, st.sampled_from(SCALES), st.sampled_from(SCALES))
    @drawn(60)
    def check(high: int, wide: int, down: float, across: float) -> None:
        if not clear(high, down) or not clear(wide, across):
            return
        x = np.random.default_rng(high).standard_normal((1, 2, high, wide)).astype("f4")
        scales = np.float32([1, 1, down, across])
        as_onnxruntime_does(
            made([node("Resize", ["x", "s"], ["y"], mode=mode)], {"x": x}, ["y"], 10, weights={"s": scales}), {"x": x}
        )

    check()


def worst(model: onnx.ModelProto, x: Array) -> float:
    target = np.random.default_rng(0).standard_normal(runtime.interpret(model, {"x": x})["y"].shape)
    return max(c.error for c in compared(model, {"x": x}, target))


@pytest.mark.parametrize("mode", ["nearest", "linear"])
def test_a_weight_before_a_resize_of_opset_10(mode: str) -> None:
    nodes = [node("Mul", ["x", "w"], ["m"]), node("Resize", ["m", "s"], ["y"], mode=mode)]
    weights = {"w": MAPS[:1], "s": np.float32([1, 1, 1.5, 0.5])}
    assert worst(made(nodes, {"x": MAPS}, ["y"], 10, weights=weights), MAPS) < 1e-6


STATISTICS = {"s": [1, 2, 3, 4], "b": [0, 1, 0, 1], "m": [0, 1, 0, 1], "v": [1, 2, 1, 2]}


def in_training(opset: int, outputs: list[str], x: Array) -> onnx.ModelProto:
    """As PyTorch writes it with TrainingMode.TRAINING: until opset 13 five outputs, the last two read by nobody."""
    bn = node("BatchNormalization", ["x", *"sbmv"], ["y", *outputs], epsilon=1e-5, momentum=0.9)
    if opset >= 14:
        bn.attribute.append(helper.make_attribute("training_mode", 1))
    weights = {n: np.float32(a) for n, a in STATISTICS.items()}
    return made([bn], {"x": x}, ["y", *outputs], opset, weights=weights)


@pytest.mark.parametrize("x", [MAPS, MAPS[:, :, 0, 0]], ids=["maps", "rows"])
@pytest.mark.parametrize("opset", [9, 13])
def test_batch_normalization_with_five_outputs_is_in_training(opset: int, x: Array) -> None:
    names = ["mean", "var", "saved_mean", "saved_var"]
    old = runtime.interpret(in_training(opset, names, x), {"x": x})
    new = runtime.interpret(in_training(17, names[:2], x), {"x": x})
    for name, array in new.items():
        np.testing.assert_array_equal(old[name], array)
    axes = (0, *range(2, x.ndim))
    np.testing.assert_allclose(old["saved_mean"], x.mean(axes), atol=1e-6)
    np.testing.assert_allclose(old["saved_var"], x.var(axes), rtol=1e-5)


@pytest.mark.parametrize("outputs", [["mean", "var"], ["mean", "var", "saved_mean", "saved_var"]])
def test_its_scale_and_bias_are_weights_and_its_statistics_are_none(outputs: list[str]) -> None:
    model = in_training(9, outputs, MAPS)
    del model.graph.output[1:]
    target = np.random.default_rng(0).standard_normal(MAPS.shape)
    found = compared(model, {"x": MAPS}, target)
    assert {c.weight for c in found} == {"s", "b"}
    assert max(c.error for c in found) < 1e-6
