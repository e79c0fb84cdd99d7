"""The 2-D sets of the TensorFlow Playground: 500 points in the plane, drawn from formulas.

Odd points train, even ones are validation and test at once: neighbours on a spiral fall on different sides, so the
held-out points lie between training points, where a random half would leave gaps that no network can guess.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from runtime.data.dataset import Dataset, DatasetInfo, Split, assemble
from runtime.data.naming import Option, Reference
from runtime.data.registry import PLANE, Family, register
from runtime.randomness import generator

Array = npt.NDArray[np.float64]
Draw = Callable[[np.random.Generator, float], tuple[Array, Array]]

COUNT = 500
HALF = COUNT // 2
RADIUS = 6.0
CLASSES = ("−1", "+1")
OPTIONS = (
    Option("noise", 0, 0, 50, "How far points or labels are disturbed, in percent."),
    Option("seed", 0, 0, 2**31 - 1, "Draws the points."),
)


class Points(Family):
    """One set. `draw(random, noise)` gives points (500, 2) and values (500,): ±1, or numbers of about that size."""

    group = PLANE
    options = OPTIONS

    def __init__(self, name: str, title: str, help: str, classes: tuple[str, ...], draw: Draw) -> None:
        self.name, self.title, self.help, self.classes, self.draw = name, title, help, classes, draw

    def describe(self, reference: Reference) -> DatasetInfo:
        return DatasetInfo(
            name=reference.name,
            title=self.title,
            sample_shape=(2,),
            classes=self.classes,
            target_shape=() if self.classes else (1,),
            train_size=HALF,
            validation_size=HALF,
            test_size=HALF,
            help=self.help,
            source="Formula, after the TensorFlow Playground by Daniel Smilkov and Shan Carter",
            licence="Generated: free of any",
        )

    def load(self, reference: Reference, seed: int) -> Dataset:
        random = generator(reference.options["seed"], "points", self.name)
        points, values = self.draw(random, reference.options["noise"] / 100)
        whole = Split(points.astype(np.float32), self._labels(values))
        # by class first, so that every other point means every other one of each class, noise or not
        ranked = np.argsort(values > 0, kind="stable") if self.classes else np.arange(COUNT)
        return halves(self.describe(reference), whole, ranked, reference.options["seed"], self.name)

    def _labels(self, values: Array) -> npt.NDArray[Any]:
        return (values > 0).astype(np.int64) if self.classes else values[:, None].astype(np.float32)


def halves(info: DatasetInfo, whole: Split, ranked: npt.NDArray[Any], seed: int, name: str) -> Dataset:
    """Of the samples in the order `ranked`, odd ones train, and even ones are validation and test at once."""
    # mixed: a rule that takes samples as they come (the perceptron's) would see one class after the other
    mixed = generator(seed, "points", name, "order").permutation(np.sort(ranked[1::2]))
    held = whole.take(np.sort(ranked[0::2]))
    return assemble(info, whole.take(mixed), held, held)


def points(name: str, title: str, help: str, classes: tuple[str, ...] = CLASSES) -> Callable[[Draw], Draw]:
    """Decorator: the function draws the set called `name`; `classes` () means regression."""

    def decorate(draw: Draw) -> Draw:
        register(Points(name, title, help, classes, draw))
        return draw

    return decorate


def _polar(radius: Array, angle: Array) -> Array:
    return np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)


def _shaken(random: np.random.Generator, points: Array, reach: float, noise: float) -> Array:
    """Points (N, 2) moved by up to `reach`·`noise` either way. Drawn at no noise too, so noise changes nothing else."""
    return points + random.uniform(-reach, reach, points.shape) * noise


@points("circle", "A disc inside a ring", "One class inside, the other around it. Noise mislabels points near the border.")
def circle(random: np.random.Generator, noise: float) -> tuple[Array, Array]:
    """Disc of radius 2.5; ring from 3.5 to 5."""
    radius = np.concatenate([random.uniform(0, 2.5, HALF), random.uniform(3.5, 5, HALF)])
    xy = _polar(radius, random.uniform(0, 2 * np.pi, COUNT))
    inside = np.linalg.norm(_shaken(random, xy, 5, noise), axis=1) < 2.5
    # between 2.5 and 3.5 lies nothing, so without noise the border is where the disc ends
    return xy, np.where(inside, 1.0, -1.0)


@points("xor", "Exclusive or, by quadrants", "Opposite quadrants share a class. Noise mislabels points near the axes.")
def xor(random: np.random.Generator, noise: float) -> tuple[Array, Array]:
    """125 points a quadrant, kept 0.3 off the axes."""
    signs = np.repeat([[1, 1], [-1, -1], [1, -1], [-1, 1]], COUNT // 4, axis=0)
    xy = signs * random.uniform(0.3, 5.3, (COUNT, 2))
    return xy, np.where(_shaken(random, xy, 5, noise).prod(axis=1) >= 0, 1.0, -1.0)


@points("gauss", "Two clouds", "Two clouds. Noise widens them, from a variance of 0.5 to 4 at 50 %.")
def gauss(random: np.random.Generator, noise: float) -> tuple[Array, Array]:
    """Clouds around (2, 2) and (−2, −2)."""
    values = np.repeat([1.0, -1.0], HALF)
    return 2 * values[:, None] + random.normal(size=(COUNT, 2)) * np.sqrt(0.5 + 7 * noise), values


@points("spiral", "Two arms wound around each other", "A class an arm, 250 points each. Noise shakes the points.")
def spiral(random: np.random.Generator, noise: float) -> tuple[Array, Array]:
    """Radius from 0 to 5 over 1.75 turns; the second arm is the first turned by half a turn."""
    along = np.arange(HALF) / HALF
    turn = 2 * np.pi * 1.75 * along
    xy = np.concatenate([_polar(5 * along, turn), _polar(5 * along, turn + np.pi)])
    return _shaken(random, xy, 1, noise), np.repeat([1.0, -1.0], HALF)


@points("plane", "A slanted plane, to be predicted", "Predict (x + y) / 10. Noise disturbs the targets.", classes=())
def plane(random: np.random.Generator, noise: float) -> tuple[Array, Array]:
    """Uniform over the square of half-width 6."""
    xy = random.uniform(-RADIUS, RADIUS, (COUNT, 2))
    return xy, _shaken(random, xy, RADIUS, noise).sum(axis=1) / 10


HILLS = np.array([[-4, 2.5, 1], [0, 2.5, -1], [4, 2.5, 1], [-4, -2.5, -1], [0, -2.5, 1], [4, -2.5, -1]])  # x, y, sign


@points("multi-gauss", "Hills and hollows, to be predicted", "Predict the height of three hills and three hollows.", classes=())
def multi_gauss(random: np.random.Generator, noise: float) -> tuple[Array, Array]:
    """Each centre is a cone of height ±1 and radius 2; where two meet, the higher in size counts."""
    xy = random.uniform(-RADIUS, RADIUS, (COUNT, 2))
    away = np.linalg.norm(_shaken(random, xy, RADIUS, noise)[:, None] - HILLS[:, :2], axis=2)
    heights = HILLS[:, 2] * np.clip(1 - away / 2, 0, 1)
    return xy, heights[np.arange(COUNT), np.abs(heights).argmax(axis=1)]
