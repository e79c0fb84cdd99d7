"""Discs, squares and triangles on noise, and the class of every pixel: a set to learn segmentation on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from runtime.data.dataset import Dataset, DatasetInfo, Floats, Split, assemble
from runtime.data.naming import Option, Reference
from runtime.data.registry import PICTURES, Family, dataset
from runtime.errors import DataError, counted
from runtime.randomness import generator

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
CLASSES = ("background", "disc", "square", "triangle")
LIMIT = 2 << 30  # bytes of pictures and labels
MOST = 4  # shapes in a picture


def disc(x: Array, y: Array) -> Mask:
    return np.asarray(x * x + y * y <= 1)


def square(x: Array, y: Array) -> Mask:
    return np.asarray(np.maximum(np.abs(x), np.abs(y)) <= 0.87)


def triangle(x: Array, y: Array) -> Mask:
    """Equilateral, its top at (0, −1.1): y grows downward, as rows do."""
    return np.asarray((y <= 0.7) & (y >= -1.1 + np.sqrt(3) * np.abs(x)))


FORMS: tuple[Callable[[Array, Array], Mask], ...] = (disc, square, triangle)


def picture(random: np.random.Generator, size: int, channels: int, noise: float) -> tuple[Floats, npt.NDArray[np.int64]]:
    """One picture (channels, size, size) and its labels (size, size). Later shapes cover earlier ones."""
    labels = np.zeros((size, size), np.int64)
    image = np.full((channels, size, size), random.uniform(0.2, 0.5), np.float64)
    rows, columns = np.mgrid[:size, :size] + 0.5
    for _ in range(random.integers(1, MOST + 1)):
        form = int(random.integers(len(FORMS)))
        radius = size * random.uniform(0.14, 0.28)
        x, y, turn = *random.uniform(radius, size - radius, 2), random.uniform(-0.4, 0.4)
        across, down = (columns - x) / radius, (rows - y) / radius
        inside = FORMS[form](across * np.cos(turn) + down * np.sin(turn), down * np.cos(turn) - across * np.sin(turn))
        image[:, inside] = random.uniform(0.55, 1.0, (channels, 1))
        labels[inside] = form + 1
    image += random.normal(0, 1, image.shape) * noise
    return np.clip(image, 0, 1).astype(np.float32), labels


@dataset
class Shapes(Family):
    """Up to four shapes a picture, of any size, place and grey, slightly turned; a fifth of `count` more are the test."""

    name = "shapes"
    group = PICTURES
    options = (
        Option("size", 32, 8, 512, "Width and height of the pictures."),
        Option("count", 1000, 10, 100_000, "Pictures to train on and to validate with; a fifth as many more test."),
        Option("noise", 10, 0, 100, "Standard deviation of the noise, in percent of white."),
        Option("colour", 0, 0, 1, "1: red, green and blue; 0: grey."),
        Option("seed", 0, 0, 2**31 - 1, "Draws the pictures."),
    )

    def describe(self, reference: Reference) -> DatasetInfo:
        size, count, channels = reference.options["size"], reference.options["count"], 1 + 2 * reference.options["colour"]
        room = (count + count // 5) * size * size * (4 * channels + 8)
        if room > LIMIT:
            found = f"{counted(count + count // 5, 'picture')} of {size}×{size} take {room / 2**30:.1f} GiB"
            raise DataError(f"Dataset ‘shapes’: {found}, more than the {LIMIT >> 30} GiB allowed: make fewer or smaller ones.")
        return DatasetInfo(
            name=reference.name,
            title="Discs, squares, triangles: a class a pixel",
            sample_shape=(channels, size, size),
            classes=CLASSES,
            target_shape=(size, size),
            train_size=count - count // 10,
            validation_size=count // 10,
            test_size=count // 5,
            help="Discs, squares and triangles on noise; the label is a class for every pixel.",
            source="Formula",
            licence="Generated: free of any",
        )

    def load(self, reference: Reference, seed: int) -> Dataset:
        info = self.describe(reference)
        sizes = (info.train_size, info.validation_size, info.test_size)
        splits = (self._drawn(reference, part, size or 0) for part, size in zip(("train", "held", "test"), sizes, strict=True))
        return assemble(info, *splits)

    def _drawn(self, reference: Reference, part: str, count: int) -> Split:
        size, channels, noise = reference.options["size"], 1 + 2 * reference.options["colour"], reference.options["noise"]
        random = generator(reference.options["seed"], "shapes", part)
        samples, labels = np.empty((count, channels, size, size), np.float32), np.empty((count, size, size), np.int64)
        for i in range(count):
            samples[i], labels[i] = picture(random, size, channels, noise / 100)
        return Split(samples, labels)
