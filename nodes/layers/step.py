"""Step."""

from __future__ import annotations

from typing import ClassVar

from onnx import helper

from nodes.layer import ANY, Layer, Trial, layer, setting
from runtime.graph import Graph, Value


@layer(
    "Step", category="Activation", formula="y = 1 above 0, 0 below", accepts=ANY,
    synonyms=("threshold", "heaviside", "perceptron", "activation"), bead=True,
)  # fmt: skip
class Step(Layer):
    """Fires or does not: 1 for positive numbers, 0 for negative ones, as in the first artificial neurons.

    Shapes: unchanged. No parameters. Its slope is zero, so nothing before it learns by backpropagation; the perceptron rule
    can train it. Source: McCulloch and Pitts, 1943; Rosenblatt, 1958.
    """

    at_zero: str = setting("0.5", choices=("0", "0.5", "1"), help="What it gives at exactly 0.")

    trials: ClassVar[tuple[Trial, ...]] = (Trial(), Trial({"at_zero": "0"}), Trial({"at_zero": "1"}))

    def emit(self, g: Graph, x: Value) -> Value:
        if self.at_zero == "0.5":
            result: Value = g.Add(g.Mul(g.Sign(x), 0.5), 0.5)
            return result
        above = g.Greater(x, 0.0) if self.at_zero == "0" else g.GreaterOrEqual(x, 0.0)
        result = g.Cast(above, to=int(helper.np_dtype_to_tensor_dtype(x.dtype)))
        return result
