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
from tests.nodes.test_large import Drawing, resnet


def square(n: int) -> tuple[int, int]:
    return (n, n)


def sketch(shape: tuple[int, ...]) -> Sketch:
    s = Sketch("Published", Recipe())
    s.add("Input", "input", shape=shape)
    return s


def alexnet() -> Document:
    """Krizhevsky 2012, ungrouped: 227×227×3 → … → 1000."""
    s = sketch((3, 227, 227))
    rows = [
        (96, 11, 4, "valid", 1), (256, 5, 1, "same", 1), (384, 3, 1, "same", 0), (384, 3, 1, "same", 0), (256, 3, 1, "same", 1),
    ]  # fmt: skip
    for i, (filters, kernel, stride, padding, pooled) in enumerate(rows, 1):
        sides = {"kernel_size": square(kernel), "stride": square(stride)}
        s.add("Conv2D", f"conv{i}", filters=filters, padding=padding, **sides)
        s.add("ReLU")
        if pooled:
            s.add("MaxPool2D", f"pool{i}", kernel_size=(3, 3), stride=(2, 2))
    s.add("Flatten", "flat")
    for i, units in enumerate((4096, 4096, 1000), 6):
        s.add("Dense", f"fc{i}", units=units)
    return s.document


def vgg(*counts: int) -> Document:
    """Simonyan and Zisserman 2014: 3×3 convolutions and 2×2 pooling from the beginning to the end."""
    s = sketch((3, 224, 224))
    for block, count in enumerate(counts, 1):
        for i in range(1, count + 1):
            s.add("Conv2D", f"conv{block}_{i}", filters=min(32 << block, 512), kernel_size=(3, 3), padding="same")
            s.add("ReLU")
        s.add("MaxPool2D", f"pool{block}")
    s.add("Flatten", "flat")
    for i, units in enumerate((4096, 4096, 1000), 6):
        s.add("Dense", f"fc{i}", units=units)
    return s.document


def basic_resnet(*repeats: int) -> Document:
    """ResNet-18 and -34: blocks of two 3×3 convolutions."""
    d = Drawing()
    x = d.convolution(d.add("Input", shape=(3, 224, 224)), 64, 7, 2)
    x = d.add("MaxPool2D", x, kernel_size=(3, 3), stride=(2, 2), padding="same")
    for stage, count in enumerate(repeats):
        for i in range(count):
            filters, stride = 64 << stage, 2 if i == 0 and stage else 1
            y = d.convolution(d.convolution(x, filters, 3, stride), filters, 3, relu=False)
            short = d.convolution(x, filters, 1, stride, relu=False) if i == 0 and stage else x
            x = d.add("ReLU", d.add("Add", y, short))
    d.add("Dense", d.add("GlobalAveragePool", x), units=1000)
    return Document(nodes=d.nodes, wires=tuple(d.wires))


def by_name(document: Document) -> dict[str, str]:
    return {n.name: n.id for n in document.nodes.values()}


@pytest.mark.parametrize(("document", "count"), [
    (alexnet(), 62_378_344), (vgg(2, 2, 3, 3, 3), 138_357_544), (vgg(2, 2, 4, 4, 4), 143_667_240),
    (basic_resnet(2, 2, 2, 2), 11_689_512), (basic_resnet(3, 4, 6, 3), 21_797_672), (resnet(3, 4, 6, 3), 25_557_032),
    (resnet(3, 8, 36, 3), 60_192_808), (new("lenet"), 44_426), (new("mlp"), 101_770),
], ids=["alexnet", "vgg16", "vgg19", "resnet18", "resnet34", "resnet50", "resnet152", "lenet", "mlp"])  # fmt: skip
def test_published_parameters(document: Document, count: int) -> None:
    found = table(document, build(document, "training"))
    assert found.total.parameters == count == sum(n.parameters for n in found.layers.values())


def test_alexnets_shapes_and_where_its_cost_is() -> None:
    """95 % of the multiply-adds and 6 % of the parameters are in convolutions (S14)."""
    document = alexnet()
    built, ids = build(document, "training"), by_name(document)
    named = ("conv1", "pool1", "conv2", "pool2", "conv3", "conv4", "conv5", "pool5", "flat")
    shapes = [built.nodes[ids[n]].output for n in named]
    assert [v.shape[1:] for v in shapes if v] == [
        (96, 55, 55), (96, 27, 27), (256, 27, 27), (256, 13, 13), (384, 13, 13), (384, 13, 13), (256, 13, 13), (256, 6, 6),
        (9216,),
    ]  # fmt: skip
    layers = table(document, built).layers
    convolutions = [layers[ids[f"conv{i}"]] for i in range(1, 6)]
    assert round(sum(n.computation for n in convolutions), 2) == 0.95
    assert round(sum(n.space for n in convolutions), 2) == 0.06
    assert sum(n.computation for n in layers.values()) == pytest.approx(1) == sum(n.space for n in layers.values())


def fields(document: Document, *names: str) -> list[tuple[int, ...]]:
    found, ids = receptive_fields(document, build(document, "training")), by_name(document)
    return [found[ids[n]].whole for n in names]


def test_published_receptive_fields() -> None:
    """Araujo, Norris, Sim, Computing receptive fields, 2019, table 1: AlexNet 195, VGG-16 212."""
    assert fields(alexnet(), "conv5", "pool5") == [(163, 163), (195, 195)]
    assert fields(vgg(2, 2, 3, 3, 3), "conv5_3", "pool5") == [(196, 196), (212, 212)]


@pytest.mark.parametrize(("dilations", "wanted"), [
    ((1, 2, 4), (3, 7, 15)), ((1, 1, 2, 4, 8, 16, 1), (3, 5, 9, 17, 33, 65, 67)),
])  # fmt: skip
def test_dilated_convolutions_see_exponentially_far(dilations: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    """Yu and Koltun 2016: dilations 1, 2, 4, and the context network."""
    s = sketch((2, 80, 80))
    names = [f"conv{i}" for i in range(len(dilations))]
    for name, dilation in zip(names, dilations, strict=True):
        s.add("Conv2D", name, filters=2, kernel_size=(3, 3), padding="same", dilation=square(dilation))
    assert fields(s.document, *names) == [square(n) for n in wanted]


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
    document = vgg(2, 2, 3, 3, 3)
    built, ids = build(document, "training"), by_name(document)
    layers = table(document, built).layers
    assert layers[ids["conv1_1"]].multiply_adds == 64 * 224 * 224 * 3 * 9
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
