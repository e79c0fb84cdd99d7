"""The samples of the lectures' worked networks, to be followed with a pencil."""

from __future__ import annotations

import numpy as np

from runtime.data.dataset import Dataset, DatasetInfo, Split, unsplit
from runtime.data.naming import Reference
from runtime.data.registry import LESSONS, Family, register

Rows = tuple[tuple[float, ...], ...]


class Worked(Family):
    """A few samples and their targets, row by row. Training, validation and test are all of them."""

    group = LESSONS

    def __init__(self, name: str, title: str, help: str, source: str, samples: Rows, targets: Rows) -> None:
        self.name, self.title, self.help, self.source = name, title, help, source
        self.samples, self.targets = samples, targets

    def describe(self, reference: Reference) -> DatasetInfo:
        count = len(self.samples)
        return DatasetInfo(
            name=reference.name,
            title=self.title,
            sample_shape=(len(self.samples[0]),),
            classes=(),
            target_shape=(len(self.targets[0]),),
            train_size=count,
            validation_size=count,
            test_size=count,
            help=self.help,
            source=self.source,
            licence="Bare numbers: free of any",
        )

    def load(self, reference: Reference, seed: int) -> Dataset:
        split = Split(np.array(self.samples, np.float32), np.array(self.targets, np.float32))
        return unsplit(self.describe(reference), split)


register(
    Worked(
        "mazur", "Mazur’s example", "One sample, 0.05 and 0.10, whose targets are 0.01 and 0.99 (the slide’s 0.09 is a slip).",
        "Matt Mazur, A Step by Step Backpropagation Example, 2015", ((0.05, 0.10),), ((0.01, 0.99),),
    )
)  # fmt: skip
register(
    Worked(
        "lee", "Lee’s example", "The samples (1, −1) and (0, 0); the targets are what the lecture’s network gives for them.",
        "Hung-yi Lee, Deep Learning Tutorial, 2016", ((1.0, -1.0), (0.0, 0.0)), ((0.6177, 0.8291), (0.5118, 0.8544)),
    )
)  # fmt: skip
