"""Functions of one variable, to be learnt from points on them: evenly spaced, odd ones train, even ones are held out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from runtime.data.dataset import Dataset, DatasetInfo, Split
from runtime.data.naming import Option, Reference
from runtime.data.registry import Family, register
from runtime.data.sets.points import halves
from runtime.randomness import generator

Array = npt.NDArray[np.float64]
OPTIONS = (
    Option("count", 200, 4, 100_000, "How many points; half of them train."),
    Option("noise", 0, 0, 100, "Standard deviation of what is added to the targets, in hundredths."),
    Option("seed", 0, 0, 2**31 - 1, "Draws the noise, and the order of the training points."),
)


class Function(Family):
    """y = f(x) for x from `low` to `high`."""

    group = "Functions of one variable"
    options = OPTIONS

    def __init__(self, name: str, title: str, reach: float, f: Callable[[Array], Array]) -> None:
        self.name, self.title, self.reach, self.f = name, title, reach, f

    def describe(self, reference: Reference) -> DatasetInfo:
        count = reference.options["count"]
        reach = "π" if self.reach == np.pi else f"{self.reach:g}"
        return DatasetInfo(
            name=reference.name,
            title=self.title,
            sample_shape=(1,),
            classes=(),
            target_shape=(1,),
            train_size=count // 2,
            validation_size=count - count // 2,
            test_size=count - count // 2,
            help=f"Predict y from x, for x from −{reach} to {reach}.",
            source="Formula",
            licence="Generated: free of any",
        )

    def load(self, reference: Reference, seed: int) -> Dataset:
        count, noise = reference.options["count"], reference.options["noise"] / 100
        x = np.linspace(-self.reach, self.reach, count)
        y = self.f(x) + noise * generator(reference.options["seed"], "function", self.name).normal(size=count)
        whole = Split(x[:, None].astype(np.float32), y[:, None].astype(np.float32))
        return halves(self.describe(reference), whole, np.arange(count), reference.options["seed"], self.name)


register(Function("sine", "Sine: y = sin x", np.pi, np.sin))
register(Function("sine-7x", "Fast sine: y = sin 7x", 1.0, lambda x: np.sin(7 * x)))
register(Function("step", "Step: y = 1 from 0 on, else 0", 1.0, lambda x: (x >= 0).astype(float)))
register(Function("bump", "Bump: y = 1 between −0.3 and 0.3, else 0", 1.0, lambda x: (np.abs(x) < 0.3).astype(float)))
register(Function("square", "Square: y = x²", 1.0, np.square))
register(Function("abs", "Absolute value: y = |x|", 1.0, np.abs))
