"""vgg19, and vgg19-small."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import example
from nodes.families import vgg

NOTE = (
    "VGG-19 (lectures 003, 004: 19 layers, 7.3 % top-5 error): VGG-16 with one more convolution in each of its last "
    "three stages.\n"
    "Look for: the difference. Select conv3 and look at its repetitions, 4 here and 3 there. 5,309,696 more "
    "parameters and a quarter more multiply-adds brought next to nothing in the paper: plain depth had come to its "
    "end, until ResNet."
)
SMALL = (
    "VGG-19 (lectures 003, 004) for digits, an eighth as wide.\n"
    "Look for: the first epoch. Nineteen layers are about what trains without normalization or skip links: it may "
    "stand at 90 % error for an epoch before it starts. Then compare it with resnet34-small, which is deeper and "
    "starts at once."
)


@example(
    "vgg19", "VGG-19", "Sixteen 3×3 convolutions and three dense layers.", "143,667,240 parameters; told: 7.3 % top-5 error",
    group="deep", lectures=("003", "004"), large=True,
)  # fmt: skip
def vgg19() -> Document:
    return vgg.full("VGG-19", vgg.E, NOTE)


@example(
    "vgg19-small", "VGG-19, small", "VGG-19, an eighth as wide, reads digits.", "about 95 % on the built-in digits",
    group="deep", lectures=("003", "004"),
)  # fmt: skip
def vgg19_small() -> Document:
    return vgg.small("VGG-19, small", vgg.E, SMALL)
