"""The one loop over operators, for whole graphs and for the bodies of control flow: each operator's kernel, in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from runtime.errors import TrainingError
from runtime.graph import Array, Graph, Op
from runtime.ops.registry import evaluate


def walk(graph: Graph, feeds: Mapping[str, Array], keep: bool = True) -> Iterator[tuple[Op, dict[str, Array]]]:
    """Run `graph` one operator at a time: yields each with its outputs by name. Stop whenever you like.

    `feeds` gives every input and parameter. With `keep` false a value is freed after its last reader. NaN and infinity
    are results here, not warnings. Raises `TrainingError` for a value that nobody gave.
    """
    known: dict[str, Array] = {**graph.constants, **feeds}
    last = {} if keep else _last_readers(graph)
    for index, op in enumerate(graph.ops):
        missing = [n for n in op.reads if n and n not in known]
        if missing:
            raise TrainingError(f"The operator {op.type} reads ‘{missing[0]}’, which has no numbers: give it one.")
        with np.errstate(all="ignore"):
            results = evaluate(op, [known[n] if n else None for n in op.inputs], known)
        found = {name: array for name, array in zip(op.outputs, results, strict=True) if name}
        known.update(found)
        for name in last.get(index, ()):
            known.pop(name, None)
        yield op, found


def interpret(graph: Graph, feeds: Mapping[str, Array]) -> dict[str, Array]:
    """The outputs of `graph` by name, values freed as soon as nobody reads them any more."""
    wanted = {v.name for v in graph.outputs}
    results = {n: a for n, a in {**graph.constants, **feeds}.items() if n in wanted}
    for _, found in walk(graph, feeds, keep=False):
        results.update((n, a) for n, a in found.items() if n in wanted)
    return results


def run_body(body: Graph, inputs: Sequence[Array], outside: Mapping[str, Array]) -> list[Array]:
    """The outputs of a body of If, Loop or Scan for these inputs. `outside` is what the operator around it can see."""
    captured = {n: outside[n] for n in body.captures if n in outside}
    results = interpret(body, {**captured, **{v.name: a for v, a in zip(body.inputs, inputs, strict=True)}})
    return [results[v.name] for v in body.outputs]


def _last_readers(graph: Graph) -> dict[int, list[str]]:
    """After operator number i, which computed values nobody reads any more."""
    last: dict[str, int] = {}
    for index, op in enumerate(graph.ops):
        last.update((n, index) for n in (*op.reads, *op.outputs) if n)
    freed: dict[int, list[str]] = {}
    for name, index in last.items():
        freed.setdefault(index, []).append(name)
    return freed
