"""Recurrent layers: the loop, and the same loop unfolded over the steps of a sequence."""

from __future__ import annotations

from nodes.drawing import HUE, QUIET, SECOND, TEXT, TINT, Box, Drawing, Mark, Path, Words, arrow, drawing
from nodes.layer import Layer
from nodes.pictures.parts import caption, spread

MIDDLE, SIDE = 78.0, 44.0
STEPS = ("₁", "₂", "₃")


def recurrent_picture(cls: type[Layer]) -> Drawing:
    """One cell whose state comes back to it; beside it one cell a step, the state handed on from left to right."""
    states = cls.outputs[1:]
    marks = [*_cell(cls, 68.0, "", "ₜ"), *_loop(68.0, states), Words(140.0, MIDDLE, "=", SECOND, 16.0)]
    for i, step in enumerate(STEPS):
        x = 220.0 + i * 92.0
        marks += _cell(cls, x, cls.short, step) + _handed_on(x, states)
    words = [caption(68.0, 164.0, "as it stands"), caption(312.0, 164.0, "step after step, the same weights")]
    alt = f"{cls.type}: a cell that hands {' and '.join(states)} from one step of the sequence to the next."
    return drawing(alt, marks, words)


def _cell(cls: type[Layer], x: float, name: str, step: str) -> list[Mark]:
    box: list[Mark] = [Box(x - SIDE / 2, MIDDLE - SIDE / 2, SIDE, SIDE, HUE, TINT, 1.5, 6.0)]
    below, above = (x, MIDDLE + SIDE / 2), (x, MIDDLE - SIDE / 2)
    box += arrow((x, below[1] + 26), below) + arrow(above, (x, above[1] - 26))
    box.append(Words(x, below[1] + 36, f"x{step}", TEXT, 12.0, mono=True))
    box.append(Words(x, above[1] - 36, f"y{step}", TEXT, 12.0, mono=True))
    return [*box, Words(x, MIDDLE, name or cls.short, TEXT, 11.0)]


def _loop(x: float, states: tuple[str, ...]) -> list[Mark]:
    """Out at the right, around below the output's arrow, in at the left: a line for each state."""
    marks: list[Mark] = []
    for k, y in enumerate(spread(len(states), MIDDLE, 18.0)):
        out, top = 12.0 + 7 * k, MIDDLE - SIDE / 2 - 8 - 7 * k
        right, left = x + SIDE / 2, x - SIDE / 2
        around = ((right, y), (right + out, y), (right + out, top), (left - out, top), (left - out, y), (left - 5, y))
        marks += [Path(around, HUE), *arrow((left - 8, y), (left, y), HUE)]
    return marks


def _handed_on(x: float, states: tuple[str, ...]) -> list[Mark]:
    marks: list[Mark] = []
    for y, name in zip(spread(len(states), MIDDLE, 18.0), states, strict=True):
        marks += arrow((x - SIDE / 2 - 46, y), (x - SIDE / 2, y), HUE)
        marks.append(Words(x - SIDE / 2 - 26, y - 8, name, SECOND, 10.5, mono=True))
    return [*marks, *arrow((x, MIDDLE - SIDE / 2), (x, MIDDLE - SIDE / 2 - 26), QUIET)]
