"""ElasticDeformation."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from nodes.augmentation import FILLS, fill_setting, offsets
from nodes.layer import MAPS, Layer, Trial, layer, setting
from nodes.windows import image_size
from runtime.graph import Array, Graph, Value
from runtime.ops.random import uniform
from runtime.ops.sampling import bilinear


@layer(
    "ElasticDeformation", category="Normalise & regularise", formula="y(p) = x(p + α (G_σ ∗ U)(p)), in training only",
    accepts=(MAPS,), short="elastic", synonyms=("augment", "data augmentation", "warp", "distortion", "Simard"),
    training_only=True,
)
class ElasticDeformation(Layer):
    """Bends each picture as a shaky hand would: every pixel moves a little, and its neighbours move along.

    Shapes: unchanged. Each pixel's shift is drawn from U(−1, 1), down and across; the two fields are smoothed by a Gaussian
    of deviation sigma (cut off at 3 sigma, zeros outside) and multiplied by alpha. A shift then deviates by about
    0.16 · alpha / sigma pixels: 1.4 for 34 and 4. Between pixels it reads bilinearly. Nothing is left in the finished model.
    Source: Simard, Steinkraus, Platt, Best practices for convolutional neural networks, 2003.
    """

    alpha: float = setting(34.0, low=0.0, high=10_000.0, help="How strong: the smoothed shifts are multiplied by it.")
    sigma: float = setting(4.0, low=0.1, high=100.0, help="How smooth, in pixels: small ones tremble, large ones bend.")
    fill: str = fill_setting()

    trials: ClassVar[tuple[Trial, ...]] = (Trial(), Trial({"alpha": 9, "sigma": 1.5, "fill": "edge"}), Trial({"alpha": 0}))

    def emit(self, g: Graph, x: Value) -> Value:
        if not g.training or self.alpha == 0:
            result: Value = g.Identity(x)
            return result
        (height, width), (rows, columns) = image_size(x), offsets(g, x)
        rows = g.Add(g.Add(self._field(g, x, "rows"), rows), (height - 1) / 2)
        columns = g.Add(g.Add(self._field(g, x, "columns"), columns), (width - 1) / 2)
        return bilinear(g, x, rows, columns, FILLS[self.fill])

    def _field(self, g: Graph, x: Value, what: str) -> Value:
        """Smooth random shifts, (N, 1, H, W).

        The two convolutions are two products with banded matrices: 0.1 ms for 64 fields of 28×28 where ONNX Runtime's Conv
        takes 1.1, and that has no float64.
        """
        one = g.Slice(x, *(g.constant([n], "int64", "bound") for n in (0, 1, 1)))
        drawn = g.Sub(g.Mul(uniform(g, one, g.random_key(f"{g.where.layer}/{what}"), g.step()), 2.0), 1.0)
        down, across = (g.constant(gaussian_band(side, self.sigma), x.dtype, "band") for side in image_size(x))
        result: Value = g.Mul(g.MatMul(g.MatMul(down, drawn), across), self.alpha)
        return result

    def summary(self) -> str:
        return f"α {self.alpha:g}, σ {self.sigma:g} · training only"


def gaussian_band(side: int, sigma: float) -> Array:
    """(side, side), symmetric: a product with it convolves with a Gaussian of sum 1, cut off at 3 sigma, zeros outside."""
    distance = np.abs(np.subtract.outer(np.arange(side), np.arange(side)))
    reach = np.ceil(3 * sigma)
    total = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * sigma**2)).sum()
    return np.asarray(np.where(distance <= reach, np.exp(-(distance**2) / (2 * sigma**2)), 0.0) / total)
