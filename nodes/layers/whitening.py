"""Whitening."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod
from typing import ClassVar

import numpy as np

from nodes.layer import ANY, Layer, LayerError, Trial, layer, sample_shape, setting
from nodes.shapes import sides
from runtime.graph import Array, Graph, Value

#: More numbers per sample than this, and the covariance alone would take more than 128 MiB.
LARGEST = 4096
#: A direction with less than this share of the largest variance is taken for one in which the data do not vary.
LEAST = 1e-10


@layer(
    "Whitening", category="Normalise & regularise", formula="y = (x − μ) U (Λ + ε)^−½, for ZCA · Uᵀ", accepts=ANY,
    short="whiten", synonyms=("PCA", "ZCA", "decorrelate", "principal components", "sphering"),
)
class Whitening(Layer):
    """Makes the numbers of a sample uncorrelated, each of variance 1. Measured once, on the training data.

    μ is the mean of the samples (each flattened to d numbers), U Λ Uᵀ their covariance. PCA turns a sample into its principal
    components, the strongest first; ZCA turns it back, so that a picture stays a picture with its edges raised.
    Shapes: PCA (N, …) → (N, k); ZCA unchanged. k is d, or as many components as are kept. Fitted (zeros before), never
    trained: mean (d), matrix (d, k) or (d, d). Directions without variance give 0.
    Source: Bell and Sejnowski, The “independent components” of natural scenes are edge filters, 1997.
    """

    form: str = setting("ZCA", choices=("PCA", "ZCA"), help="PCA: components, the strongest first. ZCA: turned back again.")
    components: int = setting(0, low=0, high=LARGEST, help="How many components are kept, the strongest. 0: all.")
    epsilon: float = setting(1e-5, low=0.0, high=1e6, help="Added to every variance, so that weak noise is not blown up.")

    trials: ClassVar[tuple[Trial, ...]] = (
        Trial(),
        Trial({"form": "PCA"}),
        Trial({"form": "PCA", "components": 3}),
        Trial({"components": 2}),
    )

    def emit(self, g: Graph, x: Value) -> Value:
        size, kept = self._sizes(x)
        mean = g.parameter("mean", (size,), kind="fitted")
        matrix = g.parameter("matrix", (size, kept if self.form == "PCA" else size), kind="fitted")
        flat = g.Flatten(x, axis=1) if x.rank > 2 else x
        y: Value = g.MatMul(g.Sub(flat, mean), matrix)
        return g.Reshape(y, g.constant([0, *sides(x)], "int64", "shape")) if self.form == "ZCA" and x.rank > 2 else y

    def _sizes(self, x: Value) -> tuple[int, int]:
        """How many numbers a sample has, and how many components are kept of them. Raises `LayerError`."""
        size = prod(sides(x))
        if size > LARGEST:
            raise LayerError(
                f"its input is {sample_shape(x)} per sample, {size:,} numbers, and it takes at most {LARGEST:,} (it learns a "
                "square of them): make the picture smaller before it."
            )
        if self.components > size:
            raise LayerError(
                f"its input is {sample_shape(x)} per sample, {size:,} numbers, and {self.components:,} components are to be "
                f"kept of them: keep {size:,} or fewer."
            )
        return size, self.components or size

    def fit(self, batches: Iterable[Array], x: Value) -> dict[str, Array]:
        """Mean and matrix from `batches`, each (n, …): sums in float64, about the first batch's mean. Raises `LayerError`."""
        size, kept = self._sizes(x)
        mean, covariance = _moments(batches, size)
        if not np.isfinite(covariance).all():
            raise LayerError("Whitening: the training data hold NaN or infinity, which have no covariance: clean them first.")
        variances, directions = np.linalg.eigh(covariance)
        variances, directions = np.maximum(variances[::-1][:kept], 0), _signed(directions[:, ::-1][:, :kept])
        kept_well = variances + self.epsilon > LEAST * max(float(variances[0]), 1e-300)
        matrix = directions * np.where(kept_well, 1 / np.sqrt(np.where(kept_well, variances + self.epsilon, 1)), 0)
        matrix = matrix @ directions.T if self.form == "ZCA" else matrix
        return {"mean": mean.astype(np.float32), "matrix": matrix.astype(np.float32)}

    def summary(self) -> str:
        return f"{self.form} · {self.components or 'all'} components"

    def arithmetic(self, inputs: Mapping[str, Value], output: Value) -> list[tuple[str, str, str]]:
        size, kept = self._sizes(inputs["x"])
        width = kept if self.form == "PCA" else size
        return [
            ("numbers", "·".join(str(d) for d in sides(inputs["x"])), f"{size:,}"),
            ("mult-adds", f"{size}·{width}", f"{self.multiply_adds(inputs, output):,}"),
        ]

    def multiply_adds(self, inputs: Mapping[str, Value], output: Value) -> int:
        return prod(sides(inputs["x"])) * prod(sides(output))


def _moments(batches: Iterable[Array], size: int) -> tuple[Array, Array]:
    """Mean (size,) and covariance (size, size) of all samples; divided by their number."""
    count, about, total = 0, np.zeros(size), np.zeros(size)
    squares = np.zeros((size, size))
    for batch in batches:
        wide = batch.reshape(len(batch), size).astype(np.float64)
        about = about if count else wide.mean(axis=0)
        count, wide = count + len(wide), wide - about
        total += wide.sum(axis=0)
        squares += wide.T @ wide
    shift = total / max(count, 1)
    return about + shift, squares / max(count, 1) - np.outer(shift, shift)


def _signed(directions: Array) -> Array:
    """Each column so that its largest entry is positive: eigenvectors have no sign of their own."""
    largest = np.abs(directions).argmax(axis=0)
    signs = np.sign(directions[largest, np.arange(directions.shape[1])])
    return np.asarray(directions * signs)
