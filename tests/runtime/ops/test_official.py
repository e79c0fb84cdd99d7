"""The ONNX project's own node tests, whole models through `runtime.interpret`, for every operator that has a kernel.

Among them are the cases in which a compound operator is written out in simpler ones (``…_expanded``).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from typing import Any

import numpy as np
import pytest
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, numpy_helper
from onnx.backend.test.loader import load_model_tests

import runtime
from runtime.graph import Array
from runtime.ops import KERNELS
from runtime.precision import in_double

#: Operators of old files, rewritten before anything runs (`runtime.upgrade`).
REWRITTEN = {"Upsample", "Scatter"}

_SMALL_TYPES = "bfloat16, 8-bit floats and numbers of 2 and 4 bits are no types of NumPy's, and not the program's"
_SEQUENCES = "sequences and optional values are no tensors"
_TEXT = "strings are not the program's"

#: Cases of claimed operators that are not run, by name, and why.
EXCLUDED = {
    "test_training_dropout": "its numbers are those of NumPy's old generator, seeded",
    "test_training_dropout_mask": "its numbers are those of NumPy's old generator, seeded",
    "test_training_dropout_default": "its numbers are those of NumPy's old generator, seeded",
    "test_training_dropout_default_mask": "its numbers are those of NumPy's old generator, seeded",
    "test_attention_*bf16*": _SMALL_TYPES,
    "test_einsum_*bfloat16": _SMALL_TYPES,
    "test_cast*FLOAT8*": _SMALL_TYPES,
    "test_cast*FLOAT4*": _SMALL_TYPES,
    "test_cast*BFLOAT16*": _SMALL_TYPES,
    "test_cast*INT4*": _SMALL_TYPES,
    "test_cast*INT2*": _SMALL_TYPES,
    "test_equal_string*": _TEXT,
    "test_identity_sequence": _SEQUENCES,
    "test_identity_opt": _SEQUENCES,
    "test_loop13_seq": _SEQUENCES,
    "test_loop16_seq_none": _SEQUENCES,
    "test_if_seq": _SEQUENCES,
    "test_if_opt": _SEQUENCES,
}


@cache
def everything() -> list[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the cases divide by zero on purpose
        return list(load_model_tests(kind="node"))


@cache
def official() -> list[Any]:
    """The cases of our operators that are not excluded."""
    return [c for c in everything() if claimed(c) and not any(fnmatch(c.name, name) for name in EXCLUDED)]


def claimed(case: Any) -> bool:
    return all(not n.domain and n.op_type in KERNELS.keys() | REWRITTEN for n in operators(case.model.graph))


def operators(graph: GraphProto) -> Iterator[NodeProto]:
    """Every operator of the graph and of its bodies."""
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            yield from operators(attribute.g) if attribute.type == AttributeProto.GRAPH else ()


def problem(case: Any, model: ModelProto, double: bool = False) -> str | None:
    """What is wrong with our answer, if anything."""
    for inputs, outputs in case.data_sets:
        try:
            feeds = {v.name: array(a, double) for v, a in zip(model.graph.input, inputs, strict=False)}
            found = runtime.interpret(model, feeds)
            for ours, theirs in zip(found.values(), outputs, strict=True):
                wanted = array(theirs, double)
                assert (ours.dtype, ours.shape) == (wanted.dtype, wanted.shape), f"{ours.dtype}{ours.shape}"
                np.testing.assert_allclose(ours, wanted, rtol=case.rtol, atol=case.atol)
        except Exception as error:
            return f"{case.name}: {type(error).__name__} {' '.join(str(error).split())[:200]}"
    return None


def array(value: Any, double: bool) -> Array:
    found = numpy_helper.to_array(value) if isinstance(value, TensorProto) else np.asarray(value)
    return found.astype(np.float64) if double and found.dtype == np.float32 else found


def report(problems: list[str]) -> None:
    assert not problems, f"{len(problems)} of {len(official())}\n" + "\n".join(problems)


def test_official_cases() -> None:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        report([p for case in official() if (p := problem(case, case.model))])


def test_every_kernel_has_an_official_case() -> None:
    covered = {n.op_type for case in official() for n in operators(case.model.graph)}
    assert set(KERNELS) - covered == {"GlobalLpPool"}


def test_every_exclusion_names_a_case_of_ours() -> None:
    names = [c.name for c in everything()]
    assert [pattern for pattern in EXCLUDED if not any(fnmatch(n, pattern) for n in names)] == []


# -- the same in float64 -------------------------------------------------------------------------------------------------
#: Cases that are about a type, or hold float32's own limits.
NOT_IN_DOUBLE = {
    "test_cast*": "names the types it goes between",
}


def is_single(case: Any) -> bool:
    values = [*case.model.graph.input, *case.model.graph.output]
    return any(v.type.tensor_type.elem_type == TensorProto.FLOAT for v in values)


@pytest.mark.slow
def test_official_cases_in_float64() -> None:
    chosen = [c for c in official() if is_single(c) and not any(fnmatch(c.name, name) for name in NOT_IN_DOUBLE)]
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        report([p for case in chosen if (p := problem(case, in_double(case.model), double=True))])
    assert len(chosen) > 800
