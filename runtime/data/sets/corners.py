"""The four corners of a square, each a sample: AND, OR and exclusive or, as the lectures draw them."""

from __future__ import annotations

import numpy as np

from runtime.data.dataset import Dataset, DatasetInfo, Split, unsplit
from runtime.data.naming import Option, Reference
from runtime.data.registry import LESSONS, Family, register

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
OPTIONS = (Option("signed", 0, 0, 1, "1: the inputs are −1 and +1; 0: they are 0 and 1."),)


class Corners(Family):
    """One truth table: `truth` is the class of 00, 01, 10 and 11. Training, validation and test are all the four."""

    group = LESSONS
    options = OPTIONS

    def __init__(self, name: str, title: str, help: str, truth: tuple[int, int, int, int]) -> None:
        self.name, self.title, self.help, self.truth = name, title, help, truth

    def describe(self, reference: Reference) -> DatasetInfo:
        return DatasetInfo(
            name=reference.name,
            title=self.title,
            sample_shape=(2,),
            classes=("0", "1"),
            target_shape=(),
            train_size=4,
            validation_size=4,
            test_size=4,
            help=self.help,
            source="Truth table; as a task for a perceptron: Minsky and Papert, Perceptrons, 1969",
            licence="Generated: free of any",
        )

    def load(self, reference: Reference, seed: int) -> Dataset:
        samples = 2 * CORNERS - 1 if reference.options["signed"] else CORNERS.copy()
        return unsplit(self.describe(reference), Split(samples, np.array(self.truth, np.int64)))


register(Corners("and", "AND of two inputs", "1 where both inputs are: one line tells the classes apart.", (0, 0, 0, 1)))
register(Corners("or", "OR of two inputs", "1 where any input is: one line tells the classes apart.", (0, 1, 1, 1)))
register(
    Corners("xor-corners", "Exclusive or of two inputs", "1 where the inputs differ: no line tells them apart.", (0, 1, 1, 0))
)
