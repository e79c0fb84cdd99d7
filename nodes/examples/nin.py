"""nin, nin-stacks and nin-small."""

from __future__ import annotations

from nodes import edits
from nodes.document import Document
from nodes.example import Sketch, example
from nodes.families.images import HE, finished, published, quick
from runtime.recipe import Recipe

SOURCE = "Lin, Chen, Yan, Network in network, 2013."
NOTE = (
    "Network in Network (lecture 003): each mlpconv block is a convolution and two of 1×1 behind it, a little dense "
    "network that slides over the picture: “MLP in each pixel's channels”. Open one to see it. At the end stand no "
    "dense layers: the last block makes one map for each class, and its average is the score.\n"
    "Look for: those maps when it is trained. They show where the class was seen."
)
SMALL = (
    "Network in Network (lecture 003) for digits, six times narrower.\n"
    "Look for: the ten maps of the last block, one for each digit. Their averages are the scores, and there is no "
    "dense layer at all. The last ReLU is left out here: a class whose map falls below 0 everywhere could not come "
    "back."
)
STACKS = (
    "The slide's comparison (lecture 003), on 56×56×128. Above: three 5×5 convolutions of 256 maps, 819,200 + 2 × "
    "1,638,400 = 4,096,000 weights. Below: one 5×5, and two of 1×1 behind it, 819,200 + 2 × 65,536 = 950,272 weights: "
    "as many layers, a quarter of the weights.\n"
    "Look for: what is lost, how far the later layers see (“sees” in the table of layers). The loss is the difference "
    "of the two: trained on maps, the lower stack learns to do what the upper one, frozen, does."
)
#: How far apart columns are, and the two stacks.
COLUMN, ROW = 232.0, 300.0
#: The maps of a block's three convolutions.
Maps = tuple[int, int, int]


def mlpconv(s: Sketch, name: str, kernel: int, maps: Maps, relus: int = 3) -> None:
    """A convolution and two of 1×1, and so many of their ReLUs."""
    with s.block(name):
        for i, (layer, side) in enumerate((("conv", kernel), ("cccp1", 1), ("cccp2", 1))):
            s.add("Conv2D", layer, filters=maps[i], kernel_size=(side, side), padding="same", **HE)
            if i < relus:
                s.add("ReLU")


def nin(
    title: str, recipe: Recipe, name: str, maps: tuple[Maps, Maps, Maps], dropout: float, note: str
) -> Document:
    """Three mlpconv blocks, and the average of each of the last one's maps."""
    s = Sketch(title, recipe, SOURCE, wrapped=True)
    data = s.add("Dataset", "data", name=name)
    mlpconv(s, "mlpconv1", 5, maps[0])
    s.add("MaxPool2D", "pool1", kernel_size=(3, 3), stride=(2, 2), padding="same")
    s.add("Dropout", rate=dropout)
    mlpconv(s, "mlpconv2", 5, maps[1])
    s.add("MaxPool2D", "pool2", kernel_size=(3, 3), stride=(2, 2), padding="same")
    s.add("Dropout", rate=dropout)
    mlpconv(s, "mlpconv3", 3, maps[2], 3 if dropout == 0.5 else 2)
    s.add("GlobalAveragePool", "scores")
    return finished(s, data, note)


@example(
    "nin", "Network in Network", "Little networks slide over the picture; no dense layers.", "966,986 parameters",
    group="deep", lectures=("003",), large=True,
)  # fmt: skip
def full() -> Document:
    maps = (192, 160, 96), (192, 192, 192), (192, 192, 10)
    return nin("Network in Network", published(0.1, 128, 1e-4), "cifar10", maps, 0.5, NOTE)


@example(
    "nin-stacks", "Network in Network, counted", "Three 5×5 layers, or one and two of 1×1: a quarter of the weights.",
    "4,096,000 and 950,272 weights",
    group="deep", lectures=("003",), large=True,
)  # fmt: skip
def stacks() -> Document:
    s = Sketch("Network in Network, counted", published(0.1, 8, 1e-4), SOURCE)
    maps = s.add("Input", "maps", shape=(128, 56, 56))
    ends, convolutions = [], []
    for below, kernels in ((0.0, (5, 5, 5)), (ROW, (5, 1, 1))):
        s.branch(maps)
        s.row(below, COLUMN)
        for i, side in enumerate(kernels, 1):
            name = f"{'plain' if not below else 'nin'}{i}"
            sides = {"kernel_size": (side, side), "padding": "same", "bias": False}
            convolutions.append(s.add("Conv2D", name, filters=256, **sides, **HE))
            if i < 3:
                s.add("ReLU")
        ends.append(s.last)
    loss = s.add("MeanSquaredError", "difference")
    s.wire(ends[0], "y", loss, "target")
    s.document = edits.set_flags(s.document, convolutions[:3], frozen=True)
    s.note(STACKS)
    return s.document


@example(
    "nin-small", "Network in Network, small", "Network in Network, much narrower, reads digits.",
    "about 97 % on the built-in digits",
    group="deep", lectures=("003",),
)  # fmt: skip
def small() -> Document:
    return nin("Network in Network, small", quick(5, 0.003), "digits", ((32, 24, 16), (32, 32, 32), (32, 32, 10)), 0.1, SMALL)
