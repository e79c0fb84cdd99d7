"""Short films of one drifting dot, to be told apart by where it drifts: no single picture of one says it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from runtime.data.dataset import Dataset, DatasetInfo, Floats, Split, assemble
from runtime.data.naming import Option, Reference
from runtime.data.registry import PICTURES, Family, dataset
from runtime.randomness import generator

#: Rows and columns that the dot goes on from one picture to the next, by class. Rows grow downward.
DIRECTIONS = {
    "up": (-1, 0), "up right": (-1, 1), "right": (0, 1), "down right": (1, 1), "down": (1, 0), "down left": (1, -1),
    "left": (0, -1), "up left": (-1, -1),
}  # fmt: skip
SIDE, LENGTH, SPREAD = 16, 6, 1.5


def film(random: np.random.Generator, way: tuple[int, int], noise: float) -> Floats:
    """LENGTH pictures of a soft dot that begins anywhere and comes in again where it leaves, with noise on them."""
    when, row, column = np.mgrid[:LENGTH, :SIDE, :SIDE]
    start = random.integers(0, SIDE, 2)
    away = [
        (place - begun - step * when + SIDE / 2) % SIDE - SIDE / 2
        for place, begun, step in zip((row, column), start, way, strict=True)
    ]
    dot = np.exp(-(away[0] ** 2 + away[1] ** 2) / (2 * SPREAD**2)) * random.uniform(0.6, 1.0)
<<<<<<< HEAD
    shown: Floats = np.clip(dot + random.normal(0, noise, dot.shape), 0, 1).astype(np.float32)
    return shown
=======
    return np.asarray(np.clip(dot + random.normal(0, noise, dot.shape), 0, 1), np.float32)
>>>>>>> classics


@dataset
class Films(Family):
    """Balanced by chance alone; a fifth of `count` more films are the test."""

    name = "films"
    group = PICTURES
    options = (
        Option("count", 2000, 100, 100_000, "Films to train on and to validate with; a fifth as many more test."),
        Option("noise", 15, 0, 100, "Standard deviation of the noise, in percent of white."),
        Option("seed", 0, 0, 2**31 - 1, "Draws the films."),
    )

    def describe(self, reference: Reference) -> DatasetInfo:
        count = reference.options["count"]
        return DatasetInfo(
            name=reference.name,
            title="Films of a drifting dot",
            sample_shape=(1, LENGTH, SIDE, SIDE),
            classes=tuple(DIRECTIONS),
            target_shape=(),
            train_size=count - count // 10,
            validation_size=count // 10,
            test_size=count // 5,
            help="Six pictures of a dot that drifts one of eight ways: a volume of time, height and width.",
            source="Formula",
            licence="Generated: free of any",
        )

    def load(self, reference: Reference, seed: int) -> Dataset:
        info = self.describe(reference)
        sizes = {"train": info.train_size, "held": info.validation_size, "test": info.test_size}
        return assemble(info, *(self._drawn(reference, part, size or 0) for part, size in sizes.items()))

    def _drawn(self, reference: Reference, part: str, count: int) -> Split:
        random = generator(reference.options["seed"], "films", part)
        labels: npt.NDArray[np.int64] = random.integers(0, len(DIRECTIONS), count)
        ways = list(DIRECTIONS.values())
        films = [film(random, ways[label], reference.options["noise"] / 100) for label in labels]
        return Split(np.stack(films)[:, None], labels)
