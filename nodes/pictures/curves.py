"""Curves and bars: activations over their input, losses over a prediction, all by the layer's own operators."""

from __future__ import annotations

import numpy as np

from nodes.drawing import (
    HEIGHT,
    HUE,
    NEGATIVE,
    POSITIVE,
    QUIET,
    SECOND,
    TEXT,
    TINT,
    Box,
    Drawing,
    Ink,
    Mark,
    Path,
    Words,
    arrow,
    drawing,
)
from nodes.layer import Layer
from nodes.pictures.parts import axes, caption, number
from nodes.pictures.worked import Worked, run, slope
from runtime.errors import NetwrightError
from runtime.graph import Array

REACH = 4.0
TOP, TALL = 14.0, 126.0
NUMBERS = (2.0, -1.0, 0.5, 3.0, -0.5, 1.0)


def activation_picture(cls: type[Layer]) -> Drawing:
    """A curve where each number is taken by itself, else bars before and after."""
    x = np.linspace(-REACH, REACH, 161)
    try:
        alone = run(cls.type, x[:, None])[0]
        together = run(cls.type, x[None, :])[0]
    except NetwrightError:
        return _bars(cls)
    if not np.allclose(alone.ravel(), together.ravel()):
        return _bars(cls)
    return _curve(cls, x, alone.ravel())


def _curve(cls: type[Layer], x: Array, y: Array) -> Drawing:
    """y, and beside it its slope, which is what a gradient is multiplied by."""
    try:
        steep = slope(cls.type, x[:, None]).ravel()
    except NetwrightError:
        steep = np.zeros_like(x)
    marks = [*_plot(44.0, 176.0, x, [(y, HUE, False)]), *_plot(280.0, 176.0, x, [(steep, SECOND, True)])]
    words = [caption(132.0, HEIGHT - 10, "y over x"), caption(368.0, HEIGHT - 10, "its slope, dy / dx")]
    low, high = number(y.min()), number(y.max())
    return drawing(f"{cls.type}: y from {low} to {high} for x from −4 to 4, and its slope.", marks, words)


def _plot(left: float, wide: float, x: Array, curves: list[tuple[Array, Ink, bool]]) -> list[Mark]:
    """Curves over one pair of axes, with the numbers at the ends."""
    finite = np.concatenate([y for y, _, _ in curves])
    low, high = min(0.0, float(finite.min())), max(1.0, float(finite.max()))
    room = 0.06 * (high - low)
    low, high = low - room, high + room

    first, last = float(x[0]), float(x[-1])

    def across(value: float) -> float:
        return left + (value - first) / (last - first) * wide

    def up(value: float) -> float:
        return TOP + (high - value) / (high - low) * TALL

    marks = axes(left, TOP, wide, TALL, (across(0), up(0)))
    for y, ink, dashed in curves:
        for piece in _pieces(y):
            points = tuple((across(float(x[i])), up(float(y[i]))) for i in piece)
            marks.append(Path(points, ink, width=2.0, dashed=dashed))
    ticks = [(up(v), number(v)) for v in (_tidy(float(finite.max())), 0.0, _tidy(float(finite.min())))]
    shown = [t for i, t in enumerate(ticks) if all(abs(t[0] - u[0]) > 12 for u in ticks[:i])]
    marks += [Words(left - 6, y, text, SECOND, 10.5, 1.0, True) for y, text in shown]
    ends = [Words(across(v), TOP + TALL + 6, number(v), SECOND, 10.5, a, True) for v, a in ((first, 0.0), (last, 1.0))]
    return [*marks, *ends]


def _tidy(value: float) -> float:
    return round(value, 2)


def _pieces(y: Array) -> list[Array]:
    """Stretches without a jump: a step is drawn as two lines, not as a slope that it has not."""
    rises = np.abs(np.diff(y))
    jumps = np.nonzero(rises > 0.3 + 6 * np.median(rises))[0] + 1
    return [piece for piece in np.split(np.arange(len(y)), jumps) if len(piece) > 1]


def _bars(cls: type[Layer]) -> Drawing:
    """Six numbers in, and what comes out."""
    x = np.asarray(NUMBERS)
    y = run(cls.type, x[None])[0].ravel()
    marks = [*_bar_row(40.0, x), *_bar_row(272.0, y), *arrow((222.0, 76.0), (254.0, 76.0))]
    words = [caption(124.0, HEIGHT - 10, "x"), caption(272.0 + 28.0 * len(y) / 2, HEIGHT - 10, "y")]
    listed = ", ".join(map(number, x)), ", ".join(map(number, y))
    return drawing(f"{cls.type}: {listed[0]} becomes {listed[1]}.", marks, words)


def _bar_row(left: float, values: Array) -> list[Mark]:
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    unit = 88.0 / (high - low)
    zero = 28.0 + high * unit
    marks: list[Mark] = [Path(((left - 4, zero), (left + 28.0 * len(values), zero)), QUIET, width=1.0)]
    for i, value in enumerate(values.tolist()):
        x, top = left + 28.0 * i, zero - max(value, 0) * unit
        marks.append(Box(x, top, 20.0, max(abs(value) * unit, 1.0), HUE, TINT))
        beyond = top - 8 if value >= 0 else top + abs(value) * unit + 9
        marks.append(Words(x + 10, beyond, number(value), TEXT, 10.5, mono=True))
    return marks


# -- losses --------------------------------------------------------------------------------------------------------------
def loss_picture(cls: type[Layer]) -> Drawing:
    """The loss of one answer over its prediction x, for a sample of the class 1 and for one of the class 0."""
    x, alone = np.linspace(-3, 3, 61), _takes_one(cls)
    curves = [(_losses(cls, x, label, alone), label) for label in (1, 0)]
    inks = (POSITIVE, NEGATIVE)
    drawn = [(y, ink, label == 0) for (y, label), ink in zip(curves, inks, strict=True)]
    marks = _plot(60.0, 270.0, x, drawn)
    for (_, label), ink, y in zip(curves, inks, (44.0, 72.0), strict=True):
        marks.append(Path(((356.0, y), (384.0, y)), ink, width=2.0, dashed=label == 0))
        marks.append(Words(392.0, y, f"class {label}", SECOND, 11.0, 0.0))
    what = "prediction x" if alone else "score x of class 1; class 0 has 0"
    marks.append(caption(195.0, HEIGHT - 10, what))
    return drawing(f"{cls.type}: the loss over one prediction, for either class.", marks)


def _takes_one(cls: type[Layer]) -> bool:
    """Whether one number is a prediction: a lone class among softmax's would always be right."""
    try:
        low, high = (run(cls.type, np.asarray([[x]]), np.asarray([1]))[0] for x in (-0.5, 0.5))
    except NetwrightError:
        return False
    return bool(low != high)


def _losses(cls: type[Layer], xs: Array, label: int, alone: bool) -> Array:
    """The loss of each prediction of `xs` by itself."""
    predictions = [np.asarray([[x]] if alone else [[0.0, x]]) for x in xs.tolist()]
    worked = Worked(cls.type, predictions[0], np.asarray([label]))
    return np.asarray([float(worked.run(p)[0]) for p in predictions])
