"""resnet50, and resnet50-small."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import example
from nodes.families import residual

NOTE = (
    "ResNet-50 (lectures 003, 004): ResNet-34 with another block in it.\n"
    "Look for: the bottleneck, in conv4. It narrows its maps to a quarter by a 1×1 convolution, looks at them with "
    "3×3, and widens them again: three layers for about the price of two."
)
SMALL = (
    "ResNet-50 (lectures 003, 004) for digits: bottlenecks an eighth as wide.\n"
    "Look for: the loss, which falls from the first step on, through fifty layers with weights."
)


@example(
    "resnet50", "ResNet-50", "Fifty layers in bottlenecks: 1×1 narrows, 3×3 looks, 1×1 widens.", "25,557,032 parameters",
    group="deep", lectures=("003", "004"), large=True,
)  # fmt: skip
def resnet50() -> Document:
    return residual.full("ResNet-50", residual.bottleneck, (3, 4, 6, 3), NOTE)


@example(
    "resnet50-small", "ResNet-50, small", "ResNet-50, an eighth as wide, reads digits.", "about 96 % on the built-in digits",
    group="deep", lectures=("003", "004"),
)  # fmt: skip
def resnet50_small() -> Document:
    return residual.small("ResNet-50, small", residual.bottleneck, (3, 4, 6, 3), SMALL)
