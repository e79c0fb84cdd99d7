"""resnet34, and resnet34-small."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import example
from nodes.families import residual

NOTE = (
    "ResNet-34 (lectures 003, 004): ResNet-18 with its blocks repeated 3, 4, 6 and 3 times.\n"
    "Look for: the only difference, on the stages' heads. It takes 3.7 billion multiply-adds where VGG-19, half as "
    "deep, takes 19.6. In the paper a plain net of 34 layers learnt worse than one of 18; with skip links the deeper "
    "one is better."
)
SMALL = (
    "ResNet-34 (lectures 003, 004) for digits: as deep as the large one, an eighth as wide.\n"
    "Look for: its first epoch, beside that of vgg19-small, which has 19 layers and no links."
)


@example(
    "resnet34", "ResNet-34", "Thirty-four layers, with links that skip two at a time.", "21,797,672 parameters",
    group="deep", lectures=("003", "004"), large=True,
)  # fmt: skip
def resnet34() -> Document:
    return residual.full("ResNet-34", residual.basic, (3, 4, 6, 3), NOTE)


@example(
    "resnet34-small", "ResNet-34, small", "ResNet-34, an eighth as wide, reads digits.", "about 96 % on the built-in digits",
    group="deep", lectures=("003", "004"),
)  # fmt: skip
def resnet34_small() -> Document:
    return residual.small("ResNet-34, small", residual.basic, (3, 4, 6, 3), SMALL)
