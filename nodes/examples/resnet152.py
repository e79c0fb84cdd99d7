"""resnet152, and resnet152-small."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import example
from nodes.families import residual

NOTE = (
    "ResNet-152 (lectures 001, 003, 004: 152 layers, 3.57 % top-5 error, the winner of ILSVRC 2015).\n"
    "Look for: the 36 on conv4, which repeats its bottleneck as often. Its weights are drawn when somebody needs "
    "them: opening it costs nothing. The lecture says “no fully connected layers”. Nearly: one is left at the end, "
    "fc, 2048 → 1000, with 2,049,000 of the 60,192,808 parameters. What is gone are the two large ones of AlexNet and "
    "VGG."
)
SMALL = (
    "ResNet-152 (lectures 001, 003, 004) for digits: all 152 layers, an eighth as wide.\n"
    "Look for: that it learns. A network this deep without skip links would not learn at all. It takes its minutes on "
    "a laptop: resnet18-small does the same task in a tenth of the time, and as well. Depth pays where there is more "
    "to see than digits."
)


@example(
    "resnet152", "ResNet-152", "A hundred and fifty-two layers, drawn as ten nodes.",
    "60,192,808 parameters; told: 3.57 % top-5 error",
    group="deep", lectures=("001", "003", "004"), large=True,
)  # fmt: skip
def resnet152() -> Document:
    return residual.full("ResNet-152", residual.bottleneck, (3, 8, 36, 3), NOTE)


@example(
    "resnet152-small", "ResNet-152, small", "ResNet-152, an eighth as wide, reads digits.",
    "92 % on the built-in digits after one epoch",
    group="deep", lectures=("001", "003", "004"),
)  # fmt: skip
def resnet152_small() -> Document:
    return residual.small("ResNet-152, small", residual.bottleneck, (3, 8, 36, 3), SMALL)
