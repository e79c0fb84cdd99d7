"""Many steps in one call: a Scan over batches, whose body is the step.

Small networks spend their time between calls and operators, not in them. A group of K steps is one graph: the carried state
goes from step to step inside, everything else is stacked along a first axis of length K. What no step changes is computed in
front of the loop. The numbers are those of K single steps, bit for bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from runtime.engines.hoisting import hoisted, stacked_ahead
from runtime.formulations import GROUPED_STATE
from runtime.graph import Array, Graph, Value
from runtime.ops.control import scan
from runtime.ops.registry import numbers
from runtime.training_step import StepGraph

#: Steps in one group at most; a divisor of `runtime.trainer.WATCH`.
GROUP = 64


def small(step: StepGraph) -> bool:
    """Whether a step is so small that groups of it are faster."""
    shapes = [numbers(step.graph.values[name].shape) for name in step.state]
    return all(s is not None for s in shapes) and sum(int(np.prod(s)) for s in shapes if s is not None) <= GROUPED_STATE


def grouped(step: StepGraph, steps: str = "K") -> StepGraph:
    """The step `steps` times over: its state goes in as ``first.…`` and comes out as ``last.…``, data, learning rates, step
    numbers and results are ``all.…``."""
    inner = step.graph
    g = Graph(f"{inner.name} steps", inner.dtype, inner.training, inner.opset)
    for name in step.held:
        g.values[name], g.parameters[name] = inner.values[name], inner.parameters[name]
    fed = [*step.data, step.rate, step.step]
    first = [g.input(f"first.{n}", inner.values[n].dtype, inner.values[n].shape) for n in step.state]
    given = {n: g.input(f"all.{n}", inner.values[n].dtype, (steps, *inner.values[n].shape)) for n in fed}
    front, body = hoisted(step)
    stacks = stacked_ahead(g, inner, front, given, steps)
    sequences = [stacks[v.name] for v in body.inputs[len(first) :]]
    last = scan(g, _body(step, body), first, sequences)
    moved, found = last[: len(first)], last[len(first) :]
    g.outputs = [*found, *moved]
    return replace(
        step, graph=g, loss=found[0].name, outputs=tuple(v.name for v in found[1:]), slots={},
        state={v.name: w.name for v, w in zip(first, moved, strict=True)}, rate=f"all.{step.rate}", step=f"all.{step.step}",
        data=tuple(f"all.{n}" for n in step.data),
    )  # fmt: skip


def _body(step: StepGraph, body: Graph) -> Graph:
    body.parameters = {}
    results: list[Value] = [body.values[n] for n in (*step.state.values(), step.loss, *step.outputs)]
    body.outputs = results
    return body


def stacked(step: StepGraph, feeds: Sequence[Mapping[str, Any]]) -> dict[str, Array]:
    """What a group of `step` is fed: batches one behind the other (one concatenation is faster than a stack of many)."""
    found = {f"all.{n}": np.array([f[n] for f in feeds]) for n in (step.rate, step.step)}
    for name in step.data:
        batches = [f[name] for f in feeds]
        found[f"all.{name}"] = np.concatenate(batches).reshape(len(batches), *np.shape(batches[0]))
    return found
