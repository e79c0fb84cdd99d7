"""What of a step does not wait for the step before: done once for all steps of a group, in front of their loop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from runtime.graph import Dim, Graph, Op, Value, prune
from runtime.ops.registry import numbers
from runtime.training_step import StepGraph, copied

#: Operators that do to every number what they do to one, so that a stack of operands gives the stack of results.
_ELEMENTWISE = {"Add", "Sub", "Mul", "Div", "Pow", "Sqrt", "Neg", "Exp", "Log", "Abs", "Max", "Min", "Cast"}


def hoisted(step: StepGraph) -> tuple[Sequence[Op], Graph]:
    """The operators that depend on nothing but what is fed (targets brought into form, Adam's scalars), and the graph of the
    others. Its inputs are the state, and what they read of the fed and of the hoisted values."""
    fed = {*step.data, step.rate, step.step}
    front: list[Op] = []
    known = set(fed)
    for op in step.graph.ops:
        if _stackable(step.graph, op, known):
            front.append(op)
            known.update(op.outputs)
    rest = copied(step.graph)
    hoisted = {id(op) for op in front}
    rest.ops = [op for op in step.graph.ops if id(op) not in hoisted]
    prune(rest, inputs=False)
    read = {n for op in rest.ops for n in op.reads} | {v.name for v in rest.outputs}
    rest.inputs = [rest.values[n] for n in step.state] + [v for n, v in step.graph.values.items() if n in known & read]
    return front, rest


def stacked_ahead(g: Graph, inner: Graph, front: Sequence[Op], stacks: Mapping[str, Value], steps: Dim) -> dict[str, Value]:
    """Emit `front`, operators of `inner`, on `stacks` of what they read, and return these with the stacks of the results."""
    found = dict(stacks)
    for op in front:
        (name,) = op.outputs
        result = replace(inner.values[name], name=f"all.{name}", shape=(steps, *inner.values[name].shape), role="")
        names = tuple(_operand(g, inner, n, found, op) for n in op.inputs)
        g.append(replace(op, inputs=names, outputs=(result.name,)), [result])
        found[name] = result
    return found


def _operand(g: Graph, inner: Graph, name: str, stacks: Mapping[str, Value], op: Op) -> str:
    if name in stacks:
        return stacks[name].name
    array = inner.constants[name]
    # Axes are counted in the stack, where the first one is the steps.
    return g.constant(array + (array >= 0) if op.type == "Unsqueeze" else array, array.dtype, f"all.{name}").name


def _stackable(graph: Graph, op: Op, known: set[str]) -> bool:
    """Elementwise, on fed values of the result's own rank (so that stacks broadcast alike) and constants."""
    if op.domain or len(op.outputs) != 1 or op.type not in _ELEMENTWISE | {"Unsqueeze"}:
        return False
    result = graph.values[op.outputs[0]]
    given = [n for n in op.inputs if n in known]
    alike = op.type == "Unsqueeze" or all(graph.values[n].rank == result.rank for n in given)
    plain = all(n in known or (n in graph.constants and graph.values[n].rank <= result.rank) for n in op.inputs)
    return bool(given) and alike and plain and numbers(result.shape) is not None
