"""The portrait of a network: a picture of its own where it has one, else dots, an unfolded row, or bars."""

from __future__ import annotations

from nodes.drawing import Drawing
from nodes.portrait.bars import bars
from nodes.portrait.dots import dots, layers_of_dots
from nodes.portrait.frame import HEIGHT, WIDTH
from nodes.portrait.outline import Outline
from nodes.portrait.special import PICTURES
from nodes.portrait.unrolled import is_recurrent, unrolled


def portrait(outline: Outline, picture: str = "") -> Drawing:
    """`picture`: a key of `PICTURES`, which needs no outline."""
    if picture in PICTURES:
        return Drawing(tuple(PICTURES[picture]()), "", WIDTH, HEIGHT)
    if layers := layers_of_dots(outline):
        return Drawing(tuple(dots(layers)), "", WIDTH, HEIGHT)
    marks = unrolled() if is_recurrent(outline) else bars(outline)
    return Drawing(tuple(marks), "", WIDTH, HEIGHT)
