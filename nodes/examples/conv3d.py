"""conv3d."""

from __future__ import annotations

from nodes.document import Document
from nodes.example import Sketch, example
from nodes.families.images import HE, finished, quick

NOTE = (
    "3-D convolution (lecture 003 names it as “not covered”): filters of 3×3×3 slide through time, height and width. "
    "Each sample is a film of six pictures in which a dot drifts one of eight ways. No single picture says which.\n"
    "Look for: what the third dimension is worth. Set the first number of every kernel to 1, so that a filter sees "
    "one picture at a time, and the answers become guesses (12.5 %)."
)


@example(
    "conv3d", "3-D convolution", "Filters through space and time tell where a dot drifts.", "about 99 % of eight directions",
    group="further", lectures=("003",),
)  # fmt: skip
def conv3d() -> Document:
    source = "Ji et al., 3D convolutional neural networks for human action recognition, 2010."
    s = Sketch("3-D convolution", quick(8, 0.003, 32), source, wrapped=True)
    data = s.add("Dataset", "films", name="films")
    for i, (filters, stride) in enumerate(((8, 1), (16, 2), (16, 2)), 1):
        s.add("Conv3D", f"conv{i}", filters=filters, padding="same", stride=(1, stride, stride), **HE)
        s.add("ReLU")
    s.add("GlobalAveragePool", "average")
    s.add("Dense", "scores", units=8)
    return finished(s, data, NOTE)
