"""Every gradient rule against finite differences, and both engines against each other, over drawn cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import DTypeLike

from runtime.graph import Array
from runtime.ops import GRADIENTS
from tests.runtime.ops.cases import CASES
from tests.runtime.ops.support import Case, assemble, interpret, run_onnxruntime

STEP = 1e-6

#: Operators that ONNX Runtime's CPU provider has in float32 only (or whose gradient uses one of them), or computes in it.
FLOAT32_ONLY = {
    "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "Attention", "AveragePool", "Celu", "Col2Im", "Conv", "ConvTranspose",
    "Cosh", "Det", "Elu", "Erf", "Gelu", "GlobalAveragePool", "GlobalLpPool", "GlobalMaxPool", "GroupNormalization",
    "HardSigmoid", "HardSwish", "InstanceNormalization", "LRN", "LeakyRelu", "LpPool", "MaxUnpool", "Mean",
    "MeanVarianceNormalization", "Mish", "OneHot", "Resize", "RotaryEmbedding", "Selu", "Shrink", "Sinh", "Softplus",
    "Softsign", "Tan", "ThresholdedRelu",
}  # fmt: skip


def drawn(examples: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return settings(
        max_examples=examples, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip


def slope(case: Case, index: int, direction: Array) -> float:
    """(L(x + εd) − L(x − εd)) / 2ε for one input."""
    g, feed = assemble(case, training=False)
    name = f"x{index}"
    losses = [float(interpret(g, {**feed, name: feed[name] + sign * STEP * direction})[1]) for sign in (1, -1)]
    return (losses[0] - losses[1]) / (2 * STEP)


def test_every_rule_has_a_case() -> None:
    assert set(GRADIENTS) == set(CASES)


def agrees_with_finite_differences(case: Case, seed: int) -> None:
    g, feed = assemble(case)
    found = interpret(g, feed)[2:]
    rng = np.random.default_rng(seed)
    for i, (x, dx) in enumerate(zip(case.inputs, found, strict=True)):
        assert dx.shape == x.shape
        direction = np.asarray(rng.standard_normal(x.shape))
        assert np.sum(dx * direction) == pytest.approx(slope(case, i, direction), rel=1e-6, abs=1e-7), f"input {i}"


def engines_agree(case: Case, dtype: DTypeLike, tolerance: float) -> None:
    g, feed = assemble(case, dtype)
    for ours, theirs in zip(interpret(g, feed), run_onnxruntime(g, feed), strict=True):
        assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
        np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance * max(1, np.abs(ours).max()))


@pytest.mark.parametrize("op_type", sorted(GRADIENTS))
def test_rule_agrees_with_finite_differences(op_type: str) -> None:
    @given(CASES[op_type], st.integers(0, 100))
    @drawn(40 if "Conv" in op_type or "Pool" in op_type else 15)
    def check(case: Case, seed: int) -> None:
        assert any(op.type == op_type and op.phase == "forward" for op in assemble(case, training=False)[0].ops)
        agrees_with_finite_differences(case, seed)

    check()


@pytest.mark.parametrize("op_type", sorted(GRADIENTS))
def test_engines_agree(op_type: str) -> None:
    @given(CASES[op_type])
    @drawn(10 if "Conv" in op_type or "Pool" in op_type else 4)
    def check(case: Case) -> None:
        engines_agree(case, np.float32, 2e-5)
        if op_type not in FLOAT32_ONLY:
            engines_agree(case, np.float64, 1e-12)

    check()


@pytest.mark.parametrize("op_type", sorted(GRADIENTS))
def test_rules_mean_the_same_in_opset_24(op_type: str) -> None:
    @given(CASES[op_type])
    @drawn(3)
    def check(case: Case) -> None:
        agrees_with_finite_differences(replace(case, opset=24), 0)

    check()


WIDE: list[dict[str, Any]] = [
    {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]},
    {"kernel_shape": [3, 2], "pads": [0, 1, 2, 0]},
    {"kernel_shape": [2, 3], "dilations": [2, 1], "pads": [1, 2, 0, 0]},
    {"kernel_shape": [5, 5]},
]


@pytest.mark.parametrize("attributes", WIDE)
def test_weight_gradient_of_a_wide_convolution(attributes: dict[str, Any]) -> None:
    """From 16 channels and a large map on, dW is computed in two shifts."""
    rng = np.random.default_rng(3)
    arrays = [rng.standard_normal((2, 16, 14, 15)), rng.standard_normal((3, 16, *attributes["kernel_shape"]))]
    case = Case(arrays, lambda g, *xs: g.Conv(*xs, **attributes), [0])
    kernels = [op.attributes["kernel_shape"] for op in assemble(case)[0].ops if op.attributes.get("group") == 16]
    assert kernels == [[1, attributes["kernel_shape"][1]]]
    agrees_with_finite_differences(case, 1)
    engines_agree(case, np.float32, 2e-5)
