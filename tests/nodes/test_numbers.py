"""The numbers of each layer against published ones, and against sums made by hand."""

from __future__ import annotations

from math import prod

import numpy as np
import pytest

from nodes import edits
from nodes.build import build
from nodes.document import Document
from nodes.example import Sketch, new
from nodes.memory import to_train
from nodes.numbers import table
from nodes.plan import initial_weights
from nodes.receptive import receptive_fields
from runtime.graph import Array
from runtime.interpreter import interpret
from runtime.onnx_model import to_model
from runtime.recipe import Recipe
from tests.nodes.test_large import resnet


def square(n: int) -> tuple[int, int]:
    return (n, n)


def sketch(shape: tuple[int, ...]) -> Sketch:
    s = Sketch("Published", Recipe())
    s.add("Input", "input", shape=shape)
    return s


def by_name(document: Document) -> dict[str, str]:
    return {n.name: n.id for n in document.nodes.values()}


def fields(document: Document, *names: str) -> list[tuple[int, ...]]:
    found, ids = receptive_fields(document.unfolded.document, build(document, "training")), by_name(document)
    return [found[ids[n]].whole for n in names]


def test_published_receptive_fields() -> None:
    """Araujo, Norris, Sim, Computing receptive fields, 2019, table 1: AlexNet 195, VGG-16 212."""
    assert fields(new("alexnet"), "conv5", "pool5") == [(163, 163), (195, 195)]
    assert fields(new("vgg16"), "pool4", "pool5") == [(100, 100), (212, 212)]


@pytest.mark.parametrize("kernel", [1, 3, 5])
@pytest.mark.parametrize("count", [1, 4])
def test_stacked_layers_by_the_formula(kernel: int, count: int) -> None:
    s = sketch((1, 40, 40))
    for i in range(count):
        s.add("Conv2D", f"c{i}", filters=1, kernel_size=square(kernel), padding="same")
    assert fields(s.document, f"c{count - 1}") == [square(count * (kernel - 1) + 1)]


def test_a_field_is_what_changes_the_output() -> None:
    """Counted by poking each row and column of the input: strides, dilation, pooling and enlarging."""
    s = sketch((1, 40, 40))
    s.add("Conv2D", "a", filters=1, kernel_size=(3, 3), stride=(2, 2))
    s.add("AveragePool2D", "b", kernel_size=(3, 2), stride=(1, 2))
    s.add("ConvTranspose2D", "c", filters=1, kernel_size=(3, 4), stride=(2, 2))
    s.add("Conv2D", "d", filters=1, kernel_size=(2, 3), dilation=(2, 1))
    graph = build(s.document).graph
    weights = {k: np.abs(w) + 0.1 for k, w in initial_weights(s.document, graph).items()}
    model = to_model(graph, weights)

    def run(x: Array) -> Array:
        (answer,) = interpret(model, {graph.inputs[0].name: x}).values()
        return answer[0, 0]

    zero = run(np.zeros((1, 1, 40, 40), np.float32))
    seen = np.zeros((2, 40, *zero.shape), bool)
    for axis in (0, 1):
        for place in range(40):
            x = np.zeros((40, 40), np.float32)
            x[(slice(None), place) if axis else (place, slice(None))] = 1
            seen[axis, place] = run(x[None, None]) != zero
    assert fields(s.document, "d") == [tuple(int(seen[axis].sum(axis=0).max()) for axis in (0, 1))]


def test_ways_that_join_and_layers_without_places() -> None:
    document = new("lenet")
    found = receptive_fields(document, build(document, "training"))
    ids = by_name(document)
    assert [found[ids[n]].whole for n in ("Digits", "conv1", "pool1", "conv2", "pool2")] == [
        (1, 1), (5, 5), (6, 6), (14, 14), (16, 16)
    ]  # fmt: skip
    assert ids["fc1"] not in found
    joined = resnet(1, 1)
    deep = receptive_fields(joined, build(joined, "training"))
    add = next(n.id for n in joined.nodes.values() if n.type == "Add")
    shortcut = joined.wires_into[add][1].source
    assert deep[add].whole > deep[shortcut].whole, "the longer way sees more"


def test_memory_by_hand() -> None:
    """mlp with batches of 64 and Adam: two slots, two banks, a gradient: seven tensors for each weight."""
    document = edits.set_recipe(new("mlp"), batch_size=64)
    built = build(document, "training")
    found, ids = table(document, built), by_name(document)
    fc1 = found.layers[ids["fc1"]]
    assert fc1.activations == 2 * 64 * 128 * 4, "the product, and the sum with the bias"
    assert fc1.training - fc1.activations == 7 * 4 * fc1.parameters == 7 * 4 * 128 * 785
    assert found.layers[ids["Digits"]].activations == 64 * (784 * 4 + 8), "pictures, and labels of eight bytes"
    assert found.batch == 64 and found.total.training == to_train(document, built).total
    assert 0 <= found.total.training - sum(n.training for n in found.layers.values()) <= 2 * 4 * 64 * 784


def test_multiply_adds_by_hand() -> None:
    document = new("vgg16")
    built, ids = build(document, "training"), by_name(document)
    layers = table(document, built).layers
    first = next(i for i in document.inside(ids["conv1"]) if document.nodes[i].type == "Conv2D")
    assert layers[document.path(first)].multiply_adds == 64 * 224 * 224 * 3 * 9
    assert layers[ids["fc6"]].multiply_adds == 512 * 7 * 7 * 4096
    convolutions = sum(
        b.multiply_adds for b in built.nodes.values() if b.layer and b.layer.type == "Conv2D"
    )
    wanted = sum(
        out * prod(square(side)) * into * 9
        for out, into, side in [
            (64, 3, 224), (64, 64, 224), (128, 64, 112), (128, 128, 112), (256, 128, 56), (256, 256, 56), (256, 256, 56),
            (512, 256, 28), (512, 512, 28), (512, 512, 28), (512, 512, 14), (512, 512, 14), (512, 512, 14),
        ]
    )  # fmt: skip
    assert convolutions == wanted
