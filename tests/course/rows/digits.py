"""MNIST, by backpropagation from a random start; and the nearest neighbour beside them."""

from __future__ import annotations

import numpy as np

from nodes.document import Document
from runtime import data
from tests.course.row import Number, Numbers, Place, row
from tests.course.training import FULL, error_on_test, prepared, told, trained

#: Test pictures in one product of matrices.
PART = 1000


def _error(place: Place, example: str, **changes: object) -> Numbers:
    return {"error": error_on_test(trained(prepared(example, place.seed, FULL, **changes), place))}


@row("lenet", "6-16-120-84, softmax", "0.95 %", Number("error", "% wrong", 2, 0.9, 0.8), epochs="12")
def lenet(place: Place) -> Numbers:
    return {"error": error_on_test(trained_lenet(place))}


def trained_lenet(place: Place) -> Document:
    """Other rows ask it too."""
    return trained(prepared("lenet", place.seed, FULL, epochs=12), place)


@row("lenet5", "as published in 1998", "0.95 %", Number("error", "% wrong", 2, 1.2, 0.95), epochs="30")
def lenet5(place: Place) -> Numbers:
    return _error(place, "lenet5")


@row("lenet-wide", "20-50-500, dropout, one cycle", "", Number("error", "% wrong", 2, 0.65), epochs="12")
def lenet_wide(place: Place) -> Numbers:
    return _error(place, "lenet-wide")


@row(
    "lenet-deformed", "the same with deformations", "0.8 %", Number("error", "% wrong", 2, 0.55, 0.4), epochs="12",
)  # fmt: skip
def lenet_deformed(place: Place) -> Numbers:
    return _error(place, "lenet-deformed")


@row("mlp-1000", "784-1000-10, backprop only", "1.6 %", Number("error", "% wrong", 2, 1.65, 1.6), epochs="20")
def mlp_1000(place: Place) -> Numbers:
    return _error(place, "mlp-1000")


@row("mlp-500-300", "784-500-300-10, backprop only", "1.6 %", Number("error", "% wrong", 2, 1.6), epochs="20")
def mlp_500_300(place: Place) -> Numbers:
    return _error(place, "mlp-500-300")


@row("nearest-neighbour", "on raw pixels, all 60,000", "about 3.3 %", Number("error", "% wrong"), seeds=(1,))
def nearest_neighbour(place: Place) -> Numbers:
    """The label of the training picture at the least Euclidean distance; the lower index wins a tie."""
    found = data.load("mnist", place.seed)
    samples = np.concatenate([found.train.samples, found.validation.samples]).reshape(-1, 784)
    labels = np.concatenate([found.train.labels, found.validation.labels])
    lengths = (samples**2).sum(axis=1)
    wrong = 0
    for start in range(0, len(found.test), PART):
        part = slice(start, start + PART)
        nearest = (lengths - 2 * found.test.samples[part].reshape(-1, 784) @ samples.T).argmin(axis=1)
        wrong += int((labels[nearest] != found.test.labels[part]).sum())
        told(f"  {start + PART:,} test pictures, {wrong:,} wrong")
    return {"error": 100 * wrong / len(found.test)}
