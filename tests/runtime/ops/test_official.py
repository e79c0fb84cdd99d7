"""The ONNX project's own node tests, for every operator that has a NumPy kernel."""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from onnx.backend.test.loader import load_model_tests

from runtime.graph import Op
from runtime.ops import KERNELS
from runtime.ops.registry import evaluate

#: Element types that NumPy itself has. The others (bfloat16, float8, 4-bit numbers, text) are not the program's.
TYPES = {np.dtype(t) for t in ("?", "f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")}

#: Cases not claimed, and why.
EXCLUDED = {
    "test_split_equal_parts_1d_opset18": "num_outputs came with opset 18; in 17 the node's outputs are counted",
    "test_split_equal_parts_2d": "num_outputs came with opset 18",
    "test_split_equal_parts_default_axis_opset18": "num_outputs came with opset 18",
    "test_split_1d_uneven_split_opset18": "num_outputs came with opset 18",
    "test_split_2d_uneven_split_opset18": "num_outputs came with opset 18",
    "test_maxunpool_export_with_output_shape": "counts indices over a shape not the output's; ONNX Runtime does not",
}

#: Attributes of later opsets that say nothing about our types (they round towards 8-bit floats).
IGNORED = {"saturate", "round_mode"}


@cache
def official() -> list[Any]:
    """Single-operator cases of our operators, in types we know, not excluded."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the cases divide by zero on purpose
        cases: list[Any] = list(load_model_tests(kind="node"))
    ours = [c for c in cases if len(c.model.graph.node) == 1 and c.model.graph.node[0].op_type in KERNELS]
    return [c for c in ours if c.name not in EXCLUDED and _plain(c)]


def _plain(case: Any) -> bool:
    values = [*case.model.graph.input, *case.model.graph.output]
    types = [v.type.tensor_type for v in values if v.type.HasField("tensor_type")]
    return len(types) == len(values) and all(helper.tensor_dtype_to_np_dtype(t.elem_type) in TYPES for t in types)


def _problem(case: Any) -> str | None:
    """What is wrong with our answer, if anything."""
    node = case.model.graph.node[0]
    attributes = {a.name: _attribute(a) for a in node.attribute if a.name not in IGNORED}
    op = Op(node.op_type, tuple(node.input), tuple(node.output), attributes)
    for inputs, outputs in case.data_sets:
        feed = iter(inputs)
        try:
            found = evaluate(op, [_array(next(feed)) if name else None for name in op.inputs])
            pairs = zip((y for y, name in zip(found, op.outputs, strict=True) if name), outputs, strict=True)
            for ours, theirs in pairs:
                theirs = _array(theirs)
                assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape), f"{ours.dtype}{ours.shape}"
                np.testing.assert_allclose(ours, theirs, rtol=case.rtol, atol=case.atol)
        except Exception as error:
            return f"{case.name}: {type(error).__name__} {' '.join(str(error).split())[:200]}"
    return None


def _array(value: Any) -> Any:
    return numpy_helper.to_array(value) if isinstance(value, TensorProto) else np.asarray(value)


def _attribute(attribute: Any) -> Any:
    value = helper.get_attribute_value(attribute)
    return value.decode() if isinstance(value, bytes) else value


def test_official_cases() -> None:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        problems = [p for case in official() if (p := _problem(case))]
    assert not problems, f"{len(problems)} of {len(official())}\n" + "\n".join(problems)


def test_every_kernel_has_an_official_case() -> None:
    covered = {case.model.graph.node[0].op_type for case in official()}
    assert set(KERNELS) == covered
