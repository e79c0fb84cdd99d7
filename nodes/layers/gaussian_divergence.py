"""GaussianDivergence."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from nodes.drawing import HUE, QUIET, TINT, Drawing, drawing
from nodes.layer import VECTOR, LossLayer, Port, Trial, layer
from nodes.layers.gaussian_sample import same_width
from nodes.losses import sum_of_outputs
from nodes.pictures.bells import bell
from nodes.pictures.parts import caption, number
from nodes.pictures.worked import run
from runtime.graph import Graph, Value


@layer(
    "GaussianDivergence", category="Loss", formula="L = ½ Σ (μ² + e^s − s − 1)", short="loss", training_only=True,
    synonyms=("kl divergence", "variational autoencoder", "vae", "prior"),
)
class GaussianDivergence(LossLayer):
    """How far the Gaussians that codes are drawn from lie from N(0, 1): it keeps the codes near each other and spread out.

    Shapes: mean μ and logarithm of the variance s, (N, units) each → a scalar: the Kullback-Leibler divergence of
    N(μ, e^s) from N(0, 1), summed over the units, then mean or sum over the batch.
    Source: Kingma and Welling, Auto-Encoding Variational Bayes, 2014, appendix B.
    """

    inputs: ClassVar[tuple[Port, ...]] = (Port("mean", (VECTOR,)), Port("log_variance", (VECTOR,)))
    outputs: ClassVar[tuple[str, ...]] = ("loss",)
    compares: ClassVar[bool] = False

    trials: ClassVar[tuple[Trial, ...]] = (
        Trial({}, {"mean": (3,), "log_variance": (3,)}), Trial({"reduction": "sum"}, {"mean": (2,), "log_variance": (2,)}),
    )  # fmt: skip

    def emit(self, g: Graph, mean: Value, log_variance: Value) -> Value:
        same_width(mean, log_variance)
        spread = g.Sub(g.Sub(g.Exp(log_variance), log_variance), 1.0)
        return self.over_batch(g, g.Mul(sum_of_outputs(g, g.Add(g.Mul(mean, mean), spread)), 0.5))

    @classmethod
    def picture(cls) -> Drawing:
        """A Gaussian beside N(0, 1), and how far it lies from it."""
        apart = float(run(cls.type, np.array([[1.2]]), np.array([[-0.8]]))[0])
        words = caption(240.0, 154.0, f"from N(0, 1), dashed, to μ = 1.2, s = −0.8: {number(apart)}")
        bells = [*bell(0.0, 0.0, QUIET, dashed=True), *bell(1.2, -0.8, HUE, TINT)]
        return drawing("GaussianDivergence: two bell curves, one of them N(0, 1), and how far they are apart.", bells, [words])
