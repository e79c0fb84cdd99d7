"""Pictures of ImageNet's size and number of classes, for a first step of the large classics. They show nothing."""

from __future__ import annotations

import numpy as np

from runtime.data.dataset import Dataset, DatasetInfo, Split, assemble
from runtime.data.naming import Option, Reference
from runtime.data.registry import PICTURES, Family, dataset
from runtime.randomness import generator

CLASSES = tuple(f"class {number}" for number in range(1000))


@dataset
class SyntheticImageNet(Family):
    """Noise. Every split has its own; validation and test have an eighth of the training pictures each."""

    name = "synthetic-imagenet"
    group = PICTURES
    options = (
        Option("size", 224, 32, 512, "Width and height: VGG, GoogLeNet and ResNet take 224, AlexNet 227."),
        Option("count", 64, 8, 512, "Pictures to train on; an eighth as many validate, and test."),
        Option("seed", 0, 0, 2**31 - 1, "Draws the pictures and their classes."),
    )

    def describe(self, reference: Reference) -> DatasetInfo:
        size, count = reference.options["size"], reference.options["count"]
        return DatasetInfo(
            name=reference.name,
            title="Noise of ImageNet’s size, 1,000 classes",
            sample_shape=(3, size, size),
            classes=CLASSES,
            target_shape=(),
            train_size=count,
            validation_size=count // 8,
            test_size=count // 8,
            help="Noise in ImageNet’s shape, with 1,000 classes: for the cost of a step, not for learning.",
            source="Random numbers",
            licence="Generated: free of any",
        )

    def load(self, reference: Reference, seed: int) -> Dataset:
        info, drawn = self.describe(reference), reference.options["seed"]

        def split(part: str, count: int | None) -> Split:
            random = generator(drawn, "synthetic-imagenet", part)
            labels = random.integers(0, len(CLASSES), count or 0)
            return Split(random.random((count or 0, *info.sample_shape), np.float32), labels.astype(np.int64))

        return assemble(
            info, split("train", info.train_size), split("held", info.validation_size), split("test", info.test_size)
        )
