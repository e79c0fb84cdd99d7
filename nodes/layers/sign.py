"""Sign."""

from __future__ import annotations

from typing import ClassVar

from onnx import helper

from nodes.layer import ANY, Layer, Trial, layer, setting
from runtime.graph import Graph, Value


@layer(
    "Sign", category="Activation", formula="y = 1 above 0, −1 below", accepts=ANY,
    synonyms=("threshold", "perceptron", "bipolar", "activation"), bead=True,
)  # fmt: skip
class Sign(Layer):
    """Says yes or no: 1 for positive numbers, −1 for negative ones.

    Shapes: unchanged. No parameters. Its slope is zero, so nothing before it learns by backpropagation; the perceptron rule
    can train it. Source: Rosenblatt, The perceptron, 1958.
    """

    at_zero: str = setting("0", choices=("-1", "0", "1"), help="What it gives at exactly 0.")

    trials: ClassVar[tuple[Trial, ...]] = (Trial(), Trial({"at_zero": "1"}), Trial({"at_zero": "-1"}))

    def emit(self, g: Graph, x: Value) -> Value:
        if self.at_zero == "0":
            result: Value = g.Sign(x)
            return result
        above = g.Greater(x, 0.0) if self.at_zero == "-1" else g.GreaterOrEqual(x, 0.0)
        one = g.Cast(above, to=int(helper.np_dtype_to_tensor_dtype(x.dtype)))
        result = g.Sub(g.Mul(one, 2.0), 1.0)
        return result
