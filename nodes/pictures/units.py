"""Units that are joined: every output hangs on inputs by a wire, drawn where a change is felt."""

from __future__ import annotations

import numpy as np

from nodes.drawing import HUE, NEGATIVE, POSITIVE, SECOND, TEXT, TINT, Box, Drawing, Ink, Mark, Path, Words, drawing
from nodes.layer import Layer
from nodes.pictures.parts import caption, spread, units
from nodes.pictures.worked import run
from runtime.errors import NetwrightError

INPUTS, OUTPUTS = 4, 3
LEFT, RIGHT, MIDDLE = 170.0, 310.0, 76.0


def joined_picture(cls: type[Layer]) -> Drawing:
    """Four inputs, three units; blue wires raise an output, orange ones lower it, as the first weights would."""
    settings = {"units": OUTPUTS} if any(s.name == "units" for s in cls.all_settings()) else {}
    x = np.asarray([[0.5, 1.0, -0.5, 0.25]])
    try:
        before = run(cls.type, x, settings=settings)[0]
    except NetwrightError:
        return plain_picture(cls)
    count = before.shape[1]
    ins, outs = spread(INPUTS, MIDDLE, 36.0), spread(count, MIDDLE, 36.0)
    marks: list[Mark] = []
    for i, start in enumerate(ins):
        moved = x.copy()
        moved[0, i] += 0.1
        change = (run(cls.type, moved, settings=settings)[0] - before)[0] / 0.1
        marks += [_wire(start, end, float(d)) for end, d in zip(outs, change, strict=True) if abs(d) > 1e-9]
    marks += units(LEFT, ins, ink=Ink("raised")) + units(RIGHT, outs)
    marks += [Words(LEFT - 24, y, f"x{_sub(i)}", TEXT, 12.0, 1.0, True) for i, y in enumerate(ins)]
    marks += [Words(RIGHT + 24, y, f"{cls.outputs[0][0]}{_sub(i)}", TEXT, 12.0, 0.0, True) for i, y in enumerate(outs)]
    words = [caption(LEFT, 158.0, "inputs"), caption(RIGHT, 158.0, cls.outputs[0] if len(cls.outputs) > 1 else "units")]
    return drawing(f"{cls.type}: {INPUTS} inputs joined with {count} units.", marks, words)


def _wire(start: float, end: float, change: float) -> Path:
    """As in the playground: sign as colour, size as width."""
    width = min(0.8 + 1.6 * abs(change), 3.5)
    return Path(((LEFT + 9, start), (RIGHT - 9, end)), POSITIVE if change > 0 else NEGATIVE, width=width)


def _sub(index: int) -> str:
    return "₁₂₃₄₅₆₇₈₉"[index]


def plain_picture(cls: type[Layer]) -> Drawing:
    """A box with its ports: what is left where no family knows better."""
    ins, outs = spread(len(cls.inputs), MIDDLE, 30.0), spread(len(cls.outputs), MIDDLE, 30.0)
    marks: list[Mark] = [Box(180.0, 36.0, 120.0, 80.0, HUE, TINT, 1.5, 8.0), Words(240.0, MIDDLE, cls.type, TEXT, 12.0)]
    for y, port in zip(ins, cls.inputs, strict=True):
        marks += [Path(((130.0, y), (180.0, y)), HUE), Words(122.0, y, port.name, SECOND, 11.0, 1.0, True)]
    for y, name in zip(outs, cls.outputs, strict=True):
        marks += [Path(((300.0, y), (350.0, y)), HUE), Words(358.0, y, name, SECOND, 11.0, 0.0, True)]
    return drawing(f"{cls.type}: its ports.", marks)
