"""A cloud whose two features go together: what whitening is for."""

from __future__ import annotations

import numpy as np

from runtime.data.dataset import Dataset, DatasetInfo, Split
from runtime.data.naming import Option, Reference
from runtime.data.registry import PLANE, Family, dataset
from runtime.data.sets.points import CLASSES, COUNT, HALF, halves
from runtime.randomness import generator

CENTRE = np.array([2.0, 1.0])
DEVIATIONS = np.array([2.0, 1.0])


@dataset
class Correlated(Family):
    """500 points of one Gaussian; their class is the side of the cloud's long axis on which they lie."""

    name = "correlated"
    group = PLANE
    options = (
        Option("correlation", 90, -99, 99, "How much the two features go together, in percent."),
        Option("seed", 0, 0, 2**31 - 1, "Draws the points."),
    )

    def describe(self, reference: Reference) -> DatasetInfo:
        return DatasetInfo(
            name=reference.name,
            title="A slanted cloud, for whitening",
            sample_shape=(2,),
            classes=CLASSES,
            target_shape=(),
            train_size=HALF,
            validation_size=HALF,
            test_size=HALF,
            help="One slanted cloud, cut in two classes along its long axis: Whitening makes it round, and easy.",
            source="Formula",
            licence="Generated: free of any",
        )

    def load(self, reference: Reference, seed: int) -> Dataset:
        correlation = reference.options["correlation"] / 100
        covariance = np.outer(DEVIATIONS, DEVIATIONS) * np.array([[1, correlation], [correlation, 1]])
        random = generator(reference.options["seed"], "points", self.name)
        # by Cholesky's factor, and centred exactly: NumPy's own multivariate draw goes through an eigenbasis, whose signs vary
        away = random.normal(size=(COUNT, 2)) @ np.linalg.cholesky(covariance).T
        short = np.linalg.eigh(covariance)[1][:, 0]
        short = short * np.sign(short[1])  # +1 is above the axis, everywhere
        labels = (away @ short > 0).astype(np.int64)
        whole = Split((CENTRE + away).astype(np.float32), labels)
        ranked = np.argsort(labels, kind="stable")
        return halves(self.describe(reference), whole, ranked, reference.options["seed"], self.name)
