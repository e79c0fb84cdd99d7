"""Datasets, splits, batches, and samples from files. See DESIGN: Splits, Preprocessing, Batches.

`describe("spiral:noise=10")` answers at once and loads nothing; `load("digits", seed=1).train.samples` is float32
(7200, 1, 28, 28); `batches(7200, 64, seed=1, epoch=1)` are the index arrays of one epoch.
"""

from runtime.data.batches import batches, order
from runtime.data.dataset import Dataset, DatasetInfo, Split
from runtime.data.files import read_samples
from runtime.data.registry import catalogue, describe, grouped, load, names, parse, recalled, remembered

__all__ = [
    "Dataset",
    "DatasetInfo",
    "Split",
    "batches",
    "catalogue",
    "describe",
    "grouped",
    "load",
    "names",
    "order",
    "parse",
    "read_samples",
    "recalled",
    "remembered",
]
