"""LocalResponseNormalization."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from nodes.layer import MAPS, Layer, Trial, layer, setting
from runtime.graph import Graph, Value


@layer(
    "LocalResponseNormalization", category="Normalise & regularise", formula="y = x / (k + α/size · Σ x²)^β", accepts=(MAPS,),
    short="lrn", synonyms=("lrn", "normalise", "normalize", "alexnet"),
)  # fmt: skip
class LocalResponseNormalization(Layer):
    """Divides each number by how strong its neighbours in the nearby channels are, so that channels compete.

    Shapes: unchanged, (N, C, H, W); the sum is over `size` channels around each one. No parameters. AlexNet's paper leaves
    out the division by `size`: its α of 0.0001 is 0.0005 here.
    Source: Krizhevsky, Sutskever, Hinton, ImageNet classification with deep CNNs, 2012; ONNX LRN.
    """

    size: int = setting(5, low=1, high=511, help="How many neighbouring channels are summed.")
    alpha: float = setting(1e-4, low=0.0, high=100.0, help="How much the neighbours count.")
    beta: float = setting(0.75, low=0.0, high=10.0, help="The power.")
    k: float = setting(1.0, low=1e-3, high=100.0, help="Added to the sum (ONNX calls it bias; AlexNet takes 2).")

    trials: ClassVar[tuple[Trial, ...]] = (Trial(), Trial({"size": 3, "alpha": 2.0, "beta": 0.5, "k": 2.0}))

    def emit(self, g: Graph, x: Value) -> Value:
        result: Value = g.LRN(x, size=self.size, alpha=self.alpha, beta=self.beta, bias=self.k)
        return result

    def summary(self) -> str:
        return f"{self.size} channels"

    def multiply_adds(self, inputs: Mapping[str, Value], output: Value) -> int:
        return self.size * int(np.prod([d for d in output.shape[1:] if isinstance(d, int)]))
