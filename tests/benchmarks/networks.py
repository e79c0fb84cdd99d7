"""The benchmark's networks as documents, trained by the step that `train` runs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nodes.build import build
from nodes.document import Document
from nodes.example import Sketch
from runtime.graph import Array
from runtime.recipe import Recipe, Update
from runtime.training_step import StepGraph, training_step
from tests.benchmarks.rows import Row


def document(row: Row) -> Document:
    """The network of `row`: an Input node for the samples, a Dataset or a second Input for the targets."""
    s = Sketch(row.name, Recipe())
    target = _target(s, row)
    sample = s.add("Input", "sample", shape=row.sample, values="class numbers" if row.tokens else "numbers")
    NETWORKS[row.network](s)
    loss = s.add("CrossEntropy") if row.classes and not row.signs else s.add("MeanSquaredError", targets="−1 and 1")
    s.wire(*(target or (sample, "y")), loss, "target")
    return s.document


def _target(s: Sketch, row: Row) -> tuple[str, str] | None:
    """A node and its port; None: the sample itself is the target."""
    if not row.classes:
        return None
    if row.tokens:
        return s.add("Input", "target", shape=row.sample, values="class numbers"), "y"
    return s.add("Dataset", "data", name="xor" if row.signs else "digits"), "label"


def step_graph(row: Row) -> StepGraph:
    """As `nodes.plan.Plan.step` makes it; what answers are read off is fetched too."""
    built = build(document(row), "training")
    assert not built.problems, built.problems
    graph, loss = built.graph, built.losses[0]
    read = {name for op in graph.ops for name in op.reads}
    graph.inputs = [v for v in graph.inputs if v.name in read]  # not the samples of the node that gives the labels
    judged = [] if loss.decision == "none" else [loss.prediction]
    return training_step(graph, loss.value, Update(optimizer=row.optimizer), judged, graph.carried)


def data(row: Row) -> tuple[Array, Array]:
    """One batch of random samples and targets."""
    rng = np.random.default_rng(0)
    shape = (row.batch, *row.sample)
    if row.tokens:
        return rng.integers(0, row.tokens, shape), rng.integers(0, row.tokens, shape)
    samples = rng.random(shape, np.float32)
    return samples, rng.integers(0, row.classes, row.batch) if row.classes else samples


def feeds(row: Row, step: StepGraph) -> dict[str, Array | float]:
    """What the step is given each time, its number left out."""
    samples, targets = data(row)
    given = {n: samples if step.graph.values[n].shape[1:] == row.sample else targets for n in step.data}
    if row.tokens:
        given = dict(zip(step.data, (samples, targets), strict=True))
    return {**given, step.rate: 1e-3}


# -- networks ----------------------------------------------------------------------------------------------------------
def tiny(s: Sketch) -> None:
    for units in (8, 8, 1):
        s.add("Dense", units=units)
        s.add("Tanh")


def mlp(s: Sketch) -> None:
    _dense(s, 500, 300, 10)


def lenet(s: Sketch) -> None:
    for filters in (6, 16):
        s.add("Conv2D", filters=filters, kernel_size=(5, 5))
        s.add("ReLU")
        s.add("MaxPool2D")
    s.add("Flatten")
    _dense(s, 120, 84, 10)


def cnn(s: Sketch) -> None:
    for filters in (32, 64):
        s.add("Conv2D", filters=filters)
        s.add("ReLU")
    s.add("MaxPool2D")
    s.add("Dropout", rate=0.25)
    s.add("Flatten")
    _dense(s, 128, 10)


def autoencoder(s: Sketch) -> None:
    _dense(s, 500, 784)
    s.add("Sigmoid")


def _dense(s: Sketch, *widths: int) -> None:
    """Dense layers with ReLU between them."""
    for units in widths[:-1]:
        s.add("Dense", units=units)
        s.add("ReLU")
    s.add("Dense", units=widths[-1])


NETWORKS: dict[str, Callable[[Sketch], None]] = {
    "tiny": tiny, "mlp": mlp, "lenet": lenet, "cnn": cnn, "autoencoder": autoencoder,
}
