"""Networks that give every pixel a class: how they begin and end."""

from __future__ import annotations

from nodes.example import Sketch
from runtime.recipe import Recipe, Stage

#: PASCAL VOC: twenty kinds of things, and the background; the side of a picture.
VOC, SIDE = 21, 224


def photographs(s: Sketch) -> str:
    """Inputs for photographs and for a class at each of their pixels, since PASCAL VOC is not built in; returns the id of the
    latter. The chain goes on behind the photographs."""
    s.row(0.0, -232.0)
    labels = s.add("Input", "labels", shape=(SIDE, SIDE), values="class numbers")
    s.add("Input", "data", shape=(3, SIDE, SIDE))
    return labels


def upconvolution(s: Sketch, name: str, filters: int, kernel: int, stride: int) -> str:
    """A transposed convolution that makes maps `stride` times as large; returns it."""
    sides = {"kernel_size": (kernel, kernel), "stride": (stride, stride)}
    return s.add("ConvTranspose2D", name, filters=filters, padding="same", bias=False, **sides)


def scores(s: Sketch, name: str, count: int) -> str:
    """A 1×1 convolution: a score for each class at each place."""
    return s.add("Conv2D", name, filters=count, kernel_size=(1, 1))


def dense_recipe(epochs: int = 10, learning_rate: float = 0.003) -> Recipe:
    """Adam on a falling rate, small batches: every picture is a thousand answers."""
    return Recipe((Stage(epochs=epochs, batch_size=32, learning_rate=learning_rate, schedule="cosine"),))
