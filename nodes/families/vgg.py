"""VGG's stages: one 3×3 convolution, repeated. Also the backbone of FCN and DeconvNet."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch
from nodes.families.images import HE, dense, finished, published, quick
from runtime.recipe import Recipe

SOURCE = "Simonyan, Zisserman, Very deep convolutional networks for large-scale image recognition, 2014."
#: How many maps a network's five stages have.
Widths = tuple[int, int, int, int, int]
FULL: Widths = (64, 128, 256, 512, 512)
SMALL: Widths = (8, 16, 32, 64, 64)
#: How often the stages of 16 and of 19 layers repeat their convolution: configurations D and E of the paper.
D, E = (2, 2, 3, 3, 3), (2, 2, 4, 4, 4)


def stage(s: Sketch, name: str, width: int, repeat: int, norm: bool = False) -> str:
    """A 3×3 convolution and its ReLU, `repeat` times in a row; returns the block. `norm` normalizes between the two."""
    with s.block(name, repeat) as block:
        conv = s.add("Conv2D", "conv", filters=width, padding="same", bias=not norm, **HE)
        if norm:
            s.add("BatchNormalization", "norm")
        s.add("ReLU")
        s.face("width", conv, "filters")
    return block


def vgg(
    title: str, repeats: Widths, recipe: Recipe, name: str, widths: Widths, units: int, scores: int, note: str
) -> Document:
    """Simonyan and Zisserman, Very deep convolutional networks for large-scale image recognition, 2014, table 1."""
    s = Sketch(title, recipe, SOURCE, wrapped=True)
    data = s.add("Dataset", "data", name=name)
    for i, (width, repeat) in enumerate(zip(widths, repeats, strict=True), 1):
        stage(s, f"conv{i}", width, repeat)
        s.add("MaxPool2D", f"pool{i}", padding="same")
    s.add("Flatten")
    dense(s, "fc6", units)
    dense(s, "fc7", units)
    s.add("Dense", "fc8", units=scores)
    return finished(s, data, note)


def full(title: str, repeats: Widths, note: str) -> Document:
    """For ImageNet: 224×224 pixels, 1,000 classes. The paper's batches have 256 pictures."""
    return vgg(title, repeats, published(0.01, 8, 5e-4, 74), "synthetic-imagenet", FULL, 4096, 1000, note)


def small(title: str, repeats: Widths, note: str) -> Document:
    """For digits: as deep, an eighth as wide."""
    return vgg(title, repeats, quick(), "digits", SMALL, 64, 10, note)
