"""GaussianSample."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from nodes.drawing import HUE, TINT, Disc, Drawing, Mark, drawing
from nodes.layer import VECTOR, Layer, LayerError, Port, Trial, layer, sample_shape
from nodes.pictures.bells import GROUND, across, bell
from nodes.pictures.parts import caption
from nodes.pictures.worked import run
from runtime.graph import Graph, Value
from runtime.ops.random import normal


def same_width(mean: Value, log_variance: Value) -> None:
    """Raises `LayerError` where a mean and a logarithm of a variance do not belong together."""
    if mean.shape[1:] != log_variance.shape[1:]:
        raise LayerError(
            f"its mean is {sample_shape(mean)} per sample and its log variance {sample_shape(log_variance)}: give the layers "
            "before both the same number of units."
        )


@layer(
    "GaussianSample", category="Core", formula="z = μ + e^(s/2) · ε, ε from N(0, 1)", short="sample",
    synonyms=("reparameterization", "reparametrization", "variational autoencoder", "vae", "sampling", "latent"),
)
class GaussianSample(Layer):
    """Draws a code from the Gaussian that two layers before it describe, so that gradients reach both.

    Shapes: mean μ and logarithm of the variance s, (N, units) each → (N, units). In training ε is drawn anew at each step; the
    finished model gives μ. No parameters.
    Source: Kingma and Welling, Auto-Encoding Variational Bayes, 2014, section 2.4.
    """

    inputs: ClassVar[tuple[Port, ...]] = (Port("mean", (VECTOR,)), Port("log_variance", (VECTOR,)))

    trials: ClassVar[tuple[Trial, ...]] = (Trial({}, {"mean": (3,), "log_variance": (3,)}),)

    def emit(self, g: Graph, mean: Value, log_variance: Value) -> Value:
        same_width(mean, log_variance)
        if not g.training:
            result: Value = g.Identity(mean)
            return result
        drawn = normal(g, mean, g.random_key(f"{g.where.layer}/sample"), g.step())
        result = g.Add(mean, g.Mul(g.Exp(g.Mul(log_variance, 0.5)), drawn))
        return result

    @classmethod
    def picture(cls) -> Drawing:
        """The Gaussian of one sample, and what eight steps of training draw from it."""
        mean, log_variance = np.array([[0.8]]), np.array([[-0.6]])
        drawn = [float(run(cls.type, mean, log_variance, training=True, step=step)[0][0, 0]) for step in range(1, 9)]
        dots: list[Mark] = [Disc(across(z), GROUND, 4.5, HUE, TINT) for z in drawn]
        words = caption(240.0, 154.0, "μ = 0.8, s = −0.6: what eight steps draw")
        curve = bell(0.8, -0.6, HUE, TINT)
        return drawing("GaussianSample: a bell curve, and eight numbers drawn from it.", curve, dots, [words])

    def summary(self) -> str:
        return "random in training only"
