"""A recurrent network, unfolded in time: a square for each step, what goes in below, what comes out above."""

from __future__ import annotations

from nodes.drawing import QUIET, Box, Disc, Ink, Mark, Path
from nodes.portrait.frame import MIDDLE, WIDTH
from nodes.portrait.outline import Outline

SIDE, APART, DOT = 15.0, 46.0, 3.2
REACH = 26.0
ALL = "1111"


def is_recurrent(outline: Outline) -> bool:
    """Whether remembering is what the network is about."""
    kinds = [cell.category for cell in outline.cells]
    return any(cell.type in ("SimpleRNN", "LSTM", "GRU") for cell in outline.cells) and "convolution" not in kinds


def unrolled(inputs: str = ALL, outputs: str = ALL, hue: str = "recurrent") -> list[Mark]:
    """`inputs` and `outputs` say with 1 and 0 at which steps something goes in, and comes out."""
    steps = len(inputs)
    apart = min(APART, (WIDTH - 48.0) / max(steps - 1, 1))
    xs = [WIDTH / 2 + (k - (steps - 1) / 2) * apart for k in range(steps)]
    marks: list[Mark] = []
    if steps > 1:
        marks.append(Path(((xs[0], MIDDLE), (xs[-1], MIDDLE)), Ink(hue), width=2.0))
    for x, goes_in, comes_out in zip(xs, inputs, outputs, strict=True):
        for wanted, end, ink in ((goes_in, MIDDLE + REACH, Ink("data")), (comes_out, MIDDLE - REACH, Ink("core"))):
            if wanted == "1":
                marks += [Path(((x, MIDDLE), (x, end)), QUIET, width=1.25), Disc(x, end, DOT, fill=ink)]
        marks.append(Box(x - SIDE / 2, MIDDLE - SIDE / 2, SIDE, SIDE, fill=Ink(hue), radius=3.0))
    return marks
