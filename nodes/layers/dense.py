"""Dense."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from nodes.initial import first_numbers, given, initial_scale, initial_weights, initializer
from nodes.layer import SEQUENCE, VECTOR, Layer, Trial, layer, setting
from runtime.graph import Graph, Value


@layer(
    "Dense", category="Core", formula="y = x W + b", accepts=(VECTOR, SEQUENCE), short="fc",
    synonyms=("linear", "fully connected", "affine", "perceptron"),
)
class Dense(Layer):
    """Fully connected: every output is a weighted sum of every input, at each step of a sequence.

    Shapes: (N, in) → (N, units); (N, steps, in) → (N, steps, units). Weight (in, units), bias (units).
    Source: Rosenblatt, The perceptron, 1958; Rumelhart, Hinton, Williams, 1986.
    """

    units: int = setting(64, low=1, high=1_000_000, help="Number of outputs.")
    bias: bool = setting(True, help="Add a learned offset to every output.")
    initial_weights: str = initial_weights()
    initial_scale: float = initial_scale()
    first_numbers: str = first_numbers()

    trials: ClassVar[tuple[Trial, ...]] = (
        Trial(), Trial({"bias": False, "units": 3, "initial_weights": "orthogonal", "initial_scale": 1.4}),
        Trial({"units": 1, "first_numbers": "0.5 -1 0.25 2"}, {"x": (3,)}),
    )  # fmt: skip

    def emit(self, g: Graph, x: Value) -> Value:
        weight, bias = self._first(_width(x))
        w = g.parameter("weight", (_width(x), self.units), init=weight, role="weight")
        y: Value = g.MatMul(x, w)
        return g.Add(y, g.parameter("bias", (self.units,), init=bias, role="bias")) if self.bias else y

    def _first(self, width: int) -> tuple[str, str]:
        """How weight and bias begin."""
        if not self.first_numbers.strip():
            return initializer(self), "zeros"
        weight, *bias = given(self.first_numbers, [width * self.units, *[self.units] * self.bias])
        return weight, bias[0] if bias else "zeros"

    def summary(self) -> str:
        return f"{self.units:,} unit{'s' * (self.units != 1)}"

    def arithmetic(self, inputs: Mapping[str, Value], output: Value) -> list[tuple[str, str, str]]:
        n, extra = _width(inputs["x"]), " + 1" if self.bias else ""
        count = self.units * (n + self.bias)
        product = f"{n}·{self.units}"
        return [
            ("parameters", f"{self.units}·({n}{extra})", f"{count:,}"),
            ("mult-adds", product, f"{self.multiply_adds(inputs, output):,}"),
        ]

    def multiply_adds(self, inputs: Mapping[str, Value], output: Value) -> int:
        steps = output.shape[1] if output.rank == 3 and isinstance(output.shape[1], int) else 1
        return _width(inputs["x"]) * self.units * steps


def _width(x: Value) -> int:
    width = x.shape[-1]
    assert isinstance(width, int)
    return width
