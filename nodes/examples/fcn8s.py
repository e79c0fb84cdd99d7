"""fcn8s, and fcn8s-small."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from nodes.families import vgg
from nodes.families.images import HE, finished, published
from nodes.families.segmenting import VOC, dense_recipe, photographs, scores, upconvolution

SOURCE = "Long, Shelhamer, Darrell, Fully convolutional networks for semantic segmentation, 2015."
NOTE = (
    "FCN-8s (lecture 003, “skip links”): VGG-16 whose dense layers have become convolutions, so that it gives every "
    "place of the picture a score for each of 21 classes. At stride 32 these are coarse: they are made twice as large "
    "by upconvolution and added to scores from pool4, again with pool3, and the last step of 8 makes them as large as "
    "the picture.\n"
    "Look for: the two sums where coarse scores meet finer ones. The original puts a border of 100 pixels around the "
    "picture and crops what comes out; here padding keeps the sizes."
)
SMALL = (
    "FCN with skip links (lecture 003) on drawn shapes: a class for every pixel. Three poolings instead of five, so "
    "the links come from strides 2 and 4 and the last step doubles.\n"
    "Look for: the edges of the shapes. Delete the wires of the two skip links and train again: the shapes are found, "
    "and their edges are lost."
)


#: How far apart columns are, and how far below each other the stairs of what is added.
COLUMN, STAIR = 232.0, 264.0


def through_pool(s: Sketch, stages: dict[str, tuple[int, int]]) -> str:
    """Stages of VGG with their poolings, by number: width and repetitions; one block, named after what leaves it. Its id."""
    last = list(stages)[-1]
    with s.block(f"to pool{last}") as block:
        for number, (width, repeat) in stages.items():
            vgg.stage(s, f"conv{number}", width, repeat)
            s.add("MaxPool2D", f"pool{number}")
    return block


def dense_as_convolutions(s: Sketch, maps: int, kernel: int) -> None:
    """fc6 and fc7, that slide over the picture."""
    with s.block("fc6, fc7"):
        for name, side in (("fc6", kernel), ("fc7", 1)):
            s.add("Conv2D", name, filters=maps, kernel_size=(side, side), padding="same", **HE)
            s.add("ReLU")
            s.add("Dropout", rate=0.5)


def with_skips(s: Sketch, skips: dict[str, str], count: int, last: tuple[str, int]) -> None:
    """Scores, doubled and added to those of each earlier pooling, a stair lower each time; the `last` step has a name."""
    scores(s, "score_fr", count)
    name, lower = "2", 0.0
    for pooled, block in skips.items():
        upscored = upconvolution(s, f"upscore{name}", count, 4, 2)
        name, lower = f"_{pooled}", lower + STAIR
        s.branch(block)
        s.row(lower, s.document.nodes[block].position[0] + COLUMN)
        s.join("Add", upscored, scores(s, f"score_{pooled}", count), label=f"fuse_{pooled}")
    s.row(lower + STAIR)
    upconvolution(s, last[0], count, 2 * last[1], last[1])


@example(
    "fcn8s", "FCN-8s", "VGG-16 gives every pixel a class, with skip links.", "134,489,759 parameters",
    group="seeing", lectures=("003",), large=True,
)  # fmt: skip
def full() -> Document:
    s = Sketch("FCN-8s", published(0.0001, 1, 5e-4, 175, "constant"), SOURCE)
    data = photographs(s)
    pool3 = through_pool(s, {"1": (64, 2), "2": (128, 2), "3": (256, 3)})
    pool4 = through_pool(s, {"4": (512, 3)})
    through_pool(s, {"5": (512, 3)})
    dense_as_convolutions(s, 4096, 7)
    with_skips(s, {"pool4": pool4, "pool3": pool3}, VOC, ("upscore8", 8))
    return finished(s, data, NOTE)


@example(
    "fcn8s-small", "FCN, small", "A small FCN with skip links finds shapes pixel by pixel.",
    "93 % of the pixels of drawn shapes",
    group="seeing", lectures=("003",),
)  # fmt: skip
def small() -> Document:
    s = Sketch("FCN, small", dense_recipe(), SOURCE)
    data = s.add("Dataset", "data", name="shapes:count=4000")
    pool1 = through_pool(s, {"1": (12, 2)})
    pool2 = through_pool(s, {"2": (16, 2)})
    through_pool(s, {"3": (24, 2)})
    dense_as_convolutions(s, 64, 3)
    with_skips(s, {"pool2": pool2, "pool1": pool1}, 4, ("upscore_pool1", 2))
    return finished(s, data, SMALL)
