"""Pictures of digits: samples of the data, and one digit before and after an augmentation."""

from __future__ import annotations

from functools import cache

import numpy as np

from nodes.drawing import HEIGHT, HUE, SECOND, TINT, WIDTH, Box, Drawing, Mark, Words, arrow, drawing
from nodes.layer import MAPS, Layer
from nodes.pictures.parts import caption, picture_of
from nodes.pictures.worked import run
from runtime import data
from runtime.errors import NetwrightError
from runtime.graph import Array

#: Among so many steps of training, those that differ most are shown.
STEPS = range(1, 13)
SHOWN = 8


@cache
def _digits() -> tuple[Array, Array]:
    split = data.load("digits").train
    return split.samples[:64], split.labels[:64]


def a_digit() -> Array:
    """One sample, (1, 1, 28, 28): a 5, which has no symmetry to hide behind."""
    samples, labels = _digits()
    return np.asarray(samples[int(np.argmax(labels == 5))][None], float)


# -- augmentation --------------------------------------------------------------------------------------------------------
def changes_pictures(cls: type[Layer]) -> bool:
    """Whether it does something else to a picture at each step of training."""
    if MAPS not in cls.inputs[0].accepts:
        return False
    try:
        first, second = (run(cls.type, a_digit(), training=True, step=step)[0] for step in (1, 2))
    except NetwrightError:
        return False
    return first.shape != second.shape or not np.array_equal(first, second)


def augmentation_picture(cls: type[Layer]) -> Drawing:
    """A digit, and what three steps of training make of it."""
    before, side, top = a_digit(), 3.0, 30.0
    marks: list[Mark] = picture_of(24.0, top, side, before[0, 0])
    marks += arrow((118.0, top + 42), (146.0, top + 42))
    words = [caption(66.0, HEIGHT - 26, "the sample")]
    for i, (step, after) in enumerate(_telling(cls, before)):
        left = 164.0 + i * 104.0
        inset = (84.0 - after.shape[0] * side) / 2
        marks += picture_of(left + inset, top + inset, side, after)
        words.append(caption(left + 42, HEIGHT - 26, f"in step {step}"))
    return drawing(f"{cls.type}: a handwritten 5, and what three steps of training make of it.", marks, words)


def _telling(cls: type[Layer], before: Array) -> list[tuple[int, Array]]:
    """Three steps, each as far as can be from the sample and from those already taken."""
    tried = {step: run(cls.type, before, training=True, step=step)[0][0, 0] for step in STEPS}
    taken, shown = [before[0, 0]], {}
    while len(shown) < 3:
        step = max((s for s in tried if s not in shown), key=lambda s: min(_apart(tried[s], other) for other in taken))
        shown[step] = tried[step]
        taken.append(tried[step])
    return sorted(shown.items())


def _apart(a: Array, b: Array) -> float:
    """Mean difference of two pictures; of a larger one only the middle counts."""
    side = (b.shape[0] - a.shape[0]) // 2
    middle = b[side : side + a.shape[0], side : side + a.shape[1]] if side > 0 else b
    return round(float(np.abs(a - middle).mean()), 4)


# -- data ----------------------------------------------------------------------------------------------------------------
def data_picture(cls: type[Layer]) -> Drawing:
    """Samples with their labels where the layer gives both; else where data come in, or an answer goes out."""
    if "label" in cls.outputs:
        return _samples(cls)
    return _door(cls, inwards=not cls.inputs)


def _samples(cls: type[Layer]) -> Drawing:
    samples, labels = _digits()
    marks: list[Mark] = []
    for i in range(SHOWN):
        left = 40.0 + i * 52.0
        marks += picture_of(left, 46.0, 1.5, samples[i, 0])
        marks.append(Words(left + 21, 104.0, str(int(labels[i])), HUE, 13.0, mono=True))
    words = [Words(40.0, 30.0, "sample", SECOND, 11.0, 0.0), Words(40.0, 126.0, "label", SECOND, 11.0, 0.0)]
    return drawing(f"{cls.type}: eight digits and their labels.", marks, words)


def _door(cls: type[Layer], inwards: bool) -> Drawing:
    """One end is outside of the network: dashed."""
    outside, inside = ("your own data", "the network") if inwards else ("who uses the model", "the network")
    texts = (outside, inside) if inwards else (inside, outside)
    marks: list[Mark] = []
    for left, text in zip((56.0, 284.0), texts, strict=True):
        mine = text == outside
        marks.append(Box(left, 54.0, 140.0, 56.0, SECOND if mine else HUE, None if mine else TINT, 1.5, 8.0, mine))
        marks.append(Words(left + 70, 82.0, text, SECOND, 12.0))
    marks += arrow((200.0, 82.0), (280.0, 82.0), HUE, 2.0)
    marks.append(Words(WIDTH / 2, 68.0, "x" if inwards else "y", HUE, 12.0, mono=True))
    return drawing(f"{cls.type}: from {texts[0]} to {texts[1]}.", marks)
