"""Types of the bodies of If, Loop and Scan, and of what these operators make of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from runtime.errors import GraphError
from runtime.graph import Dim, Graph, Op, Value

if TYPE_CHECKING:
    from runtime.from_onnx import Typing


def typed_bodies(reader: Typing, op: Op) -> tuple[Op, tuple[Value, ...]]:
    """`op` with typed bodies, and the values of its outputs. Raises `GraphError` where a shape grows without a rule."""
    bodies, types = {"If": _if, "Loop": _loop, "Scan": _scan}[op.type](reader, op)
    values = [v for n, v in zip(op.outputs, types, strict=False) if n]
    named = [n for n in op.outputs if n]
    found = tuple(replace(v, name=n, role="") for n, v in zip(named, values, strict=True))
    return replace(op, attributes={**op.attributes, **bodies}), found


def _typed(reader: Typing, body: Graph, inputs: Sequence[Value]) -> Graph:
    """The body for inputs of these types. Its names are kept, and not given again outside."""
    from runtime.from_onnx import Typing

    graph = Graph(body.name, reader.graph.dtype, reader.graph.training, reader.graph.opset, outer=reader.graph)
    own = {v.name: replace(t, name=v.name) for v, t in zip(body.inputs, inputs, strict=True)}
    inner = Typing(graph, {}, set(), reader)
    inner.fill(body, own)
    for name in graph.values:
        reader.graph.fresh(name)
    return graph


def _if(reader: Typing, op: Op) -> tuple[Mapping[str, Graph], list[Value]]:
    """What both branches agree on."""
    bodies = {name: _typed(reader, op.attributes[name], []) for name in ("then_branch", "else_branch")}
    pairs = zip(bodies["then_branch"].outputs, bodies["else_branch"].outputs, strict=True)
    return bodies, [_common(op, a, b) for a, b in pairs]


def _loop(reader: Typing, op: Op) -> tuple[Mapping[str, Graph], list[Value]]:
    """Carried values as they come in, a dimension that a round changes left open; the stacks as many as the rounds."""
    held = [reader.value(n) for n in op.inputs[2:]]
    first = [Value("round", np.dtype(np.int64), ()), Value("goes_on", np.dtype(bool), ())]
    body = _typed(reader, op.attributes["body"], [*first, *held])
    carried = [_common(op, a, b) for a, b in zip(held, body.outputs[1:], strict=False)]
    if any(a.shape != b.shape for a, b in zip(carried, held, strict=True)):
        body = _typed(reader, op.attributes["body"], [*first, *carried])
    stacks = [replace(v, shape=(None, *v.shape)) for v in body.outputs[1 + len(held) :]]
    return {"body": body}, [*carried, *stacks]


def _scan(reader: Typing, op: Op) -> tuple[Mapping[str, Graph], list[Value]]:
    count = int(op.attributes["num_scan_inputs"])
    values = [reader.value(n) for n in op.inputs]
    held, sequences = values[: len(values) - count], values[len(values) - count :]
    axes = op.attributes.get("scan_input_axes") or [0] * count
    slices = [replace(v, shape=_without(v.shape, axis)) for v, axis in zip(sequences, axes, strict=True)]
    body = _typed(reader, op.attributes["body"], [*held, *slices])
    steps = sequences[0].shape[axes[0]]
    stacked = body.outputs[len(held) :]
    out_axes = op.attributes.get("scan_output_axes") or [0] * len(stacked)
    stacks = [replace(v, shape=_with(v.shape, axis, steps)) for v, axis in zip(stacked, out_axes, strict=True)]
    return {"body": body}, [*held, *stacks]


def _without(shape: Sequence[Dim], axis: int) -> tuple[Dim, ...]:
    axis %= len(shape)
    return (*shape[:axis], *shape[axis + 1 :])


def _with(shape: Sequence[Dim], axis: int, dim: Dim) -> tuple[Dim, ...]:
    axis %= len(shape) + 1
    return (*shape[:axis], dim, *shape[axis:])


def _common(op: Op, a: Value, b: Value) -> Value:
    """The type that both have. Raises `GraphError` where the number of axes differs."""
    if a.dtype != b.dtype or a.rank != b.rank:
        raise GraphError(f"‘{op.name or op.outputs[0]}’: {op.type} makes {a} one time and {b} another: give both one type.")
    return replace(a, shape=tuple(m if m == n else None for m, n in zip(a.shape, b.shape, strict=True)))
