"""resnet18, and resnet18-small."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import example
from nodes.families import residual

NOTE = (
    "ResNet-18 (lectures 003, 004): each block conv2 … conv5 learns what to add to what passes by (residual "
    "learning).\n"
    "Look for: the two ways through a block. Open one: the lower way skips, the upper one learns, and the sum goes "
    "on. In the first repetition of conv3, conv4 and conv5 the maps are halved, so what passes by is projected by a "
    "1×1 convolution; in all others it passes as it is (“identity” on the face)."
)
SMALL = (
    "ResNet-18 (lectures 003, 004) for digits: as deep as the large one, an eighth as wide, without its first "
    "pooling.\n"
    "Look for: what the links are worth. Take them away (delete the wires from “in” to the sum inside the blocks) and "
    "train again: the shorter way for the gradient is gone."
)


@example(
    "resnet18", "ResNet-18", "Eighteen layers, with links that skip two at a time.", "11,689,512 parameters",
    group="deep", lectures=("003", "004"), large=True,
)  # fmt: skip
def resnet18() -> Document:
    return residual.full("ResNet-18", residual.basic, (2, 2, 2, 2), NOTE)


@example(
    "resnet18-small", "ResNet-18, small", "ResNet-18, an eighth as wide, reads digits.", "about 96 % on the built-in digits",
    group="deep", lectures=("003", "004"),
)  # fmt: skip
def resnet18_small() -> Document:
    return residual.small("ResNet-18, small", residual.basic, (2, 2, 2, 2), SMALL)
