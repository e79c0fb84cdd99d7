"""vgg16, and vgg16-small."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import example
from nodes.families import vgg

NOTE = (
    "VGG-16 (lectures 003, 004): nothing but 3×3 convolutions and 2×2 pooling. Each block conv1 … conv5 repeats one "
    "convolution, 2, 2, 3, 3 and 3 times: open one with a double click. Two 3×3 filters in a row see 5×5, three see "
    "7×7, with fewer weights than one large filter.\n"
    "Look for: the costs in the table of layers. Of 138,357,544 parameters fc6 alone has 102,764,544, and of the "
    "multiply-adds the convolutions have 99 %. “Most computation in convolutions, most space in fully connected "
    "layers.”"
)
SMALL = (
    "VGG-16 (lectures 003, 004) for digits: as deep as the large one, an eighth as wide.\n"
    "Look for: the loss of the first steps. Sixteen layers with weights learn here without normalization, because "
    "their first weights are He's (MSR in the lecture). Draw them from 0.01·N(0, 1) instead, and watch the loss stand "
    "still."
)


@example(
    "vgg16", "VGG-16", "Thirteen 3×3 convolutions and three dense layers.",
    "138,357,544 parameters",
    group="deep", lectures=("003", "004"), large=True,
)  # fmt: skip
def vgg16() -> Document:
    return vgg.full("VGG-16", vgg.D, NOTE)


@example(
    "vgg16-small", "VGG-16, small", "VGG-16, an eighth as wide, reads digits.", "about 96 % on the built-in digits",
    group="deep", lectures=("003", "004"),
)  # fmt: skip
def vgg16_small() -> Document:
    return vgg.small("VGG-16, small", vgg.D, SMALL)
