"""The lecture's temperatures: three days, and the day after them."""

from __future__ import annotations

import numpy as np

from runtime.data.dataset import Dataset, DatasetInfo, Floats, Split, assemble, unsplit
from runtime.data.naming import Option, Reference
from runtime.data.registry import LESSONS, Family, dataset
from runtime.errors import DataError
from runtime.randomness import generator

LECTURE = np.array([73.8, 75.8, 78.2, 80.8], np.float32)  # degrees Fahrenheit
DAYS = 3
FEWEST = 20  # of which two days are held out, and two more
TENTHS = 8, 1  # of the days: training, validation; the rest is the test


def sizes(days: int) -> tuple[int, int, int]:
    """(training, validation, test) samples of a series of so many samples."""
    training, validation = (days * tenths // 10 for tenths in TENTHS)
    return training, validation, days - training - validation


def series(days: int, seed: int) -> Floats:
    """So many days' temperatures: a year's wave of ±12° around 62°, and weather that forgets a third of itself a day."""
    random = generator(seed, "temperature")
    weather = np.zeros(days)
    for day, change in enumerate(random.normal(0, 2.5, days)):
        weather[day] = (2 / 3) * weather[day - 1] + change if day else change
    return (62 - 12 * np.cos(2 * np.pi * np.arange(days) / 365) + weather).astype(np.float32)


@dataset
class Temperature(Family):
    """One sample as the lecture has it, or a generated series, split in time: the past trains, the future tests."""

    name = "temperature"
    group = LESSONS
    options = (
        Option("days", 0, 0, 100_000, f"Samples of a generated series, {FEWEST} or more; 0 is the lecture's one sample."),
        Option("seed", 0, 0, 2**31 - 1, "Draws the series."),
    )

    def describe(self, reference: Reference) -> DatasetInfo:
        training, validation, test = self._sizes(reference)
        return DatasetInfo(
            name=reference.name,
            title="Tomorrow’s temperature",
            sample_shape=(DAYS,),
            classes=(),
            target_shape=(1,),
            train_size=training,
            validation_size=validation,
            test_size=test,
            help="Predict a day’s temperature from the three days before it: 73.8, 75.8, 78.2 → 80.8.",
            source="The lecture’s example (deck 003); the series: a formula",
            licence="Generated: free of any",
        )

    def _sizes(self, reference: Reference) -> tuple[int, int, int]:
        days = reference.options["days"]
        if 0 < days < FEWEST:
            raise DataError(f"Dataset ‘temperature’: days is ‘{days}’, and it takes 0, or a whole number from {FEWEST} on.")
        return sizes(days) if days else (1, 1, 1)

    def load(self, reference: Reference, seed: int) -> Dataset:
        info = self.describe(reference)
        if not reference.options["days"]:
            return unsplit(info, Split(LECTURE[None, :DAYS].copy(), LECTURE[None, DAYS:].copy()))
        training, validation, test = self._sizes(reference)
        found = series(training + validation + test + DAYS, reference.options["seed"])
        windows = np.lib.stride_tricks.sliding_window_view(found, DAYS + 1).copy()
        parts = np.split(windows, [training, training + validation])
        return assemble(info, *(Split(part[:, :DAYS].copy(), part[:, DAYS:].copy()) for part in parts))
