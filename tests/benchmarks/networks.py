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


class Drawing(Sketch):
    """A sketch that can go back to an earlier layer and branch there."""

    @property
    def place(self) -> tuple[str, str]:
        return self._last, self._port

    @place.setter
    def place(self, place: tuple[str, str]) -> None:
        self._last, self._port = place


def document(row: Row) -> Document:
    """The network of `row`: an Input node for the samples, a Dataset or a second Input for the targets."""
    s = Drawing(row.name, Recipe())
    target = _target(s, row)
    sample = s.add("Input", "sample", shape=row.sample)
    NETWORKS[row.network](s)
    loss = s.add("CrossEntropy") if row.classes and not row.signs else s.add("MeanSquaredError", targets="−1 and 1")
    s.wire(*(target or (sample, "y")), loss, "target")
    return s.document


def _target(s: Drawing, row: Row) -> tuple[str, str] | None:
    """A node and its port; None: the sample itself is the target."""
    if not row.classes:
        return None
    if row.sequence:
        return s.add("Input", "target", shape=row.sample[:1], values="class numbers"), "y"
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
    if row.sequence:
        ids = rng.integers(0, row.classes, shape[:-1])
        return np.eye(row.classes, dtype=np.float32)[ids], rng.integers(0, row.classes, shape[:-1])
    samples = rng.random(shape, np.float32)
    return samples, rng.integers(0, row.classes, row.batch) if row.classes else samples


def feeds(row: Row, step: StepGraph) -> dict[str, Array | float]:
    """What the step is given each time, its number left out."""
    samples, targets = data(row)
    given = {n: samples if step.graph.values[n].shape[1:] == row.sample else targets for n in step.data}
    return {**given, step.rate: 1e-3}


# -- networks ----------------------------------------------------------------------------------------------------------
def tiny(s: Drawing) -> None:
    for units in (8, 8, 1):
        s.add("Dense", units=units)
        s.add("Tanh")


def mlp(s: Drawing) -> None:
    _dense(s, 500, 300, 10)


def lenet(s: Drawing) -> None:
    for filters in (6, 16):
        s.add("Conv2D", filters=filters, kernel_size=(5, 5))
        s.add("ReLU")
        s.add("MaxPool2D")
    s.add("Flatten")
    _dense(s, 120, 84, 10)


def cnn(s: Drawing) -> None:
    for filters in (32, 64):
        s.add("Conv2D", filters=filters)
        s.add("ReLU")
    s.add("MaxPool2D")
    s.add("Dropout", rate=0.25)
    s.add("Flatten")
    _dense(s, 128, 10)


def autoencoder(s: Drawing) -> None:
    _dense(s, 500, 784)
    s.add("Sigmoid")


def resnet20(s: Drawing) -> None:
    """He et al., 2016: three stages of three blocks, 16, 32 and 64 channels, shortcuts by 1×1 convolutions."""
    _conv(s, 16, 3, 1)
    s.add("ReLU")
    for filters in (16, 32, 64):
        for number in range(3):
            _block(s, filters, 2 if filters > 16 and number == 0 else 1)
    s.add("GlobalAveragePool")
    _dense(s, 10)


def _block(s: Drawing, filters: int, stride: int) -> None:
    start = s.place
    _conv(s, filters, 3, stride)
    s.add("ReLU")
    _conv(s, filters, 3, 1)
    inside = s.place
    if stride > 1:
        s.place = start
        _conv(s, filters, 1, stride)
        start, s.place = s.place, inside
    joined = s.add("Add")
    s.wire(*start, joined, "x")
    s.add("ReLU")


def _conv(s: Drawing, filters: int, kernel: int, stride: int) -> None:
    """A convolution without bias, and what normalises it."""
    s.add("Conv2D", filters=filters, kernel_size=(kernel, kernel), stride=(stride, stride), padding="same", bias=False)
    s.add("BatchNormalization")


def lstm(s: Drawing) -> None:
    s.add("LSTM", units=128, returns="sequence")
    s.add("Dense", units=65)


def _dense(s: Drawing, *widths: int) -> None:
    """Dense layers with ReLU between them."""
    for units in widths[:-1]:
        s.add("Dense", units=units)
        s.add("ReLU")
    s.add("Dense", units=widths[-1])


NETWORKS: dict[str, Callable[[Drawing], None]] = {
    "tiny": tiny, "mlp": mlp, "lenet": lenet, "cnn": cnn, "resnet20": resnet20, "lstm": lstm,
    "autoencoder": autoencoder,
}
