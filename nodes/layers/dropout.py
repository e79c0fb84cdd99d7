"""Dropout."""

from __future__ import annotations

from nodes.layer import ANY, Layer, layer, setting
from runtime.graph import Graph, Value
from runtime.ops.random import uniform


@layer(
    "Dropout", category="Normalise & regularise", formula="y = x · mask / (1 − rate), in training only", accepts=ANY,
    short="dropout", synonyms=("regularise", "regularize"), training_only=True,
)
class Dropout(Layer):
    """Switches off a random part of its inputs at each training step, so that no unit can rely on one other.

    Shapes: unchanged. In training the rest is scaled by 1 / (1 − rate); in the finished model nothing is left of it.
    Source: Srivastava et al., Dropout, 2014 (the inverted form).
    """

    rate: float = setting(0.5, low=0.0, high=0.95, help="The share of inputs that is switched off at each step.")

    def emit(self, g: Graph, x: Value) -> Value:
        if not g.training or self.rate == 0:
            result: Value = g.Identity(x)
            return result
        drawn = uniform(g, x, g.random_key(f"{g.where.layer}/dropout"), g.step())
        kept = g.Cast(g.GreaterOrEqual(drawn, self.rate), to=_onnx_type(g))
        result = g.Mul(x, g.Mul(kept, 1 / (1 - self.rate)))
        return result

    def summary(self) -> str:
        return f"rate {self.rate:g} · training only"


def _onnx_type(g: Graph) -> int:
    from onnx import helper

    return int(helper.np_dtype_to_tensor_dtype(g.dtype))
