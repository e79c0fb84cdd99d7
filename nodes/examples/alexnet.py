"""alexnet, and alexnet-small."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from nodes.families.images import HE, dense, finished, published, quick

SOURCE = "Krizhevsky, Sutskever, Hinton, ImageNet classification with deep convolutional neural networks, 2012."
NOTE = (
    "AlexNet (lectures 000, 001, 003, 004: 8 layers, 16.4 % top-5 error), whole, as one GPU of today holds it; the "
    "authors cut it in two for their 3 GB cards. New then: ReLU, dropout, normalization between maps, and six days on "
    "big data. Look for: the costs in the table of layers. 95 % of the multiply-adds and 6 % of the parameters are in "
    "convolutions. Two slips in the slides, easily made: the “154,618,822,656 parameters” multiply what should be "
    "added (it is 62,378,344), and the first pooling has stride 2, not 4, or 55×55 would not become 27×27."
)
SMALL = (
    "AlexNet (lectures 000, 001, 003, 004) for digits: the same eight layers on 28×28 pixels, some twelve times narrower.\n"
    "Look for: the gap between training and validation. Take the dropout out, and watch them part."
)
#: How many maps the five convolutions have.
FULL, NARROW = (96, 256, 384, 384, 256), (16, 32, 48, 48, 32)


def convolution(s: Sketch, name: str, filters: int, kernel: int, stride: int = 1) -> None:
    """A convolution and its ReLU; the size stays unless it strides."""
    padding = "valid" if stride > 1 else "same"
    sides = {"kernel_size": (kernel, kernel), "stride": (stride, stride)}
    s.add("Conv2D", name, filters=filters, padding=padding, **sides, **HE)
    s.add("ReLU")


def normalized(s: Sketch, number: int) -> None:
    """Normalization between neighbouring maps, and overlapping pooling. The paper's α of 0.0001 is not divided by the size."""
    s.add("LocalResponseNormalization", f"norm{number}", alpha=5e-4, k=2.0)
    pool(s, number)


def pool(s: Sketch, number: int) -> None:
    s.add("MaxPool2D", f"pool{number}", kernel_size=(3, 3), stride=(2, 2))


def features(s: Sketch, filters: tuple[int, ...], kernel: int, stride: int) -> None:
    """Five convolutions with three poolings."""
    convolution(s, "conv1", filters[0], kernel, stride)
    normalized(s, 1)
    convolution(s, "conv2", filters[1], 5)
    normalized(s, 2)
    for i in (3, 4, 5):
        convolution(s, f"conv{i}", filters[i - 1], 3)
    pool(s, 5)
    s.add("Flatten")


def classifier(s: Sketch, units: int, scores: int) -> None:
    """Three dense layers, two with dropout."""
    dense(s, "fc6", units)
    dense(s, "fc7", units)
    s.add("Dense", "fc8", units=scores)


@example(
    "alexnet", "AlexNet", "Five convolutions and three dense layers began it all.",
    "62,378,344 parameters; told: 16.4 % top-5 error",
    group="deep", lectures=("000", "001", "003", "004"), large=True,
)  # fmt: skip
def alexnet() -> Document:
    s = Sketch("AlexNet", published(0.01, 128, 5e-4), SOURCE, wrapped=True)
    data = s.add("Dataset", "data", name="synthetic-imagenet:size=227,count=128")
    features(s, FULL, 11, 4)
    classifier(s, 4096, 1000)
    return finished(s, data, NOTE)


@example(
    "alexnet-small", "AlexNet, small", "AlexNet's eight layers, much narrower, read digits.",
    "about 97 % on the built-in digits",
    group="deep", lectures=("000", "001", "003", "004"),
)  # fmt: skip
def alexnet_small() -> Document:
    s = Sketch("AlexNet, small", quick(), SOURCE, wrapped=True)
    data = s.add("Dataset", "data", name="digits")
    features(s, NARROW, 5, 1)
    classifier(s, 128, 10)
    return finished(s, data, SMALL)
