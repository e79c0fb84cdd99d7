"""The handwritten digits that come with Netwright."""

from __future__ import annotations

import hashlib
import io

import numpy as np

from resources import datasets
from runtime.data.bytes import Bytes
from runtime.data.dataset import Dataset, DatasetInfo, with_validation
from runtime.data.naming import Reference
from runtime.data.registry import Family, dataset
from runtime.errors import DataError

FILE = "digits.npz"
SHA256 = "107daf11abb7f38d9d5f9e18217b2cf59e0040c7c67bcdd596c9ccf8fc06e39d"
CLASSES = tuple("0123456789")


@dataset
class Digits(Family):
    """Every seventh digit of MNIST, so that a first network trains at once, offline."""

    name = "digits"

    def describe(self, reference: Reference) -> DatasetInfo:
        return DatasetInfo(
            name=reference.name,
            title="Handwritten digits (10,000)",
            sample_shape=(1, 28, 28),
            classes=CLASSES,
            target_shape=(),
            train_size=7_200,
            validation_size=800,
            test_size=2_000,
            help="Grey pictures of handwritten digits, white on black: 8,000 training and 2,000 test images of MNIST.",
            source="MNIST, by Yann LeCun, Corinna Cortes and Christopher J. C. Burges",
            licence="CC BY-SA 3.0",
        )

    def load(self, reference: Reference, seed: int) -> Dataset:
        data = datasets.read(FILE)
        if hashlib.sha256(data).hexdigest() != SHA256:
            raise DataError(f"Dataset ‘digits’: its file {FILE} is damaged: install Netwright again.")
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            training = Bytes(arrays["train_samples"], arrays["train_labels"])
            test = Bytes(arrays["test_samples"], arrays["test_labels"]).split()
        return with_validation(self.describe(reference), training, test, seed)
