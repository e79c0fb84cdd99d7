"""dilated, and the network that it is compared with."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from nodes.families.images import HE, finished
from nodes.families.segmenting import dense_recipe, scores

NOTE = (
    "Dilated convolutions (lecture 003): three layers of 3×3 with dilations 1, 2 and 4.\n"
    "Look for: “sees” in the table of layers. Each place sees 3, 7, then 15 pixels across: twice as far with each "
    "layer, at nine weights a filter, and no map shrinks. Without dilation it would be 3, 5, 7. The slide's l∗(k−1)+k "
    "for plain layers counts from the next layer on: l of them see l·(k−1)+1. Set all dilations to 1 to see it. "
    "dilated-baseline does the same task with a dense layer: it ends two points ahead, with 390 times as many "
    "parameters."
)
BASELINE = (
    "Convolution and a fully connected layer (lecture 003), the baseline of dilated: the picture is pooled to 8×8, "
    "and one dense layer gives the scores of all 32×32 pixels.\n"
    "Look for: what it pays for seeing the whole picture, parameters and edges. What it learns in one corner it does "
    "not know in another."
)
SIDE, CLASSES = 32, 4


@example(
    "dilated", "Dilated convolutions", "3×3 with dilations 1, 2, 4 sees 15 pixels across.",
    "87 % of the pixels of drawn shapes, with 10,756 parameters",
    group="seeing", lectures=("003",),
)  # fmt: skip
def dilated() -> Document:
    source = "Yu, Koltun, Multi-scale context aggregation by dilated convolutions, 2016."
    s = Sketch("Dilated convolutions", dense_recipe(), source)
    data = s.add("Dataset", "data", name="shapes:count=4000")
    for i, dilation in enumerate((1, 2, 4), 1):
        s.add("Conv2D", f"L{i}", filters=24, dilation=(dilation, dilation), padding="same", **HE)
        s.add("ReLU")
    scores(s, "scores", CLASSES)
    return finished(s, data, NOTE)


@example(
    "dilated-baseline", "Convolution + fully connected", "What dilated convolutions are compared with.",
    "89 % of the pixels of drawn shapes, with 4,200,880 parameters", group="seeing", lectures=("003",),
)  # fmt: skip
def baseline() -> Document:
    s = Sketch("Convolution + fully connected", dense_recipe(), wrapped=True)
    data = s.add("Dataset", "data", name="shapes:count=4000")
    for i in (1, 2):
        s.add("Conv2D", f"conv{i}", filters=16, padding="same", **HE)
        s.add("ReLU")
        s.add("MaxPool2D", f"pool{i}")
    s.add("Flatten")
    s.add("Dense", "fc", units=CLASSES * SIDE * SIDE)
    s.add("Reshape", "pixels", shape=(CLASSES, SIDE, SIDE))
    return finished(s, data, BASELINE)
