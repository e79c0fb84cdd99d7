"""The reference engine: a graph interpreted operator by operator with NumPy. Slow, readable, and it can stop
anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from runtime.engines.protocol import Program, Stepper, Stopped
from runtime.errors import TrainingError
from runtime.graph import Array, Graph, Op
from runtime.ops.registry import evaluate
from runtime.training_step import StepGraph


def walk(graph: Graph, feeds: Mapping[str, Array], keep: bool = True) -> Iterator[tuple[Op, dict[str, Array]]]:
    """Run `graph` one operator at a time: yields each with its outputs by name. Stop whenever you like.

    `feeds` gives every input and parameter. With `keep` false a value is freed after its last reader. NaN and infinity
    are results here, not warnings. Raises `TrainingError` for a value that nobody gave.
    """
    known: dict[str, Array] = {**graph.constants, **feeds}
    last = {} if keep else _last_readers(graph)
    for index, op in enumerate(graph.ops):
        missing = [n for n in op.inputs if n and n not in known]
        if missing:
            raise TrainingError(f"The operator {op.type} reads ‘{missing[0]}’, which has no numbers: give it one.")
        with np.errstate(all="ignore"):
            results = evaluate(op, [known[n] if n else None for n in op.inputs])
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


def _last_readers(graph: Graph) -> dict[int, list[str]]:
    """After operator number i, which computed values nobody reads any more."""
    last: dict[str, int] = {}
    for index, op in enumerate(graph.ops):
        last.update((n, index) for n in (*op.inputs, *op.outputs) if n)
    freed: dict[int, list[str]] = {}
    for name, index in last.items():
        freed.setdefault(index, []).append(name)
    return freed


class NumpyProgram:
    """A graph with its weights, interpreted at each run."""

    def __init__(self, graph: Graph, weights: Mapping[str, Array]) -> None:
        self._graph = graph
        self._weights = dict(weights)

    def run(self, feeds: Mapping[str, Array]) -> dict[str, Array]:
        return interpret(self._graph, {**self._weights, **feeds})


class NumpyStepper:
    """A training step, interpreted; the new state replaces the old one after the last operator."""

    def __init__(self, step: StepGraph, state: Mapping[str, Array]) -> None:
        self._step = step
        self._held = {n: np.array(state[n]) for n in step.held}
        self._state = {n: np.array(state[n]) for n in step.state}
        self._terminated = False

    def step(self, feeds: Mapping[str, Array | float]) -> dict[str, Array]:
        step = self._step
        known = {n: np.asarray(a, step.graph.values[n].dtype) for n, a in feeds.items()}
        wanted = {step.loss, *step.outputs, *step.state.values()}
        results: dict[str, Array] = {}
        for _, found in walk(step.graph, {**self._held, **self._state, **known}, keep=False):
            if self._terminated:
                raise Stopped("Training was stopped.")
            results.update((n, a) for n, a in found.items() if n in wanted)
        self._state = {n: results[out] for n, out in step.state.items()}
        return {n: results[n] for n in (step.loss, *step.outputs)}

    def state(self) -> dict[str, Array]:
        return {n: a.copy() for n, a in self._state.items()}

    def terminate(self) -> None:
        self._terminated = True

    def close(self) -> None:
        self._state = {}


class NumpyEngine:
    """Runs every graph with `runtime.ops`' kernels, on one CPU thread (matrix products on NumPy's own)."""

    name = "numpy"
    provider = "CPU"

    def __init__(self, provider: str = "auto") -> None:
        here = "the NumPy engine runs on the CPU alone"
        self.notice = f"CUDA was asked for, but {here}: leave out --engine numpy." if provider == "cuda" else ""

    def load(self, graph: Graph, weights: Mapping[str, Array] | None = None) -> Program:
        return NumpyProgram(graph, weights or {})

    def stepper(self, step: StepGraph, state: Mapping[str, Array]) -> Stepper:
        return NumpyStepper(step, state)
