"""deconvnet, and deconvnet-small."""

from __future__ import annotations

from collections.abc import Sequence

from nodes.document import Document
from nodes.example import Sketch, example
from nodes.families import vgg
from nodes.families.images import finished, published
from nodes.families.segmenting import VOC, dense_recipe, photographs, scores
from runtime.recipe import Recipe

SOURCE = "Noh, Hong, Han, Learning deconvolution network for semantic segmentation, 2015."
NOTE = (
    "DeconvNet (lecture 003): VGG-16 down to a single place, and its mirror image up again. Each pooling remembers "
    "where its largest numbers stood, and hands these switches to the unpooling of the same size, which puts what it "
    "gets back there: edges come back where they were.\n"
    "Look for: both ends of a switch, in conv1 and deconv1. Unpooled maps are mostly zeros; the upconvolutions behind "
    "(the transpose of a convolution) fill them in."
)
SMALL = (
    "A small DeconvNet (lecture 003) on drawn shapes: three poolings down to one place of 64 numbers, and up again by "
    "remembered switches.\n"
    "Look for: its edges, beside those of fcn8s-small. With all else squeezed through one place, the switches carry "
    "them."
)
#: Width and repetitions of each stage.
Stages = Sequence[tuple[int, int]]


def down(s: Sketch, name: str, width: int, repeat: int) -> tuple[str, str]:
    """A stage of VGG with its pooling. Returns the block, and its second output: the switches."""
    with s.block(name) as block:
        vgg.stage(s, "convs", width, repeat, norm=True)
        pool = s.add("MaxPool2D", "pool")
        switches = s.way_out("switches", pool, "switches")
    return block, switches


def up(s: Sketch, name: str, widths: Sequence[int], switches: tuple[str, str]) -> None:
    """Unpooling by `switches` (a block and its port), and transposed convolutions to these widths."""
    with s.block(name) as block:
        remembered = s.way_in("switches")
        unpool = s.add("MaxUnpool2D", "unpool")
        s.wire(remembered, "y", unpool, "switches")
        for i, width in enumerate(widths, 1):
            upconvolution(s, f"deconv{i}", width, 3, "same")
    s.wire(*switches, block, remembered)


def upconvolution(s: Sketch, name: str, width: int, kernel: int, padding: str) -> None:
    """A transposed convolution at stride 1, normalized, with its ReLU."""
    sides = {"kernel_size": (kernel, kernel), "stride": (1, 1)}
    s.add("ConvTranspose2D", name, filters=width, padding=padding, bias=False, **sides)
    s.add("BatchNormalization", f"{name}_norm")
    s.add("ReLU")


def middle(s: Sketch, maps: int, kernel: int, width: int) -> None:
    """All places become one, and all places again. Few maps of one place are not normalized: a small batch says too little."""
    large = maps > 1000
    with s.block("fc6, fc7"):
        for name, side in (("fc6", kernel), ("fc7", 1)):
            s.add("Conv2D", name, filters=maps, kernel_size=(side, side), bias=not large)
            if large:
                s.add("BatchNormalization", f"{name}_norm")
            s.add("ReLU")
        upconvolution(s, "fc6_deconv", width, kernel, "valid")


def deconvnet(
    title: str, recipe: Recipe, name: str, stages: Stages, maps: int, kernel: int, count: int, note: str
) -> Document:
    """Down through `stages`, through `maps` numbers, and up through their mirror image to `count` scores for each pixel."""
    s = Sketch(title, recipe, SOURCE, wrapped=True)
    data = s.add("Dataset", "data", name=name) if name else photographs(s)
    switches = [down(s, f"conv{i}", width, repeat) for i, (width, repeat) in enumerate(stages, 1)]
    middle(s, maps, kernel, stages[-1][0])
    for i in range(len(stages), 0, -1):
        width, repeat = stages[i - 1]
        narrower = stages[max(i - 2, 0)][0]
        up(s, f"deconv{i}", [width] * (repeat - 1) + [narrower], switches[i - 1])
    scores(s, "scores", count)
    return finished(s, data, note)


@example(
    "deconvnet", "DeconvNet", "VGG-16 and its mirror image: unpooling by remembered switches.", "251,788,949 parameters",
    group="seeing", lectures=("003",), large=True,
)  # fmt: skip
def full() -> Document:
    stages = [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]
    recipe = published(0.01, 2, 5e-4, 50, "stairstep")
    return deconvnet("DeconvNet", recipe, "", stages, 4096, 7, VOC, NOTE)


@example(
    "deconvnet-small", "DeconvNet, small", "A small DeconvNet finds shapes pixel by pixel.",
    "90 % of the pixels of drawn shapes",
    group="seeing", lectures=("003",),
)  # fmt: skip
def small() -> Document:
    return deconvnet("DeconvNet, small", dense_recipe(), "shapes:count=4000", [(8, 2), (12, 2), (16, 2)], 64, 4, 4, SMALL)
