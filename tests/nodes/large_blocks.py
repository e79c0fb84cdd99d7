"""Residual networks as a student would draw them: a handful of nodes, each stage one block, repeated; its first one differs."""

from __future__ import annotations

from collections.abc import Callable

from nodes.document import Document
from nodes.example import Sketch
from runtime.recipe import Recipe

#: Draws the layers of one repetition, the projection and the sum apart.
Residual = Callable[[Sketch], None]
BASIC, BOTTLENECK = 1, 4


def convolution(s: Sketch, name: str, filters: int, kernel: int, relu: bool = True, stride: int = 1) -> str:
    """Convolution without bias, batch normalization, ReLU; returns the convolution."""
    sides = {"kernel_size": (kernel, kernel), "stride": (stride, stride)}
    made = s.add("Conv2D", name, filters=filters, padding="same", bias=False, **sides)
    s.add("BatchNormalization", f"{name}_norm")
    if relu:
        s.add("ReLU")
    return made


def basic(s: Sketch) -> None:
    """Two 3×3 convolutions."""
    first = convolution(s, "conv1", 64, 3)
    second = convolution(s, "conv2", 64, 3, relu=False)
    s.face("width", first, "filters")
    s.face("width", second, "filters")
    s.face("stride", first, "stride")


def bottleneck(s: Sketch) -> None:
    """1×1 narrows, 3×3 looks, 1×1 widens to four times as many maps."""
    narrow = convolution(s, "narrow", 64, 1)
    look = convolution(s, "look", 64, 3)
    widen = convolution(s, "widen", 256, 1, relu=False)
    s.face("width", narrow, "filters")
    s.face("width", look, "filters")
    s.face("width", widen, "filters", BOTTLENECK)
    s.face("stride", look, "stride")


def stage(s: Sketch, name: str, residual: Residual, widening: int, width: int, repeat: int, first_stride: int) -> None:
    """`repeat` residual blocks. The first may halve the maps and change their number: then a 1×1 convolution projects what goes
    past, which in the others is the identity."""
    with s.block(name, repeat) as block:
        came_in = s.last
        project = convolution(s, "project", 64 * widening, 1, relu=False)
        normed = s.last
        s.branch(came_in)
        residual(s)
        s.join("Add", s.last, normed)
        s.add("ReLU")
        s.face("width", project, "filters", widening)
        s.face("stride", project, "stride")
        for layer in (project, normed):
            s.face("identity", layer, "bypassed")
    s.set_face(block, width=width, identity=True)
    if first_stride > 1 or widening > 1:
        s.set_face(block, 0, stride=(first_stride, first_stride), identity=False)


def resnet(name: str, residual: Residual, widening: int, repeats: tuple[int, int, int, int]) -> Document:
    """He et al., Deep Residual Learning for Image Recognition, 2016, table 1."""
    s = Sketch(name, Recipe())
    s.add("Input", "image", shape=(3, 224, 224))
    with s.block("stem"):
        convolution(s, "conv1", 64, 7, stride=2)
        s.add("MaxPool2D", kernel_size=(3, 3), stride=(2, 2), padding="same")
    for i, repeat in enumerate(repeats):
        stage(s, f"stage{i + 1}", residual, widening, 64 << i, repeat, 2 if i else 1)
    s.row(324.0)
    s.add("GlobalAveragePool")
    s.add("Dense", "scores", units=1000)
    s.add("Softmax")
    s.add("Output", "classes")
    return s.document


def resnet18() -> Document:
    return resnet("ResNet-18", basic, BASIC, (2, 2, 2, 2))


def resnet152() -> Document:
    return resnet("ResNet-152", bottleneck, BOTTLENECK, (3, 8, 36, 3))
