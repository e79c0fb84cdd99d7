"""Control flow: Scan, whose body is a Graph. (If and Loop only run; nothing here emits them.)"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from runtime.graph import Array, Graph, Op, Value
from runtime.ops.registry import kernel
from runtime.ops.walk import run_body


def scan(
    g: Graph, body: Graph, states: Sequence[Value], sequences: Sequence[Value], reverse: bool = False
) -> tuple[Value, ...]:
    """Emit a Scan along axis 0: `body` takes the states and one slice of each sequence, and gives the new states and what
    is to be stacked.

    Returns the last states, then the stacked outputs, their first axis as long as the sequences. With `reverse` it runs
    from the last slice to the first, and stacks in the order of the slices.
    """
    count, steps = len(sequences), sequences[0].shape[0]
    name = f"{g.where.label}." if g.where.label else ""
    outputs = []
    for i, inner in enumerate(body.outputs):
        shape = states[i].shape if i < len(states) else (steps, *inner.shape)
        outputs.append(Value(g.fresh(f"{name}scan_{i}"), inner.dtype, shape))
    ways = {"scan_input_directions": [1] * count, "scan_output_directions": [1] * (len(outputs) - len(states))}
    attributes = {"body": body, "num_scan_inputs": count, **({k: v for k, v in ways.items() if v} if reverse else {})}
    inputs = tuple(v.name for v in (*states, *sequences))
    g.append(Op("Scan", inputs, tuple(v.name for v in outputs), attributes, g.where.layer, g.where.phase), outputs)
    return tuple(outputs)


@kernel("Scan")
def scan_kernel(
    *inputs: Array, body: Graph, num_scan_inputs: int, outside: Mapping[str, Array],
    scan_input_axes: Sequence[int] | None = None, scan_input_directions: Sequence[int] | None = None,
    scan_output_axes: Sequence[int] | None = None, scan_output_directions: Sequence[int] | None = None,
) -> tuple[Array, ...]:
    """The body once for every slice of the sequences: states go in and come out, the other outputs are stacked."""
    held = len(inputs) - num_scan_inputs
    states, sequences = list(inputs[:held]), [
        _slices(x, axis, way)
        for x, axis, way in zip(
            inputs[held:], scan_input_axes or [0] * num_scan_inputs, scan_input_directions or [0] * num_scan_inputs,
            strict=True,
        )
    ]
    stacks: list[list[Array]] = [[] for _ in body.outputs[held:]]
    for slices in zip(*sequences, strict=True):
        found = run_body(body, [*states, *slices], outside)
        states = found[:held]
        for stack, array in zip(stacks, found[held:], strict=True):
            stack.append(array)
    axes, ways = scan_output_axes or [0] * len(stacks), scan_output_directions or [0] * len(stacks)
    return (*states, *(np.stack(s[::-1] if way else s, axis) for s, axis, way in zip(stacks, axes, ways, strict=True)))


def _slices(x: Array, axis: int, backwards: int) -> list[Array]:
    parts = list(np.moveaxis(x, axis, 0))
    return parts[::-1] if backwards else parts
