"""Probe: a look inside a network while it trains. Activations of one sample, sizes of gradients, by node."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from nodes.plan import Plan
from runtime.autodiff import gradients
from runtime.data import Dataset
from runtime.engines import Engine, Program
from runtime.graph import Array, Graph, Value, prune
from runtime.training_step import behind, copied

#: Samples over which the size of gradients is measured.
SAMPLES = 64


class Probe:
    """Runs parts of a plan's network on given weights; sessions are made when they are first asked for."""

    def __init__(self, plan: Plan, dataset: Dataset, engine: Engine) -> None:
        self._plan = plan
        self._engine = engine
        self._split = dataset.validation if len(dataset.validation) else dataset.train
        self._batch = dataset.train.samples[:SAMPLES], dataset.train.labels[:SAMPLES]

    def activations(self, weights: Mapping[str, Array], sample: int = 0) -> tuple[dict[str, Array], int | None]:
        """Every node's first output for one validation sample, without the batch axis, by node id; and the sample's class
        (None for a regression, or where it has many)."""
        at = sample % len(self._split)
        samples, labels = self._split.samples[at : at + 1], self._split.labels[at : at + 1]
        graph, program, names = self._forward
        found = {**_inputs(graph, samples, labels), **program.run(feeds(graph, weights, samples, labels))}
        values = {id: np.asarray(found[name]) for id, name in names.items() if name in found}
        label = int(labels[0]) if labels.dtype.kind in "iu" and labels.ndim == 1 else None
        return {id: array[0] if array.ndim else array for id, array in values.items()}, label

    def gradients(self, weights: Mapping[str, Array]) -> dict[str, float]:
        """The root mean square of the loss's gradient by a node's parameters, over the first training samples, by its path; a
        block's are those of all in it."""
        graph, program, names = self._backward
        found = program.run(feeds(graph, weights, *self._batch))
        return {id: float(np.sqrt(np.mean([np.mean(np.square(found[n])) for n in ns]))) for id, ns in names.items()}

    @cached_property
    def _forward(self) -> tuple[Graph, Program, dict[str, str]]:
        built = self._plan.evaluation
        graph = copied(built.graph)
        dark = self._plan.dark
        names = {id: b.output.name for id, b in built.nodes.items() if b.output is not None and id not in dark}
        produced = {n for op in graph.ops for n in op.outputs}
        graph.outputs = [graph.values[n] for n in dict.fromkeys(names.values()) if n in produced]
        prune(graph)
        return graph, self._engine.load(graph), names

    @cached_property
    def _backward(self) -> tuple[Graph, Program, dict[str, list[str]]]:
        aims = self._plan.evaluated
        graph = copied(aims.graph)
        needed = behind(graph, aims.losses[:1])
        trained = {n: p for n, p in graph.parameters.items() if p.kind == "trained" and n in needed}
        found = gradients(graph, aims.losses[0], [graph.values[n] for n in trained])
        names: dict[str, list[str]] = {}
        for name, parameter in trained.items():
            parts = parameter.key.split("/")[:-1]
            for k in range(1, len(parts) + 1, 2):  # the layer, and every block around it
                names.setdefault("/".join(parts[:k]), []).append(found[name].name)
        graph.outputs = list(found.values())
        prune(graph)
        return graph, self._engine.load(graph), names


def _inputs(graph: Graph, samples: Array, labels: Array) -> dict[str, Array]:
    return {v.name: _as(v, samples if v.role == "sample" else labels) for v in graph.inputs}


def feeds(graph: Graph, weights: Mapping[str, Array], samples: Array, labels: Array) -> dict[str, Array]:
    """What `graph` reads of a batch and of the weights."""
    used = {n for op in graph.ops for n in op.reads}
    given = {**_inputs(graph, samples, labels), **{n: weights[n] for n in graph.parameters}}
    return {n: a for n, a in given.items() if n in used}


def _as(value: Value, array: Array) -> Array:
    return np.ascontiguousarray(array, value.dtype)
