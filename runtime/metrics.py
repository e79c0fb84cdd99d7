"""How good an output is: correct answers and confusion matrices, by the way an answer is read off the output.

A *decision* is ``argmax`` (the largest of several outputs), ``threshold`` (one probability, class 1 above 0.5),
``sign`` (one number, class 1 above 0) or ``none`` (regression: there is no right or wrong).
"""

from __future__ import annotations

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
    """The class that each output stands for, int64, of the output's shape without its last axis. ``none`` is a
    ValueError."""
    if how == "argmax":
        return np.asarray(output.argmax(axis=-1))
    if how not in CUT:
        raise ValueError(f"‘{how}’ decides nothing")
    return (output > CUT[how]).astype(np.int64)


def correct(output: Array, labels: Array, how: str) -> int:
    """How many of `labels` the output has right. One output may come as (N, 1) or (N,); labels ±1 count as classes 1
    and 0."""
    if how == "none":
        return 0
    if how == "argmax":
        return int(np.count_nonzero(output.argmax(axis=-1).ravel() == labels.ravel()))
    return int(np.count_nonzero((output > CUT[how]).ravel() == (labels > 0).ravel()))


def confusion(output: Array, labels: Array, how: str, classes: int) -> Array:
    """Counts int64 (classes, classes): row the true class, column the answer."""
    truth = labels if how == "argmax" else labels > 0
    pairs = truth.reshape(-1).astype(np.int64) * classes + answers(output, how).reshape(-1)
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)
