"""googlenet, and googlenet-small."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from nodes.families.images import HE, finished, published, quick
from runtime.recipe import Recipe

SOURCE = "Szegedy et al., Going deeper with convolutions, 2015."
NOTE = (
    "GoogLeNet (lectures 001, 003, 004: 22 layers, 6.7 % top-5 error, the winner of ILSVRC 2014).\n"
    "Look for: the four branches of an Inception block. Open one of the nine: they look at 1×1, 3×3 and 5×5 pixels "
    "and at the strongest of 3×3, side by side. 1×1 convolutions make the maps fewer before the costly ones. The six "
    "numbers on each face are those of the paper's table. The lecture says “4M” parameters; as published it is "
    "6,998,552, without the two auxiliary heads that helped it train: still a ninth of AlexNet's. And it is the work "
    "of Szegedy and others at Google, which one slide mixes up."
)
SMALL = (
    "GoogLeNet (lectures 001, 003, 004) for digits: the same nine Inception blocks, an eighth as wide.\n"
    "Look for: the four branches of a block. Open one, and see the maps of each when it is trained."
)
#: The paper's table: #1×1, #3×3 reduce, #3×3, #5×5 reduce, #5×5, pool proj; None: a pooling that halves the maps.
Module = tuple[int, int, int, int, int, int]
MODULES: dict[str, Module | None] = {
    "3a": (64, 96, 128, 16, 32, 32), "3b": (128, 128, 192, 32, 96, 64), "pool3": None,
    "4a": (192, 96, 208, 16, 48, 64), "4b": (160, 112, 224, 24, 64, 64), "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64), "4e": (256, 160, 320, 32, 128, 128), "pool4": None,
    "5a": (256, 160, 320, 32, 128, 128), "5b": (384, 192, 384, 48, 128, 128),
}  # fmt: skip
FACE = ("1×1", "3×3 reduce", "3×3", "5×5 reduce", "5×5", "pool proj")


def convolution(s: Sketch, name: str, filters: int, kernel: int, stride: int = 1) -> str:
    """A convolution that keeps the size unless it strides, and its ReLU; returns the convolution."""
    sides = {"kernel_size": (kernel, kernel), "stride": (stride, stride)}
    made = s.add("Conv2D", name, filters=filters, padding="same", **sides, **HE)
    s.add("ReLU")
    return made


def pool(s: Sketch, name: str, stride: int = 2) -> None:
    """The strongest of 3×3 places."""
    s.add("MaxPool2D", name, kernel_size=(3, 3), stride=(stride, stride), padding="same")


def inception(s: Sketch, name: str, module: Module) -> None:
    """Four branches side by side, put behind each other. Drawn from the last to the first, as each new one stands above."""
    one, reduce3, three, reduce5, five, project = module
    with s.block(name):
        came_in = s.last
        pool(s, "pool", 1)
        layers = [convolution(s, "pool proj", project, 1)]
        ends = [s.last]
        for kernel, fewer, filters in ((5, reduce5, five), (3, reduce3, three)):
            s.branch(came_in)
            layers += [convolution(s, f"{kernel}×{kernel} reduce", fewer, 1)]
            layers += [convolution(s, f"{kernel}×{kernel}", filters, kernel)]
            ends.append(s.last)
        s.branch(came_in)
        layers.append(convolution(s, "1×1", one, 1))
        s.join("Concatenate", s.last, *reversed(ends), label="concat", level=ends[-1])
        for face, layer in zip(FACE, (layers[5], layers[3], layers[4], layers[1], layers[2], layers[0]), strict=True):
            s.face(face, layer, "filters")


def stem(s: Sketch, share: int) -> None:
    """What stands before the blocks, for photographs: three convolutions and two poolings make 224×224 into 28×28."""
    with s.block("stem"):
        convolution(s, "conv1", 64 // share, 7, 2)
        pool(s, "pool1")
        s.add("LocalResponseNormalization", "norm1")
        convolution(s, "conv2 reduce", 64 // share, 1)
        convolution(s, "conv2", 192 // share, 3)
        s.add("LocalResponseNormalization", "norm2")
        pool(s, "pool2")


def digits_stem(s: Sketch, share: int) -> None:
    """The same for digits: one convolution and one pooling make 28×28 into 14×14."""
    with s.block("stem"):
        convolution(s, "conv", 192 // share, 3)
        pool(s, "pool")


def googlenet(title: str, recipe: Recipe, name: str, share: int, scores: int, note: str) -> Document:
    """Szegedy et al., table 1, each number of maps divided by `share`."""
    s = Sketch(title, recipe, SOURCE, wrapped=True)
    data = s.add("Dataset", "data", name=name)
    (stem if share == 1 else digits_stem)(s, share)
    for label, module in MODULES.items():
        if module is None:
            pool(s, label)
        else:
            one, reduce3, three, reduce5, five, project = (n // share for n in module)
            inception(s, f"inception {label}", (one, reduce3, three, reduce5, five, project))
    s.add("GlobalAveragePool", "average")
    s.add("Dropout", rate=0.4)
    s.add("Dense", "classifier", units=scores)
    return finished(s, data, note)


@example(
    "googlenet", "GoogLeNet", "Nine Inception blocks of four branches each.", "6,998,552 parameters; told: 6.7 % top-5 error",
    group="deep", lectures=("001", "003", "004"), large=True,
)  # fmt: skip
def full() -> Document:
    recipe = published(0.01, 16, 2e-4, 90, "stairstep", {"factor": 0.96, "every": 8.0})
    return googlenet("GoogLeNet", recipe, "synthetic-imagenet", 1, 1000, NOTE)


@example(
    "googlenet-small", "GoogLeNet, small", "GoogLeNet, an eighth as wide, reads digits.", "about 96 % on the built-in digits",
    group="deep", lectures=("001", "003", "004"),
)  # fmt: skip
def small() -> Document:
    return googlenet("GoogLeNet, small", quick(), "digits", 8, 10, SMALL)
