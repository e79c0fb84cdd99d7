"""context."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from nodes.families.images import HE, finished
from nodes.families.segmenting import dense_recipe, scores

NOTE = (
    "The context network of Yu and Koltun (lecture 003): seven layers of 3×3 with dilations 1, 1, 2, 4, 8, 16, 1.\n"
    "Look for: “sees” in the table of layers. One place sees 3, 5, 9, 17, 33, 65, 67 pixels across: the view grows "
    "exponentially and the weights only with the layers, 64·C² for C maps with the last 1×1. No map shrinks. In the "
    "paper it stands behind a network that gives 21 scores for each place; here a 1×1 convolution makes C = 12 maps "
    "of the picture."
)
DILATIONS = (1, 1, 2, 4, 8, 16, 1)
MAPS = 12


@example(
    "context", "Context network", "Dilations up to 16: each pixel is judged by 67×67.",
    "88 % of the pixels of drawn shapes",
    group="seeing", lectures=("003",),
)  # fmt: skip
def context() -> Document:
    source = "Yu, Koltun, Multi-scale context aggregation by dilated convolutions, 2016, table 1."
    s = Sketch("Context network", dense_recipe(), source, wrapped=True)
    data = s.add("Dataset", "data", name="shapes:count=4000")
    s.add("Conv2D", "front", filters=MAPS, kernel_size=(1, 1), **HE)
    for i, dilation in enumerate(DILATIONS, 1):
        s.add("Conv2D", f"layer{i}", filters=MAPS, dilation=(dilation, dilation), padding="same", **HE)
        s.add("ReLU")
    s.add("Conv2D", "layer8", filters=MAPS, kernel_size=(1, 1), **HE)
    scores(s, "scores", 4)
    return finished(s, data, NOTE)
