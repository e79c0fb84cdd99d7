"""GELU."""

from __future__ import annotations

import math
from typing import ClassVar

from nodes.layer import ANY, Layer, Trial, layer, setting
from runtime.graph import Graph, Value


@layer(
    "GELU", category="Activation", formula="y = x · Φ(x)", accepts=ANY,
    synonyms=("gaussian error linear unit", "transformer", "activation"), bead=True,
)  # fmt: skip
class GELU(Layer):
    """Each number times the share of a normal distribution that lies below it: a smooth ReLU, usual in Transformers.

    Shapes: unchanged. No parameters. Exact: x/2 · (1 + erf(x/√2)); tanh: x/2 · (1 + tanh(√(2/π) · (x + 0.044715·x³))), which
    differs by less than 0.0005. Source: Hendrycks and Gimpel, Gaussian error linear units, 2016.
    """

    form: str = setting("exact", choices=("exact", "tanh"), help="The error function itself, or the formula by tanh.")

    trials: ClassVar[tuple[Trial, ...]] = (Trial(), Trial({"form": "tanh"}))

    def emit(self, g: Graph, x: Value) -> Value:
        result: Value = g.Mul(g.Mul(x, 0.5), g.Add(self._squashed(g, x), 1.0))
        return result

    def _squashed(self, g: Graph, x: Value) -> Value:
        result: Value
        if self.form == "exact":
            result = g.Erf(g.Mul(x, math.sqrt(0.5)))
            return result
        cubed = g.Mul(g.Mul(g.Mul(x, x), x), 0.044715)
        result = g.Tanh(g.Mul(g.Add(x, cubed), math.sqrt(2 / math.pi)))
        return result
