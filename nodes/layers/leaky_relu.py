"""LeakyReLU."""

from __future__ import annotations

from nodes.layer import ANY, Layer, layer, setting
from runtime.graph import Graph, Value


@layer(
    "LeakyReLU", category="Activation", formula="y = max(x, slope · x)", accepts=ANY, synonyms=("rectifier", "activation"),
    bead=True,
)  # fmt: skip
class LeakyReLU(Layer):
    """Like ReLU, but negative numbers leak through a little, so that no unit dies.

    Shapes: unchanged. No parameters.
    Source: Maas, Hannun, Ng, Rectifier nonlinearities improve neural network acoustic models, 2013.
    """

    slope: float = setting(0.01, low=0.0, high=1.0, help="What negative numbers are multiplied with.")

    def emit(self, g: Graph, x: Value) -> Value:
        result: Value = g.LeakyRelu(x, alpha=self.slope)
        return result
