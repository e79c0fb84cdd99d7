"""Networks of real size: ResNet-152 is built, counted, differentiated and its memory known, without one weight being drawn."""

from __future__ import annotations

import pytest

from nodes.build import build
from nodes.document import Document, Node, Wire
from nodes.layer import layer_type
from runtime import memory
from runtime.recipe import Update
from runtime.training_step import StepGraph, training_step


class Drawing:
    """A document drawn fast, each layer behind others."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.wires: list[Wire] = []

    def add(self, type: str, *sources: str, **settings: object) -> str:
        id = f"n{len(self.nodes) + 1}"
        self.nodes[id] = Node(id, type, id, (0.0, 0.0), settings)
        for source in sources:
            output = layer_type(self.nodes[source].type).outputs[0]
            self.wires.append(Wire(source, output, id, layer_type(type).inputs[0].name))
        return id

    def convolution(self, x: str, filters: int, kernel: int, stride: int = 1, relu: bool = True) -> str:
        sides = {"kernel_size": (kernel, kernel), "stride": (stride, stride)}
        x = self.add("Conv2D", x, filters=filters, padding="same", bias=False, **sides)
        x = self.add("BatchNormalization", x)
        return self.add("ReLU", x) if relu else x

    def bottleneck(self, x: str, filters: int, stride: int, projected: bool) -> str:
        y = self.convolution(self.convolution(x, filters, 1), filters, 3, stride)
        y = self.convolution(y, 4 * filters, 1, relu=False)
        short = self.convolution(x, 4 * filters, 1, stride, relu=False) if projected else x
        return self.add("ReLU", self.add("Add", y, short))


def resnet(*repeats: int) -> Document:
    """He et al., Deep Residual Learning for Image Recognition, 2016, table 1."""
    d = Drawing()
    x = d.convolution(d.add("Input", shape=(3, 224, 224)), 64, 7, 2)
    x = d.add("MaxPool2D", x, kernel_size=(3, 3), stride=(2, 2), padding="same")
    for stage, count in enumerate(repeats):
        for i in range(count):
            x = d.bottleneck(x, 64 << stage, 2 if i == 0 and stage else 1, i == 0)
    x = d.add("Dense", d.add("GlobalAveragePool", x), units=1000)
    loss = d.add("CrossEntropy", x)
    d.wires.append(Wire(d.add("Input", shape=(1000,)), "y", loss, "target"))
    return Document(title="ResNet", nodes=d.nodes, wires=tuple(d.wires))


def step(document: Document) -> StepGraph:
    built = build(document, "training")
    assert not built.problems
    return training_step(built.graph, built.losses[0].value, Update(optimizer="Momentum"), [], built.graph.carried)


@pytest.mark.parametrize(("repeats", "count"), [((3, 4, 6, 3), 25_557_032), ((3, 8, 36, 3), 60_192_808)])
def test_published_counts_of_residual_networks(repeats: tuple[int, ...], count: int) -> None:
    assert build(resnet(*repeats), "training").parameter_count == count


def test_the_step_of_resnet_152_and_its_memory() -> None:
    made = step(resnet(3, 8, 36, 3))
    need = memory.needed(made, 32)
    moved = [n for n, s in made.slots.items() if s.name == "velocity"]
    assert sum(made.graph.values[n].shape != () for n in moved) == len(moved) > 400
    assert 2 * 2 * 60_192_808 * 4 < need.state < 1.01 * 2 * 2 * 60_192_808 * 4, "weights and velocities, in two banks"
    assert 3e9 < need.activations < 12e9
