"""Residual networks: a handful of nodes, each stage one block, repeated; its first repetition differs."""

from __future__ import annotations

from collections.abc import Callable

from nodes.document import Document
from nodes.example import Sketch
from nodes.families.images import finished, published, quick
from runtime.recipe import Recipe

#: Draws the layers of one repetition, the projection and the sum apart; the last normalization begins with that scale.
Residual = Callable[[Sketch, float], None]
BOTTLENECK = 4
#: How often the four stages repeat their block.
Repeats = tuple[int, int, int, int]


def convolution(s: Sketch, name: str, filters: int, kernel: int, relu: bool = True, stride: int = 1, scale: float = 1.0) -> str:
    """Convolution without bias, batch normalization, ReLU; returns the convolution."""
    sides = {"kernel_size": (kernel, kernel), "stride": (stride, stride)}
    made = s.add("Conv2D", name, filters=filters, padding="same", bias=False, **sides)
    s.add("BatchNormalization", f"{name}_norm", first_scale=scale)
    if relu:
        s.add("ReLU")
    return made


def basic(s: Sketch, scale: float) -> None:
    """Two 3×3 convolutions."""
    first = convolution(s, "conv1", 64, 3)
    second = convolution(s, "conv2", 64, 3, relu=False, scale=scale)
    s.face("width", first, "filters")
    s.face("width", second, "filters")
    s.face("stride", first, "stride")


def bottleneck(s: Sketch, scale: float) -> None:
    """1×1 narrows, 3×3 looks, 1×1 widens to four times as many maps."""
    narrow = convolution(s, "narrow", 64, 1)
    look = convolution(s, "look", 64, 3)
    widen = convolution(s, "widen", 256, 1, relu=False, scale=scale)
    s.face("width", narrow, "filters")
    s.face("width", look, "filters")
    s.face("width", widen, "filters", BOTTLENECK)
    s.face("stride", look, "stride")


def stage(s: Sketch, name: str, residual: Residual, width: int, repeat: int, first_stride: int, scale: float) -> None:
    """`repeat` residual blocks. The first may halve the maps and change their number: then a 1×1 convolution projects what goes
    past, which in the others is the identity."""
    widening = BOTTLENECK if residual is bottleneck else 1
    with s.block(name, repeat) as block:
        came_in = s.last
        project = convolution(s, "project", 64 * widening, 1, relu=False)
        normed = s.last
        s.branch(came_in)
        residual(s, scale)
        s.join("Add", s.last, normed)
        s.add("ReLU")
        s.face("width", project, "filters", widening)
        s.face("stride", project, "stride")
        for layer in (project, normed):
            s.face("identity", layer, "bypassed")
    s.set_face(block, width=width, identity=True)
    if first_stride > 1 or widening > 1:
        s.set_face(block, 0, stride=(first_stride, first_stride), identity=False)


def resnet(
    title: str, residual: Residual, repeats: Repeats, recipe: Recipe, name: str, scores: int, note: str
) -> Document:
    """He, Zhang, Ren, Sun, Deep residual learning for image recognition, 2016, table 1. Fewer than 1,000 classes: an eighth as
    wide, without the first pooling, and each block begins as the identity, or so small a one would hardly learn."""
    s = Sketch(title, recipe, "He, Zhang, Ren, Sun, Deep residual learning for image recognition, 2016.", wrapped=True)
    data = s.add("Dataset", "data", name=name)
    large = scores == 1000
    width = 64 if large else 8
    with s.block("conv1"):
        convolution(s, "conv", width, 7 if large else 3, stride=2)
        if large:
            s.add("MaxPool2D", "pool", kernel_size=(3, 3), stride=(2, 2), padding="same")
    for i, repeat in enumerate(repeats):
        stage(s, f"conv{i + 2}", residual, width << i, repeat, 2 if i else 1, float(large))
    s.add("GlobalAveragePool", "average")
    s.add("Dense", "fc", units=scores)
    return finished(s, data, note)


def full(title: str, residual: Residual, repeats: Repeats, note: str) -> Document:
    """For ImageNet: 224×224 pixels, 1,000 classes. The paper's batches have 256 pictures."""
    return resnet(title, residual, repeats, published(0.1, 8, 1e-4, 120), "synthetic-imagenet", 1000, note)


def small(title: str, residual: Residual, repeats: Repeats, note: str) -> Document:
    """For digits: as deep, an eighth as wide."""
    return resnet(title, residual, repeats, quick(), "digits", 10, note)
