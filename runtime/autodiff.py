"""Reverse-mode differentiation: one walk over the operators, last to first, emitting each one's gradient rule.

Linnainmaa 1970; Griewank and Walther, Evaluating Derivatives, 2008. The backward pass is emitted into the same graph as
plain operators, tagged with the layer of the forward operator they belong to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from runtime.errors import GraphError
from runtime.graph import Graph, Op, Value
from runtime.ops import GRADIENTS, NOT_DIFFERENTIABLE, Site

#: Stands in a Site for an optional output that nobody asked for.
NOT_ASKED_FOR = Value("", np.dtype(np.float32), ())


def gradients(graph: Graph, loss: Value, wanted: Iterable[Value]) -> dict[str, Value]:
    """Emit ∂loss/∂v for each v of `wanted` into `graph`; returns them by v's name.

    `loss` is a scalar. A wanted value that the loss does not depend on gets zeros. Raises `GraphError` naming layer and
    operator where a gradient would have to pass through an operator that has no rule.
    """
    if loss.shape not in ((), (1,)):
        raise GraphError(f"The loss ‘{loss.name}’ must be one number, and it is {loss}: take its mean or its sum.")
    with graph.scope(layer="", label="", phase="backward"):
        one = graph.constant(np.ones(loss.shape), loss.dtype, "one")
        return pulled_back(graph, {loss.name: one}, wanted)


def pulled_back(
    graph: Graph, seeds: Mapping[str, Value], wanted: Iterable[Value], since: int = 0
) -> dict[str, Value]:
    """Emit Σ seedᵀ · ∂y/∂v over all seeds (∂loss/∂y by y's name) for each v of `wanted`; returns them by v's name.

    Nothing before operator number `since` is looked at.
    """
    wanted = list(wanted)
    ops = graph.ops[since:]
    active = _depends_on(ops, {v.name for v in wanted})
    with graph.scope(layer="", label="", phase="backward"):
        found = dict(seeds)
        for op in reversed(ops):
            if any(name in found for name in op.outputs) and any(name in active for name in op.reads):
                _step(graph, op, found, active)
        return {v.name: found[v.name] if v.name in found else _zeros(graph, v) for v in wanted}


def _depends_on(ops: Iterable[Op], names: set[str]) -> set[str]:
    """Every value that moves when one of `names` moves."""
    active = set(names)
    for op in ops:
        if op.type not in NOT_DIFFERENTIABLE and any(name in active for name in op.reads):
            active.update(n for n in op.outputs if n)
    return active


def _step(graph: Graph, op: Op, found: dict[str, Value], active: set[str]) -> None:
    if op.type in NOT_DIFFERENTIABLE:
        return
    rule = GRADIENTS.get(op.type)
    if rule is None:
        place = f"layer ‘{op.layer}’" if op.layer else f"‘{op.name or op.outputs[0]}’"
        raise GraphError(f"{place}: the operator {op.type} has no gradient rule, so nothing before it can be trained.")
    inputs = tuple(graph.values[n] if n else None for n in op.inputs)
    site = Site(op, inputs, tuple(graph.values[n] if n else NOT_ASKED_FOR for n in op.outputs), active)
    with graph.scope(layer=op.layer, label=_label(graph, op)):
        parts = rule(graph, site, *[found.get(name) for name in op.outputs])
        for name, part in zip(op.reads, parts, strict=False):
            if name in active and part is not None:
                found[name] = graph.Add(found[name], part) if name in found else part


def _label(graph: Graph, op: Op) -> str:
    return op.outputs[0].rsplit(".", 1)[0] if "." in op.outputs[0] else ""


def _zeros(graph: Graph, value: Value) -> Value:
    shape = graph.Shape(value)
    result: Value = graph.Expand(graph.constant(0, value.dtype, "zero"), shape, like=value)
    return result
