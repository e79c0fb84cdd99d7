"""How good an output is: right answers, the classes they are taken for, and how far numbers are from their targets.

A *decision* is ``argmax`` (the largest of several outputs), ``threshold`` (one probability, class 1 above 0.5),
``sign`` (one number, class 1 above 0) or ``none`` (regression: there is no right or wrong).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from runtime.graph import Array

DECISIONS = ("argmax", "threshold", "sign", "none")
#: Above this, one output means class 1.
CUT = {"threshold": 0.5, "sign": 0.0}


def decision(labels: Array, outputs: int) -> str:
    """The decision that fits `labels` and the number of outputs per label.

    Class indices with several outputs: argmax; 0 and 1 with one output: threshold; −1 and +1: sign; anything else:
    none.
    """
    if labels.dtype.kind in "iub" and outputs > 1:
        return "argmax"
    if outputs != 1 or not labels.size:
        return "none"
    found = set(np.unique(labels).tolist())
    if found <= {0, 1}:
        return "threshold"
    return "sign" if found <= {-1, 1} else "none"


def answers(output: Array, how: str) -> Array:
    """The class that each output stands for, int64, of the output's shape without the axis of the classes. ``none`` is
    a ValueError."""
    if how == "argmax":
        return np.asarray(_classes_last(output).argmax(axis=-1))
    if how not in CUT:
        raise ValueError(f"‘{how}’ decides nothing")
    return (output > CUT[how]).astype(np.int64)


def _classes_last(output: Array) -> Array:
    """Outputs with their classes in the last axis, as vectors and sequences have them; maps have them in axis 1."""
    return np.moveaxis(output, 1, -1) if output.ndim > 3 else output


def correct(output: Array, labels: Array, how: str) -> int:
    """How many of `labels` the output has right. One output may come as (N, 1) or (N,); labels ±1 count as classes 1
    and 0."""
    if how == "none":
        return 0
    if how == "argmax":
        return int(np.count_nonzero(answers(output, how).ravel() == labels.ravel()))
    return int(np.count_nonzero((output > CUT[how]).ravel() == (labels > 0).ravel()))


def confusion(output: Array, labels: Array, how: str, classes: int) -> Array:
    """Counts int64 (classes, classes): row the true class, column the answer."""
    truth = labels if how == "argmax" else labels > 0
    pairs = truth.reshape(-1).astype(np.int64) * classes + answers(output, how).reshape(-1)
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


def correct_within(output: Array, labels: Array, k: int) -> int:
    """How many of `labels` are among the `k` largest of their outputs. Of equal outputs the first counts as larger."""
    last = _classes_last(output)
    rows, truth = last.reshape(-1, last.shape[-1]), labels.reshape(-1)
    best = np.argsort(-rows, axis=1, kind="stable")[:, :k]
    return int(np.count_nonzero(best == truth[:, None]))


def precision(counts: Array) -> list[float | None]:
    """Of what was taken for a class, the share that was of it; None for a class that was never the answer."""
    return _shares(counts, counts.sum(axis=0))


def recall(counts: Array) -> list[float | None]:
    """Of what was of a class, the share that was taken for it; None for a class that never occurs."""
    return _shares(counts, counts.sum(axis=1))


def _shares(counts: Array, of: Array) -> list[float | None]:
    return [float(right / n) if n else None for right, n in zip(np.diag(counts), of, strict=True)]


#: The k of top-k, where there are more classes than that.
K = 5


@dataclass
class Answers:
    """Right and wrong over many parts of a split: a confusion matrix, and how often the truth was among the best five."""

    decision: str
    classes: int
    counts: Array = field(init=False)
    near: int = 0

    def __post_init__(self) -> None:
        self.counts = np.zeros((self.classes, self.classes), np.int64)

    def add(self, output: Array, labels: Array) -> None:
        self.counts = self.counts + confusion(output, labels, self.decision, self.classes)
        if self._ranked:
            self.near += correct_within(output, labels, K)

    @property
    def _ranked(self) -> bool:
        return self.decision == "argmax" and self.classes > K

    def result(self) -> dict[str, Any]:
        """``accuracy``, ``error``, ``top_5`` (0 to 1; None with few classes), ``confusion`` (a row a true class),
        ``precision`` and ``recall`` by class."""
        total, right = max(1, int(self.counts.sum())), int(np.trace(self.counts))
        return {
            "accuracy": right / total, "error": (total - right) / total, "top_5": self.near / total if self._ranked else None,
            "confusion": self.counts.tolist(), "precision": precision(self.counts), "recall": recall(self.counts),
        }  # fmt: skip


@dataclass
class Distances:
    """How far outputs are from their targets, summed in float64 over many parts of a split."""

    count: int = 0
    absolute: float = 0.0
    squared: float = 0.0
    _shift: Array | None = None
    _targets: Array | float = 0.0
    _squares: Array | float = 0.0
    _rows: int = 0

    def add(self, output: Array, target: Array) -> None:
        """A part: (n, …) both. Squares are taken around the first part's mean, which keeps their digits."""
        rows = target.reshape(len(target), -1).astype(np.float64)
        distance = output.reshape(rows.shape) - rows
        self.count += distance.size
        self.absolute += float(np.abs(distance).sum())
        self.squared += float(np.square(distance).sum())
        self._shift = rows.mean(axis=0) if self._shift is None else self._shift
        self._targets = self._targets + (rows - self._shift).sum(axis=0)
        self._squares = self._squares + np.square(rows - self._shift).sum(axis=0)
        self._rows += len(rows)

    def result(self) -> dict[str, Any]:
        """``mae``, the mean absolute error; ``r2`` = 1 − Σ(y−t)² / Σ(t−t̄)², 1 for a perfect fit, 0 for the mean's; None
        where the targets never change."""
        spread = float(np.sum(self._squares - np.square(self._targets) / max(1, self._rows)))
        r2 = 1.0 - self.squared / spread if spread > 0 else None
        return {"mae": self.absolute / max(1, self.count), "r2": r2}
