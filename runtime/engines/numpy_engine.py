"""The reference engine: a graph interpreted operator by operator with NumPy. Slow, readable, and it can stop
anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from runtime.engines.protocol import Program, Stepper, Stopped
from runtime.graph import Array, Graph
from runtime.ops.walk import interpret, walk
from runtime.training_step import StepGraph

__all__ = ["NumpyEngine", "NumpyProgram", "NumpyStepper", "interpret", "walk"]


class NumpyProgram:
    """A graph with its weights, interpreted at each run."""

    def __init__(self, graph: Graph, weights: Mapping[str, Array]) -> None:
        self._graph = graph
        self._weights = dict(weights)

    def run(self, feeds: Mapping[str, Array]) -> dict[str, Array]:
        return interpret(self._graph, {**self._weights, **feeds})


class NumpyStepper:
    """A training step, interpreted; the new state replaces the old one after the last operator."""

    group = 1

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

    def steps(self, feeds: Sequence[Mapping[str, Array | float]]) -> list[dict[str, Array]]:
        return [self.step(f) for f in feeds]

    def state(self, back: int = 0) -> dict[str, Array]:
        return {n: a.copy() for n, a in self._state.items()}

    def forget(self, names: Sequence[str]) -> None:
        self._state.update((n, np.zeros_like(self._state[n])) for n in names)

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
