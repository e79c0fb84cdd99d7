"""Small networks, data and tasks for the tests of training."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from runtime.data.dataset import Dataset, DatasetInfo, Split
from runtime.graph import Array, Graph, Value
from runtime.initializers import draw
from runtime.recipe import EarlyStop, Recipe, Stage
from runtime.task import Task


def mlp(
    widths: Sequence[int] = (2, 8, 8, 1), training: bool = True, dtype: Any = np.float32, activation: str = "Tanh"
) -> tuple[Graph, Value, Value]:
    """A multilayer perceptron with squared error: (graph, loss, output)."""
    g = Graph("mlp", dtype, training)
    x = g.input("sample", dtype, ("N", widths[0]))
    target = g.input("label", dtype, ("N", widths[-1]))
    for i, (ins, outs) in enumerate(pairwise(widths)):
        with g.scope(f"n{i}", f"Dense_{i}"):
            w = g.parameter("weight", (ins, outs), "glorot_uniform")
            x = g.Add(g.MatMul(x, w), g.parameter("bias", (outs,)))
            if i < len(widths) - 2:
                x = g.emit(activation, (x,))
    with g.scope("loss", "Loss"):
        error = g.Sub(x, target)
        loss = g.ReduceMean(g.Mul(error, error), keepdims=0)
    return g, loss, x


def numbers(graph: Graph, seed: int = 0) -> dict[str, Array]:
    return {name: draw(p, seed, graph.dtype) for name, p in graph.parameters.items()}


def quadrants(n: int = 53, held: int = 20) -> Dataset:
    """Points in a square, class 1 where both coordinates have one sign."""
    info = DatasetInfo("quadrants", "Quadrants", (2,), ("0", "1"), (), n, held, 0, "", "", "")
    return Dataset(info, _points(n, 1), _points(held, 2), _points(0, 3))


def _points(n: int, seed: int) -> Split:
    points = np.random.default_rng(seed).uniform(-1, 1, (n, 2)).astype(np.float32)
    return Split(points, (points[:, 0] * points[:, 1] > 0).astype(np.int64))


def signs(labels: Array) -> Array:
    """Class 0 and 1 as targets −1 and +1, (N, 1)."""
    return np.asarray((labels * 2 - 1)[:, None])


def recipe(**changes: Any) -> Recipe:
    stage = {"epochs": 4, "batch_size": 10, "learning_rate": 0.03, "optimizer": "Adam", "schedule": "cosine"}
    return Recipe().with_stage(**{**stage, **changes})


def stages(*epochs: int, **changes: Any) -> Recipe:
    return Recipe(tuple(Stage(epochs=n, batch_size=10, **changes) for n in epochs))


def patient(patience: int, quantity: str = "validation_loss", least_change: float = 0.0) -> EarlyStop:
    return EarlyStop(quantity, patience, least_change)


def task(recipe: Recipe, dataset: Dataset | None = None, activation: str = "Tanh") -> Task:
    forward, loss, output = mlp(activation=activation)
    evaluation, judged, answer = mlp(training=False, activation=activation)
    inputs = {"sample": "sample", "label": "label"}
    return Task(
        forward, loss, output, evaluation, judged, answer, inputs, dataset or quadrants(), recipe, "sign", signs
    )
