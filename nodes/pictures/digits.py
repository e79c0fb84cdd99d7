"""Pictures of digits: samples of the data, and one digit before and after an augmentation."""

from __future__ import annotations

from functools import cache

import numpy as np

from nodes.drawing import HUE, SECOND, TINT, WIDTH, Box, Drawing, Mark, Words, arrow, drawing
from nodes.layer import MAPS, Layer
from nodes.pictures.parts import caption, picture_of
from nodes.pictures.worked import run
from runtime import data
from runtime.errors import NetwrightError
from runtime.graph import Array

#: Of so many draws, three that differ most are shown.
DRAWS = 12
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
    """Whether it does another thing to each picture of a batch in training."""
    if MAPS not in cls.inputs[0].accepts:
        return False
    drawn = _drawn(cls.type)
    return any(not np.array_equal(drawn[0], other) for other in drawn[1:])


def augmentation_picture(cls: type[Layer]) -> Drawing:
    """A digit, and what training makes of it."""
    side, top = 3.0, 24.0
    marks: list[Mark] = picture_of(24.0, top, side, a_digit()[0, 0])
    marks += arrow((118.0, top + 42), (146.0, top + 42), HUE)
    for i, after in enumerate(_telling(cls)):
        inset = (84.0 - after.shape[0] * side) / 2
        marks += picture_of(164.0 + i * 104.0 + inset, top + inset, side, after)
    words = [caption(66.0, top + 104, "the sample"), caption(310.0, top + 104, "in training, drawn anew at each step")]
    return drawing(f"{cls.type}: a handwritten 5, and three of the forms in which training sees it.", marks, words)


@cache
def _drawn(type: str) -> tuple[Array, ...]:
    """What comes of one digit in a batch of equal ones, each with its own draw."""
    try:
        return tuple(run(type, np.repeat(a_digit(), DRAWS, axis=0), training=True)[0][:, 0])
    except NetwrightError:
        return (a_digit()[0, 0],)


def _telling(cls: type[Layer]) -> list[Array]:
    """Three of the draws, each as far as can be from the sample and from those already taken."""
    drawn, sample = list(_drawn(cls.type)), a_digit()[0, 0]
    taken: list[int] = []
    while len(taken) < 3:
        others = [sample, *(drawn[i] for i in taken)]
        rest = (i for i in range(len(drawn)) if i not in taken)
        taken.append(max(rest, key=lambda i: min(_apart(drawn[i], other) for other in others)))
    return [drawn[i] for i in sorted(taken)]


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
